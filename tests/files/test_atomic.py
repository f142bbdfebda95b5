from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import BinaryIO

import pytest

from napari_dip.files import atomic
from napari_dip.files.atomic import (
    check_destination,
    check_space,
    write_atomically,
)
from napari_dip.files.errors import FileError


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


def test_good_destination_leaves_nothing(tmp_path: Path) -> None:
    check_destination(tmp_path / 'a', overwrite=False)
    assert names_in(tmp_path) == []


def test_existing_file(tmp_path: Path) -> None:
    path = tmp_path / 'a'
    path.touch()
    with pytest.raises(FileError, match=r'exists already.*--overwrite'):
        check_destination(path, overwrite=False)
    check_destination(path, overwrite=True)


def test_folder_as_destination(tmp_path: Path) -> None:
    with pytest.raises(FileError, match='not a file'):
        check_destination(tmp_path, overwrite=True)


def test_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(FileError, match=r'no folder .*create it'):
        check_destination(tmp_path / 'b' / 'a', overwrite=False)


def test_name_too_long(tmp_path: Path) -> None:
    with pytest.raises(FileError, match='cannot write'):
        check_destination(tmp_path / ('a' * 300), overwrite=False)


@pytest.mark.parametrize('code', [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_read_only_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    # Permissions do not stop an administrator, who may run the tests.
    def refuse(path: Path, **kwargs: object) -> None:
        raise OSError(code, os.strerror(code), path)

    monkeypatch.setattr(Path, 'touch', refuse)
    with pytest.raises(FileError, match=r'cannot write into.*another folder'):
        check_destination(tmp_path / 'a', overwrite=False)


def test_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type('Usage', (), {'free': 10 * 2**20})
    monkeypatch.setattr(atomic.shutil, 'disk_usage', lambda folder: usage)
    check_space(tmp_path / 'a', 9 * 2**20)
    with pytest.raises(FileError, match=r'10\.1 MiB are needed and 10\.0'):
        check_space(tmp_path / 'a', 10 * 2**20)
