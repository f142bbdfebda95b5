from __future__ import annotations

import contextlib
import io
import os
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import pytest
import tifffile
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_dip.io import reading
from napari_dip.io.errors import FileError
from napari_dip.io.reading import (
    check_source,
    read_image,
    read_mask,
    read_repeats,
)

PLANE = np.random.default_rng(0).integers(0, 999, (20, 16), np.uint16)


def good_files() -> dict[str, bytes]:
    files: dict[str, bytes] = {}

    def tiff(name: str, data: np.ndarray, **options: object) -> None:
        file = io.BytesIO()
        tifffile.imwrite(file, data, **options)
        files[name] = file.getvalue()

    stack = np.stack([PLANE, PLANE + 1, PLANE + 2])
    tiff('plain.tif', PLANE)
    tiff('deflated.tif', PLANE, compression='zlib', predictor=True)
    tiff('tiled.tif', PLANE, tile=(16, 16))
    tiff('imagej.tif', stack, imagej=True, metadata={'axes': 'CYX'})
    tiff('a.ome.tif', stack, ome=True, metadata={'axes': 'CYX'})
    files['grey.png'] = iio.imwrite('<bytes>', PLANE, extension='.png')
    file = io.BytesIO()
    np.save(file, PLANE)
    files['a.npy'] = file.getvalue()
    return files


GOOD = good_files()


@pytest.fixture(scope='module')
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp('files')


@pytest.mark.parametrize('name', GOOD)
def test_good_files(folder: Path, name: str) -> None:
    (folder / name).write_bytes(GOOD[name])
    data = read_image(folder / name).data
    plane = data if data.ndim == 2 else data[0]
    np.testing.assert_array_equal(plane, PLANE)


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(GOOD)), st.floats(0, 1, exclude_max=True))
def test_cut_off_files_are_refused_or_whole(
    folder: Path, name: str, share: float
) -> None:
    content = GOOD[name]
    path = folder / name
    path.write_bytes(content)
    whole = read_image(path)
    path.write_bytes(content[: int(share * len(content))])
    try:
        cut = read_image(path)
    except FileError:
        return
    np.testing.assert_array_equal(cut.data, whole.data)


@settings(max_examples=80, deadline=None)
@given(
    st.sampled_from(sorted(GOOD)),
    st.lists(st.tuples(st.integers(0, 600), st.integers(0, 255)), min_size=1),
)
def test_damaged_files_raise_nothing_else(
    folder: Path, name: str, changes: list[tuple[int, int]]
) -> None:
    content = bytearray(GOOD[name])
    for place, value in changes:
        content[place % len(content)] = value
    path = folder / name
    path.write_bytes(content)
    with contextlib.suppress(FileError):
        read_image(path)


def test_missing(tmp_path: Path) -> None:
    with pytest.raises(FileError, match='no such file'):
        read_image(tmp_path / 'a.tif')


def test_folder(tmp_path: Path) -> None:
    (tmp_path / 'a.tif').mkdir()
    with pytest.raises(FileError, match='cannot be read'):
        read_image(tmp_path / 'a.tif')


def test_other_content_than_the_name_says(tmp_path: Path) -> None:
    (tmp_path / 'a.png').write_bytes(GOOD['plain.tif'])
    with pytest.raises(FileError, match='cannot be read as PNG'):
        read_image(tmp_path / 'a.png')


@pytest.mark.parametrize(
    ('error', 'words'),
    [
        (MemoryError('12 GiB'), 'not enough memory'),
        (PermissionError(13, 'x'), 'no permission'),
        (ValueError("LZW requires the 'imagecodecs' package"), 'pip install'),
    ],
)
def test_what_a_decoder_may_raise(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: Exception,
    words: str,
) -> None:
    def fail(path: Path, choice: object) -> None:
        raise error

    monkeypatch.setattr(reading, 'read_tiff', fail)
    with pytest.raises(FileError, match=words):
        read_image(tmp_path / 'a.tif')


def test_colours_by_number_are_refused_but_for_masks(tmp_path: Path) -> None:
    path = tmp_path / 'a.tif'
    labels = (PLANE > 500).astype(np.uint8)
    table = np.zeros((3, 256), np.uint16)
    tifffile.imwrite(path, labels, photometric='palette', colormap=table)
    with pytest.raises(FileError, match='grey or RGB'):
        read_image(path)
    np.testing.assert_array_equal(read_mask(path), labels)


def test_mask_without_axes_of_length_1(tmp_path: Path) -> None:
    np.save(tmp_path / 'a.npy', PLANE[np.newaxis])
    np.testing.assert_array_equal(read_mask(tmp_path / 'a.npy'), PLANE)


@pytest.mark.parametrize('samples', [2, 3, 4])
def test_mask_in_colours(tmp_path: Path, samples: int) -> None:
    mask = np.full((20, 16, samples), 0, np.uint8)
    mask[3, 4, 0] = 9
    if samples in (2, 4):
        mask[..., -1] = 255
    iio.imwrite(tmp_path / 'a.png', mask)
    missing = read_mask(tmp_path / 'a.png')
    assert np.argwhere(missing).tolist() == [[3, 4]]


def test_mask_by_channel(tmp_path: Path) -> None:
    mask = np.stack([PLANE, PLANE * 0, PLANE])
    tifffile.imwrite(tmp_path / 'a.tif', mask, imagej=True)
    np.testing.assert_array_equal(read_mask(tmp_path / 'a.tif'), mask)


@pytest.mark.parametrize('shape', [(20, 16), (1, 20, 16), (3, 20, 16)])
def test_repeats_are_a_frame_or_a_stack(
    tmp_path: Path, shape: tuple[int, ...]
) -> None:
    frames = np.random.default_rng(0).integers(0, 99, shape, np.uint16)
    path = tmp_path / 'frames.tif'
    tifffile.imwrite(path, frames, photometric='minisblack')
    found = read_repeats(path, PLANE.shape)
    np.testing.assert_array_equal(found, frames.reshape(-1, 20, 16))


@pytest.mark.parametrize('shape', [(16, 20), (2, 3, 20, 16), (20, 16, 3)])
def test_repeats_of_another_shape(
    tmp_path: Path, shape: tuple[int, ...]
) -> None:
    np.save(tmp_path / 'a.npy', np.zeros(shape))
    with pytest.raises(FileError, match=r'is not that of INPUT.*same field'):
        read_repeats(tmp_path / 'a.npy', PLANE.shape)


def test_file(tmp_path: Path) -> None:
    (tmp_path / 'a').touch()
    check_source(tmp_path / 'a')


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(FileError, match='no such file'):
        check_source(tmp_path / 'a')


def test_a_folder_is_no_source(tmp_path: Path) -> None:
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
