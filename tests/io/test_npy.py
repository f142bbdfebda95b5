from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_dip.io.errors import FileError
from napari_dip.io.npy import read_npy, write_npy
from napari_dip.io.reading import read_image
from napari_dip.io.stored import StoredImage


def test_round_trip(tmp_path: Path) -> None:
    data = np.arange(24.0).reshape(2, 3, 4)
    with (tmp_path / 'a.npy').open('wb') as file:
        write_npy(file, StoredImage(data, 'QQQ'))
    image = read_npy(tmp_path / 'a.npy')
    np.testing.assert_array_equal(image.data, data)
    assert image.axes == 'QQQ'


def test_objects_are_refused(tmp_path: Path) -> None:
    np.save(tmp_path / 'a.npy', np.array([{}]), allow_pickle=True)
    with pytest.raises(FileError, match='Python objects'):
        read_npy(tmp_path / 'a.npy')


def test_archive_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / 'a.npz', np.zeros(3))
    with pytest.raises(FileError, match='several arrays'):
        read_npy(tmp_path / 'a.npz')


def header_of(text: str) -> bytes:
    return (
        np.lib.format.MAGIC_PREFIX
        + b'\2\0'
        + (len(text).to_bytes(4, 'little') + text.encode())
    )


@pytest.mark.parametrize(
    'content',
    [b'no array at all', b'', header_of('{' + ' ' * 20000 + '}')],
)
def test_no_advice_to_load_unsafely(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / 'a.npy'
    path.write_bytes(content)
    # NumPy would advise to allow pickles, or to trust the file.
    with pytest.raises(FileError, match=r'cannot be read as NPY') as refused:
        read_image(path)
    assert 'pickle' not in str(refused.value)
    assert 'trust' not in str(refused.value)
