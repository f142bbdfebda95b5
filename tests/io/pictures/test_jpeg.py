from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from napari_dip.io.errors import FileError
from napari_dip.io.pictures.jpeg import read_compression
from napari_dip.io.reading import read_image
from napari_dip.io.writing import choose_dtype
from napari_dip.noise.jpeg import standard_table

RGB = np.random.default_rng(0).integers(0, 255, (24, 40, 3), np.uint8)


@pytest.mark.parametrize(('kind', 'sampling'), [(0, (1, 1)), (2, (2, 2))])
def test_steps_and_sampling_are_those_of_the_file(tmp_path, kind, sampling):
    path = tmp_path / 'a.JPG'
    Image.fromarray(RGB).save(path, 'JPEG', quality=30, subsampling=kind)
    image = read_image(path)
    assert image.axes == 'YXS'
    np.testing.assert_array_equal(image.data, np.asarray(Image.open(path)))
    found = read_compression(path)
    assert found.shape == (24, 40)
    assert found.sampling == sampling
    np.testing.assert_array_equal(found.steps[0], standard_table(30))
    for steps in found.steps[1:]:
        np.testing.assert_array_equal(steps, standard_table(30, colour=True))


def test_grey_has_one_table(tmp_path):
    path = tmp_path / 'a.jpeg'
    Image.fromarray(RGB[..., 0]).save(path, 'JPEG', quality=5)
    assert read_image(path).axes == 'YX'
    assert read_compression(path).steps.shape == (1, 8, 8)


def test_what_cannot_be_used_is_refused_in_a_sentence(tmp_path):
    path = tmp_path / 'a.jpg'
    Image.fromarray(RGB).convert('CMYK').save(path, 'JPEG')
    with pytest.raises(FileError, match='CMYK and not grey or RGB; save'):
        read_image(path)
    path.write_bytes(b'no picture')
    with pytest.raises(FileError, match='cannot be read as JPEG'):
        read_image(path)
    with pytest.raises(FileError, match=r'write \.tif or \.png instead'):
        choose_dtype(path, 'YX', np.dtype(np.uint8), None)


def test_a_picture_that_is_shown_turned_is_read_so_without_its_blocks(
    tmp_path,
):
    path = tmp_path / 'a.jpg'
    tags = Image.Exif()
    tags[274] = 6
    Image.fromarray(RGB).save(path, 'JPEG', exif=tags)
    image = read_image(path)
    assert image.data.shape == (40, 24, 3)
    assert 'turned' in image.notes[0]
    with pytest.raises(FileError, match='shown turned'):
        read_compression(path)
