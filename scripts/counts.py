"""Count what docs/developers.md tells of the size of the house.

python scripts/counts.py [ROOT], with the package of ROOT on the path.
"""

from __future__ import annotations

import ast
import sys
from collections import Counter
from pathlib import Path
from types import FrameType
from typing import Any

MOST_LINES = 350


class Started(BaseException):
    """The session is ready: its first iteration is about to begin."""


def main() -> None:
    """Print all counts."""
    root = Path(sys.argv[1] if sys.argv[1:] else '.').resolve()
    package = root / 'src' / 'napari_dip'
    files = sorted(package.rglob('*.py'))
    folders = Counter(p.parent.relative_to(package).as_posix() for p in files)
    folder, most = folders.most_common(1)[0]
    print(f'files in the largest folder of src: {most} ({folder})')
    long = sum(lines(path) > MOST_LINES for path in files)
    print(f'files of src over {MOST_LINES} lines: {long}')
    for name, ending in (('src', 'py'), ('benchmarks', 'py'), ('docs', 'md')):
        count = sum(map(lines, (root / name).rglob(f'*.{ending}')))
        print(f'lines of {name} (.{ending}): {count}')
    print(f'constants of src: {sum(map(constants, files))}')
    places = [
        path.relative_to(package).as_posix()
        for path in (
            *files,
            *package.glob('napari.yaml'),
            *package.glob('*.pyi'),
        )
        if names(path, 'inpaint')
    ]
    print(f'files of src that name the task inpaint: {len(places)}')
    print(*places, sep=', ')
    entered, taken, moves = passed(package)
    print(
        f'files entered from the call of denoise to a session: {len(entered)}'
    )
    print(*sorted(entered - taken), sep=', ')
    print(f'files that are handed the image: {len(taken)}')
    print(*sorted(taken), sep=', ')
    print(f'moves of the image from one to another: {moves}')


def lines(path: Path) -> int:
    """Lines of a file."""
    return len(path.read_text(encoding='utf-8').splitlines())


def constants(path: Path) -> int:
    """Upper-case names of a module that stand for numbers."""
    count = 0
    for node in ast.parse(path.read_text(encoding='utf-8')).body:
        if not isinstance(node, ast.Assign):
            continue
        values = [
            n.value
            for n in ast.walk(node.value)
            if isinstance(n, ast.Constant)
        ]
        upper = all(
            isinstance(n, ast.Name) and n.id.isupper()
            for target in node.targets
            for n in ast.walk(target)
            if not isinstance(n, ast.Tuple | ast.expr_context)
        )
        if upper and any(isinstance(v, int | float) for v in values):
            count += sum(
                len(t.elts) if isinstance(t, ast.Tuple) else 1
                for t in node.targets
            )
    return count


def names(path: Path, task: str) -> bool:
    """Whether code, no docstring or comment, names a task."""
    text = path.read_text(encoding='utf-8')
    if path.suffix == '.yaml':
        return task in text.lower()
    for node in ast.walk(ast.parse(text)):
        documented = getattr(node, 'body', None)
        if isinstance(documented, list) and documented:
            first = documented[0]
            if isinstance(first, ast.Expr) and isinstance(
                first.value, ast.Constant
            ):
                first.value.value = ''
        words = [
            getattr(node, 'id', None),
            getattr(node, 'name', None),
            getattr(node, 'attr', None),
            getattr(node, 'module', None),
            getattr(node, 'value', None),
        ]
        if any(isinstance(w, str) and task in w.lower() for w in words):
            return True
    return False


def passed(package: Path) -> tuple[set[str], set[str], int]:
    """Files entered before the first iteration, and the way of the image.

    Returns
    -------
    set, set of str
        Files entered, and those among them that are handed the image.
    int
        Calls that hand it from one file to another.
    """
    import numpy as np

    import napari_dip

    # No weight of the network has as many values.
    wave = 1.2 + np.sin(np.arange(400) / 9)
    photons = np.random.default_rng(0).poisson(200 * np.outer(wave, wave))
    image = photons.astype('uint16')
    entered: set[str] = set()
    taken: set[str] = set()
    moves = 0

    def is_image(value: Any, depth: int = 1) -> bool:
        size = getattr(value, 'numel', getattr(value, 'size', 0))
        size = size() if callable(size) else size
        if isinstance(size, int) and size >= image.size:
            return True
        inside = vars(value).values() if hasattr(value, '__dict__') else ()
        return depth > 0 and any(is_image(v, depth - 1) for v in inside)

    def watch(frame: FrameType, event: str, argument: Any) -> None:
        nonlocal moves
        path = Path(frame.f_code.co_filename)
        if package not in path.parents or frame.f_code.co_name == '<module>':
            return
        if frame.f_code.co_name == '__next__':
            raise Started
        name = path.relative_to(package).as_posix()
        entered.add(name)
        code, before = frame.f_code, frame.f_back
        count = code.co_argcount + code.co_kwonlyargcount
        given = [frame.f_locals.get(n) for n in code.co_varnames[:count]]
        if not any(map(is_image, given)):
            return
        taken.add(name)
        if before is not None:
            caller = Path(before.f_code.co_filename)
            moves += package in caller.parents and caller != path

    def run(image: np.ndarray) -> None:
        napari_dip.denoise(image, preset='fast', max_num_iter=1, device='cpu')

    # Once before: what is loaded later is no way of the image.
    run(image[:64, :64])
    sys.settrace(watch)
    try:
        run(image)
    except Started:
        pass
    finally:
        sys.settrace(None)
    return entered, taken, moves


if __name__ == '__main__':
    main()
