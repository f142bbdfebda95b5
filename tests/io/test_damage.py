"""Damaged files end in a sentence, when read and when written again."""

from __future__ import annotations

import io
import logging
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from napari_dip.io.errors import FileError
from napari_dip.io.formats import format_of
from napari_dip.io.layout import settle
from napari_dip.io.reading import read_image, read_mask
from napari_dip.io.rehearsal import check_writable
from napari_dip.io.stored import StoredImage
from napari_dip.io.writing import choose_dtype, write_into
from tests.io.mutator import good_files, mutate

GOOD = good_files()
FORMATS = ('.tif', '.png', '.npy')
NUM = 300


@pytest.fixture(autouse=True)
def _silent() -> Iterator[None]:
    logger = logging.getLogger('tifffile')
    logger.propagate, before = False, logger.propagate
    yield
    logger.propagate = before


@pytest.mark.filterwarnings('ignore')
@pytest.mark.parametrize('ending', FORMATS)
def test_damaged_files_raise_nothing_but_sentences(
    tmp_path: Path, ending: str
) -> None:
    rng = np.random.default_rng(0)
    names = sorted(name for name in GOOD if name.endswith(ending))
    num_read = 0
    for number in range(NUM):
        name = names[number % len(names)]
        path = tmp_path / name
        path.write_bytes(mutate(GOOD[name], rng))
        try:
            read_mask(path)
            image = read_image(path)
        except FileError:
            continue
        num_read += 1
        write_again(image)
    assert num_read or ending == '.png'


def write_again(image: StoredImage) -> None:
    """Write what can be, after the checks that come before a fit."""
    if image.data.size > 10**5 or image.data.dtype.kind not in 'biuf':
        return
    for ending in ('.tif', '.ome.tif', '.png', '.npy'):
        path = Path(f'a{ending}')
        try:
            axes = settle(image).axes
            dtype = choose_dtype(path, axes, image.data.dtype, 'same')
            checked = check_writable(path, replace(image, axes=axes), dtype)
        except FileError:
            continue
        result = checked.restored(
            np.zeros(image.data.shape, dtype), axes, (1, 1)
        )
        write_into(io.BytesIO(), result, format_of(path))


@pytest.mark.parametrize('name', GOOD)
def test_good_files_are_written_again(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(GOOD[name])
    image = read_image(tmp_path / name)
    axes = settle(image).axes
    path = Path(f'a{Path(name).suffix}')
    checked = check_writable(path, replace(image, axes=axes), image.data.dtype)
    assert checked.notes == image.notes
    written = tmp_path / f'again-{name}'
    with written.open('wb') as file:
        write_into(file, checked, format_of(path))
    again = read_image(written)
    np.testing.assert_array_equal(again.data, image.data)
    assert again.text == image.text
    assert again.pixel_size == image.pixel_size
