from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import tifffile

from napari_dip.io.errors import FileError

if TYPE_CHECKING:
    from conftest import Run

Monkey = pytest.MonkeyPatch


@pytest.fixture(autouse=True)
def no_fit(monkeypatch: Monkey) -> None:
    """Whatever is refused here is refused before the fit."""

    def restore(*arguments: object) -> None:
        pytest.fail('the fit was started')

    monkeypatch.setattr('napari_dip.cli.restore.restore', restore)


@pytest.mark.parametrize(
    ('command', 'victim'),
    [('denoise', 'INPUT'), ('inpaint', 'INPUT'), ('inpaint', 'MASK')],
)
@pytest.mark.parametrize('by', ['OUTPUT', '--report', '--uncertainty'])
@pytest.mark.parametrize('link', [False, True])
def test_no_file_read_is_replaced(
    run: Run,
    tmp_path: Path,
    image: Path,
    mask: Path,
    command: str,
    victim: str,
    by: str,
    link: bool,
) -> None:
    path = {'INPUT': image, 'MASK': mask}[victim]
    before = path.read_bytes()
    place = tmp_path / 'b_uncertainty.npy'
    if link or by == '--uncertainty':
        place.hardlink_to(path)
        path = place
    files = (image, mask) if command == 'inpaint' else (image,)
    output = path if by == 'OUTPUT' else tmp_path / 'b.npy'
    options = {'--report': ('--report', path), 'OUTPUT': ()}
    said = run.refused(
        *(command, *files, output, '--overwrite'),
        *options.get(by, ('--uncertainty',)),
    )
    assert said.startswith(f'{by} ({path}): it would replace {victim};')
    assert path.read_bytes() == before


def test_files_written_differ(run: Run, tmp_path: Path, image: Path) -> None:
    output = tmp_path / 'b.npy'
    call = ('denoise', image, output, '--overwrite', '--uncertainty')
    for path, name in (
        (output, 'OUTPUT'),
        (tmp_path / 'b_uncertainty.npy', '--uncertainty'),
    ):
        said = run.refused(*call, '--report', path)
        assert said.startswith(f'--report ({path}): it would replace {name};')


@pytest.mark.parametrize('option', ['OUTPUT', '--report', '--uncertainty'])
def test_name_that_is_too_long(
    run: Run, tmp_path: Path, image: Path, option: str
) -> None:
    output = tmp_path / 'b.npy'
    if option == 'OUTPUT':
        said = run.refused('denoise', image, tmp_path / f'{"b" * 300}.npy')
    elif option == '--report':
        report = tmp_path / ('r' * 300)
        said = run.refused('denoise', image, output, '--report', report)
    else:
        output = tmp_path / f'{"b" * 245}.npy'
        said = run.refused('denoise', image, output, '--uncertainty')
    assert said.startswith(f'{option} (')
    assert 'the name is too long; choose another' in said


def test_full_disk_of_the_report(
    run: Run, tmp_path: Path, image: Path, monkeypatch: Monkey
) -> None:
    folder = tmp_path / 'small'
    folder.mkdir()

    def usage(path: Path) -> object:
        free = 5 if Path(path) == folder.resolve() else 2**40
        return type('Usage', (), {'free': free})

    monkeypatch.setattr('shutil.disk_usage', usage)
    report = folder / 'r.json'
    said = run.refused(
        'denoise', image, tmp_path / 'b.npy', '--report', report
    )
    assert said.startswith(f'--report ({report}): the disk is full')


@pytest.mark.parametrize('option', [(), ('--uncertainty',)])
def test_what_a_format_refuses(
    run: Run,
    tmp_path: Path,
    noisy: np.ndarray,
    monkeypatch: Monkey,
    option: tuple[str, ...],
) -> None:
    image, output = tmp_path / 'a.tif', tmp_path / 'b.tif'
    tifffile.imwrite(image, noisy)

    def refuse(path: Path, *arguments: Any) -> Any:
        if option and path == output:
            return arguments[0]
        raise FileError('odd resolution; choose another name.')

    monkeypatch.setattr('napari_dip.cli.output.check_writable', refuse)
    said = run.refused('denoise', image, output, *option)
    name = '--uncertainty' if option else 'OUTPUT'
    assert said.startswith(f'{name} (')
    assert 'odd resolution; choose another name' in said


def test_a_large_result_is_refused_at_once(
    run: Run, tmp_path: Path, monkeypatch: Monkey
) -> None:
    image, output = tmp_path / 'a.npy', tmp_path / 'b.npy'
    np.save(image, np.eye(512, dtype='float32'))
    usage = type('Usage', (), {'free': 2**26})
    monkeypatch.setattr('shutil.disk_usage', lambda folder: usage)
    call = ('super-resolve', image, output, '--factor', 8)
    assert 'the disk is full: 64.1 MiB are needed' in run.refused(*call)
    call = (*call[:-1], 4, '--uncertainty')
    with pytest.raises(pytest.fail.Exception, match='the fit was started'):
        run(*call)


@pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='of Unix')
@pytest.mark.parametrize('argument', ['INPUT', 'MASK', '--repeat'])
def test_pipe_is_not_waited_for(
    run: Run, tmp_path: Path, image: Path, mask: Path, argument: str
) -> None:
    pipe = tmp_path / 'pipe.tif'
    os.mkfifo(pipe)
    output = tmp_path / 'b.npy'
    said = run.refused(
        *{
            'INPUT': ('inpaint', pipe, mask, output),
            'MASK': ('inpaint', image, pipe, output),
            '--repeat': ('denoise', image, output, '--repeat', pipe),
        }[argument]
    )
    assert said.startswith(f'{argument} ({pipe}): it is a pipe or a device')


def test_a_name_with_a_line_break(run: Run, tmp_path: Path) -> None:
    said = run.refused('denoise', tmp_path / 'a\nb.npy', tmp_path / 'b.npy')
    assert 'a\\nb.npy' in said
