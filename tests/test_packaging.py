"""The wheel and the source distribution hold what users and napari need."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tarfile
import zipfile
from email import message_from_bytes
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import napari_dip

if TYPE_CHECKING:
    from email.message import Message

CHECKOUT = Path(__file__).parents[1]
PACKAGE = CHECKOUT / 'src' / 'napari_dip'
QT = ('pyqt', 'pyside', 'napari[')


@pytest.fixture(scope='module')
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp('dist')
    command = [sys.executable, '-m', 'build', '--no-isolation', '--outdir']
    done = subprocess.run(
        [*command, str(folder), str(CHECKOUT)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.fixture
def wheel(built: Path) -> zipfile.ZipFile:
    [path] = built.glob('*.whl')
    return zipfile.ZipFile(path)


@pytest.fixture
def sdist_names(built: Path) -> set[str]:
    [path] = built.glob('*.tar.gz')
    with tarfile.open(path) as archive:
        names = archive.getnames()
    return {name.partition('/')[2] for name in names}


@pytest.fixture
def metadata(wheel: zipfile.ZipFile) -> Message:
    [name] = (n for n in wheel.namelist() if n.endswith('/METADATA'))
    return message_from_bytes(wheel.read(name))


def source_files() -> set[str]:
    return {
        path.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob('*')
        if path.is_file() and '__pycache__' not in path.parts
    }


def test_wheel_holds_every_source_file(wheel: zipfile.ZipFile) -> None:
    names = set(wheel.namelist())
    missing = {f for f in source_files() if f'napari_dip/{f}' not in names}
    assert missing == set()


@pytest.mark.parametrize(
    'name',
    [
        'napari.yaml',
        'py.typed',
        '__init__.pyi',
        'samples/nuclei.tif',
        'samples/SOURCES.md',
    ],
)
def test_wheel_holds_the_data(wheel: zipfile.ZipFile, name: str) -> None:
    assert f'napari_dip/{name}' in wheel.namelist()


def test_wheel_holds_nothing_else(wheel: zipfile.ZipFile) -> None:
    tops = {name.partition('/')[0] for name in wheel.namelist()}
    version = napari_dip.__version__
    assert tops == {'napari_dip', f'napari_dip-{version}.dist-info'}


def test_wheel_carries_the_licence(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert any(name.endswith('/licenses/LICENSE') for name in names)


@pytest.mark.parametrize(
    'name',
    [
        'LICENSE',
        'README.md',
        'constraints.txt',
        'mkdocs.yml',
        'tox.ini',
        'src/napari_dip/napari.yaml',
        'src/napari_dip/samples/nuclei.tif',
        'tests/test_packaging.py',
    ],
)
def test_sdist_can_be_tested(sdist_names: set[str], name: str) -> None:
    assert name in sdist_names


def test_metadata_is_what_the_napari_hub_reads(metadata: Message) -> None:
    assert metadata['Name'] == 'napari-dip'
    assert metadata['Version'] == napari_dip.__version__
    assert metadata['License-Expression'] == 'BSD-3-Clause'
    assert metadata['Requires-Python'] == '>=3.11'
    assert metadata['Summary']
    assert metadata['Description-Content-Type'] == 'text/markdown'
    assert 'Framework :: napari' in metadata.get_all('Classifier', [])


def test_base_install_brings_no_qt(metadata: Message) -> None:
    base = [
        requirement
        for requirement in metadata.get_all('Requires-Dist', [])
        if 'extra ==' not in requirement
    ]
    assert base
    assert [r for r in base if r.lower().startswith(QT)] == []


def imported_distributions() -> set[str]:
    """Distributions that the package imports, by their normal names."""
    names = set()
    for path in PACKAGE.rglob('*.py'):
        for node in ast.walk(ast.parse(path.read_text(encoding='utf-8'))):
            if isinstance(node, ast.Import):
                names |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names.add(node.module)
    tops = {name.partition('.')[0] for name in names}
    others = tops - {'napari_dip'} - sys.stdlib_module_names
    known = packages_distributions()
    return {
        name.lower().replace('_', '-') for top in others for name in known[top]
    }


def test_dependencies_are_exactly_what_is_imported(metadata: Message) -> None:
    required = {
        re.match(r'[\w.-]+', requirement)[0].lower().replace('_', '-')
        for requirement in metadata.get_all('Requires-Dist', [])
        if 'extra ==' not in requirement
    }
    assert required == imported_distributions()


def test_entry_points(wheel: zipfile.ZipFile) -> None:
    [name] = (n for n in wheel.namelist() if n.endswith('/entry_points.txt'))
    lines = wheel.read(name).decode().splitlines()
    assert 'napari-dip = napari_dip.cli:main' in lines
    assert 'napari-dip = napari_dip:napari.yaml' in lines
