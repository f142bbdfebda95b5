from __future__ import annotations

import os
from pathlib import Path

import pytest

from napari_dip.io.errors import FileError
from napari_dip.io.files.sources import check_source


def test_file(tmp_path: Path) -> None:
    (tmp_path / 'a').touch()
    check_source(tmp_path / 'a')


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileError, match='no such file'):
        check_source(tmp_path / 'a')


def test_folder(tmp_path: Path) -> None:
    with pytest.raises(FileError, match='it is a folder'):
        check_source(tmp_path)


@pytest.mark.skipif(not hasattr(os, 'mkfifo'), reason='of Unix')
def test_pipe_and_device(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / 'a')
    for path in (tmp_path / 'a', Path('/dev/zero')):
        with pytest.raises(FileError, match='it is a pipe or a device'):
            check_source(path)


def test_name_too_long(tmp_path: Path) -> None:
    with pytest.raises(FileError, match='the name is too long'):
        check_source(tmp_path / ('a' * 300))


def test_link_that_leads_back_to_itself(tmp_path: Path) -> None:
    link = tmp_path / 'a'
    try:
        link.symlink_to(link)
    except OSError:
        pytest.skip('this system lets only administrators make links')
    with pytest.raises(FileError, match='leads back to itself'):
        check_source(link)
