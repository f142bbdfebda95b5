"""What keeps the house in order, beside the layers that import-linter checks.

Each rule lists the places that still break it. A list can only shrink: a
place that keeps the rule has to be taken out of it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import napari_dip

PACKAGE = Path(napari_dip.__file__).parent

MOST_FILES = 14
MOST_LINES = 350

# Folders that may know tasks and presets, the two that stand beside, and the
# one that is about the names of devices.
ABOVE_OR_BESIDE = ('tasks', 'cli', 'viewer', 'io', 'samples', 'device')

# What NumPy and torch name by strings.
FOREIGN = ('dtype.kind', 'device.type')

LARGE_FOLDERS: set[str] = set()

LONG_FILES: set[str] = set()

COMPARED: set[tuple[str, str]] = set()


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Each file with what it says."""
    for path in sorted(PACKAGE.rglob('*.py')):
        name = path.relative_to(PACKAGE).as_posix()
        yield name, ast.parse(path.read_text(encoding='utf-8'))


def test_a_folder_can_be_read_in_one_sitting():
    folders = [PACKAGE, *(p for p in PACKAGE.rglob('*') if p.is_dir())]
    large = {
        folder.relative_to(PACKAGE).as_posix()
        for folder in folders
        if len(list(folder.glob('*.py'))) > MOST_FILES
    }
    assert large == LARGE_FOLDERS


def test_a_file_has_one_purpose():
    long = {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob('*.py')
        if len(path.read_text(encoding='utf-8').splitlines()) > MOST_LINES
    }
    assert long == LONG_FILES


def test_nothing_below_tasks_knows_a_kind_task_or_preset_by_name():
    compared = {
        (name, comparison)
        for name, module in modules()
        if name.partition('/')[0] not in ABOVE_OR_BESIDE
        for comparison in comparisons(module)
    }
    assert compared == COMPARED


def comparisons(module: ast.Module) -> Iterator[str]:
    """Comparisons with a string, as they are written."""
    for node in ast.walk(module):
        if isinstance(node, ast.MatchValue) and is_name(node.value):
            yield f'case {ast.unparse(node)}'
        if not isinstance(node, ast.Compare):
            continue
        sides = [node.left, *node.comparators]
        if any(ast.unparse(side).endswith(FOREIGN) for side in sides):
            continue
        if isinstance(node.ops[0], ast.In | ast.NotIn):
            # That a text or a table holds a word compares no names.
            _, *sides = sides
            sides = [e for s in sides for e in getattr(s, 'elts', [])]
        if any(is_name(side) for side in sides):
            yield ast.unparse(node)


def is_name(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def test_layers_alone_know_how_many_axes_a_convolution_has():
    known = {
        name
        for name, module in modules()
        for node in ast.walk(module)
        if isinstance(node, ast.Attribute) and node.attr == 'Conv2d'
    }
    assert known == {'networks/layers.py'}


# What stands side by side in a folder: each has a name like this in it.
KINDS = {
    'tasks': 'register',
    'operators': 'Operator',
    'networks': 'build',
}


@pytest.mark.parametrize('folder', KINDS)
def test_what_stands_side_by_side_knows_no_other(folder):
    imported = {name: set(imports(m)) for name, m in inside(folder)}
    kinds = {
        name
        for name, module in inside(folder)
        if declares(module, KINDS[folder])
    }
    assert len(kinds) >= 3
    for kind in kinds:
        seen, new = set(), imported[kind]
        while new:
            seen |= new
            new = {b for a in new for b in imported.get(a, ())} - seen
        assert not seen & (kinds - {kind}), kind


def inside(folder: str) -> list[tuple[str, ast.Module]]:
    """Modules of a folder and of those in it, by dotted name."""
    return [
        (name.removesuffix('.py').replace('/', '.'), module)
        for name, module in modules()
        if name.startswith(f'{folder}/') and not name.endswith('__init__.py')
    ]


def imports(module: ast.Module) -> Iterator[str]:
    """Modules of the package that one imports."""
    for node in ast.walk(module):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module.removeprefix('napari_dip.')


def declares(module: ast.Module, kind: str) -> bool:
    """Whether a module registers a task, or holds an operator or network."""
    for node in ast.walk(module):
        if isinstance(node, ast.ClassDef):
            bases = {ast.unparse(base) for base in node.bases}
            methods = {getattr(part, 'name', '') for part in node.body}
            if kind in bases or kind in methods:
                return True
        if isinstance(node, ast.Call) and ast.unparse(node.func) == kind:
            return True
    return False
