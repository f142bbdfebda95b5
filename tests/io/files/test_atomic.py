from __future__ import annotations

import errno
from pathlib import Path
from typing import BinaryIO

import pytest

from napari_dip.io.files.atomic import Transaction, write_atomically
from napari_dip.io.files.drafts import Draft


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def write_text(file: BinaryIO) -> None:
    file.write(b'new')


def fail_half_way(file: BinaryIO) -> None:
    file.write(b'ne')
    raise OSError(errno.ENOSPC, 'No space left on device')


def test_writes(tmp_path: Path) -> None:
    write_atomically(tmp_path / 'a', write_text, overwrite=False)
    assert (tmp_path / 'a').read_bytes() == b'new'
    assert names_in(tmp_path) == ['a']


def test_failure_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / 'a'
    path.write_bytes(b'old')
    with pytest.raises(OSError, match='No space'):
        write_atomically(path, fail_half_way, overwrite=True)
    assert path.read_bytes() == b'old'
    assert names_in(tmp_path) == ['a']


def test_file_that_appeared_meanwhile_is_kept(tmp_path: Path) -> None:
    path = tmp_path / 'a'

    def write(file: BinaryIO) -> None:
        path.write_bytes(b'other')

    with pytest.raises(FileExistsError):
        write_atomically(path, write, overwrite=False)
    assert path.read_bytes() == b'other'
    assert names_in(tmp_path) == ['a']


def test_overwriting_keeps_permissions(tmp_path: Path) -> None:
    path = tmp_path / 'a'
    path.write_bytes(b'old')
    path.chmod(0o640)
    before = path.stat().st_mode
    write_atomically(path, write_text, overwrite=True)
    assert path.stat().st_mode == before


def test_new_file_has_usual_permissions(tmp_path: Path) -> None:
    write_atomically(tmp_path / 'a', write_text, overwrite=False)
    (tmp_path / 'b').write_bytes(b'')
    modes = {(tmp_path / name).stat().st_mode for name in 'ab'}
    assert len(modes) == 1


def test_link_is_followed(tmp_path: Path) -> None:
    path, link = tmp_path / 'a', tmp_path / 'link'
    path.write_bytes(b'old')
    try:
        link.symlink_to(path)
    except OSError:
        pytest.skip('this system lets only administrators make links')
    write_atomically(link, write_text, overwrite=True)
    assert link.is_symlink()
    assert path.read_bytes() == b'new'


def test_files_appear_together(tmp_path: Path) -> None:
    with Transaction(overwrite=False) as files:
        files.stage(tmp_path / 'a', write_text)
        files.stage(tmp_path / 'b', write_text)
        assert not {'a', 'b'} & set(names_in(tmp_path))
        files.commit()
    assert sorted(names_in(tmp_path)) == ['a', 'b']


def test_what_is_not_committed_is_gone(tmp_path: Path) -> None:
    (tmp_path / 'a').write_bytes(b'old')
    with Transaction(overwrite=True) as files:
        files.stage(tmp_path / 'a', write_text)
    assert names_in(tmp_path) == ['a']
    assert (tmp_path / 'a').read_bytes() == b'old'


@pytest.mark.parametrize('old', [True, False])
@pytest.mark.parametrize('error', [OSError('no'), KeyboardInterrupt()])
def test_one_file_that_fails_takes_the_others_back(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    old: bool,
    error: BaseException,
) -> None:
    if old:
        (tmp_path / 'a').write_bytes(b'old a')
        (tmp_path / 'b').write_bytes(b'old b')
    move = Draft.move

    def fail(draft: Draft, target: Path) -> None:
        if target.name == 'b':
            raise error
        move(draft, target)

    monkeypatch.setattr(Draft, 'move', fail)
    with Transaction(overwrite=True) as files:
        for name in 'ab':
            files.stage(tmp_path / name, write_text)
        with pytest.raises(type(error)):
            files.commit()
    content = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert content == ({'a': b'old a', 'b': b'old b'} if old else {})
