from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from napari_dip.io.errors import FileError
from napari_dip.io.files.destinations import (
    check_destination,
    check_space,
    replaces,
)


def names_in(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


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
    with pytest.raises(FileError, match=r'name is too long.*another name'):
        check_destination(tmp_path / ('a' * 300), overwrite=False)


@pytest.mark.parametrize('code', [errno.EROFS, errno.EACCES, errno.ENOSPC])
def test_read_only_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    # Permissions do not stop an administrator, who may run the tests.
    def refuse(path: Path, *arguments: object) -> None:
        raise OSError(code, os.strerror(code), path)

    monkeypatch.setattr(Path, 'open', refuse)
    with pytest.raises(FileError, match=r'cannot write into.*another folder'):
        check_destination(tmp_path / 'a', overwrite=False)


def test_space(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = type('Usage', (), {'free': 10 * 2**20})
    monkeypatch.setattr('shutil.disk_usage', lambda folder: usage)
    check_space(tmp_path / 'a', 9 * 2**20)
    with pytest.raises(FileError, match=r'10\.1 MiB are needed and 10\.0'):
        check_space(tmp_path / 'a', 10 * 2**20)


def test_link_that_leads_back_to_itself(tmp_path: Path) -> None:
    link, other = tmp_path / 'a', tmp_path / 'b'
    try:
        link.symlink_to(other)
        other.symlink_to(link)
    except OSError:
        pytest.skip('this system lets only administrators make links')
    with pytest.raises(FileError, match=r'leads back to itself.*another'):
        check_destination(link, overwrite=True)
    assert sorted(names_in(tmp_path)) == ['a', 'b']


@pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='a kind of Unix')
def test_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / 'a')
    with pytest.raises(FileError, match='not a file'):
        check_destination(tmp_path / 'a', overwrite=True)


def test_folder_that_is_a_file(tmp_path: Path) -> None:
    (tmp_path / 'a').touch()
    with pytest.raises(FileError, match='no folder'):
        check_destination(tmp_path / 'a' / 'b', overwrite=False)


def test_largest_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resource = pytest.importorskip('resource')
    limits = (2**20, resource.RLIM_INFINITY)
    monkeypatch.setattr(resource, 'getrlimit', lambda which: limits)
    check_space(tmp_path / 'a', 2**19)
    with pytest.raises(FileError, match=r'larger than.*1\.1 MiB.*ulimit'):
        check_space(tmp_path / 'a', 2**20)


def test_which_file_would_be_replaced(tmp_path: Path) -> None:
    file, second = tmp_path / 'a', tmp_path / 'b'
    file.touch()
    second.hardlink_to(file)
    assert replaces(second, file)
    assert replaces(tmp_path / 'x' / '..' / 'c', tmp_path / 'c')
    assert not replaces(tmp_path / 'c', file)
