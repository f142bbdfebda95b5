from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from napari_dip.images.acquired import acquire
from napari_dip.images.repeats import read_repeats


def noise(seed: int, shape: tuple[int, ...] = (48, 64)) -> np.ndarray:
    return np.random.default_rng(seed).normal(size=shape)


CELLS = 1000 * gaussian_filter(noise(0), 3) + 500
GREY = CELLS + 10 * noise(1)
OTHER = CELLS + 10 * noise(2)
ANOTHER = 1000 * gaussian_filter(noise(5), 3) + 10 * noise(6)
RGB = np.stack([GREY, GREY + 1, GREY + 2], axis=-1)
RGBA = np.dstack([RGB, np.ones(GREY.shape)])


def with_holes(value: float) -> np.ndarray:
    return np.full(GREY.shape, value)


@pytest.mark.parametrize(
    ('repeats', 'count'),
    [
        (OTHER, 1),
        ([OTHER], 1),
        (OTHER[None, :, None], 1),
        (np.stack([OTHER, 2 * GREY]), 2),
        (np.stack([OTHER, 2 * GREY])[:, None], 2),
    ],
)
@pytest.mark.parametrize('image', [GREY, GREY[None, None]])
def test_repeats_have_one_axis_more(image, repeats, count):
    frames = read_repeats(repeats, acquire(image))
    assert len(frames) == count
    np.testing.assert_array_equal(frames[0], OTHER[None])


@pytest.mark.parametrize('frame', [RGB * 2, RGBA * 2])
def test_opacity_is_no_part_of_a_frame(frame):
    for given in (frame, [frame], frame[None, None]):
        [found] = read_repeats(given, acquire(RGBA))
        np.testing.assert_array_equal(found, np.moveaxis(RGB * 2, 2, 0))


@pytest.mark.parametrize(
    ('repeats', 'error', 'says', 'remedy'),
    [
        (GREY + 0j, TypeError, 'complex128', 'as in the image'),
        (GREY.T, ValueError, r'\(64, 48\)', 'one or more frames'),
        (7, ValueError, r'\(\)', 'one or more frames'),
        (np.empty((0, 48, 64)), ValueError, r'\(0, 48', 'one or more frames'),
        ([OTHER, with_holes(np.nan)], ValueError, 'frame 2', 'leave'),
        (np.ma.masked_less(OTHER, 450), ValueError, 'masked', 'fill them'),
        (with_holes(3), ValueError, 'value 3', 'leave it out'),
        (GREY, ValueError, 'frame 1 is equal', 'leave it out'),
        ([OTHER, OTHER], ValueError, 'frame 2 is equal', 'leave it out'),
        (-OTHER, ValueError, 'bright where the image is dark', 'invert it'),
        (ANOTHER, ValueError, 'frame 1 does not correlate', 'leave it out'),
        ([OTHER, noise(3)], ValueError, 'frame 2 does not', 'leave it out'),
        (np.roll(OTHER, 12, 1), ValueError, 'does not correlate', 'align it'),
        ([[1, 2], [3]], ValueError, 'array of numbers', 'lists of one length'),
    ],
)
def test_repeats_that_are_of_no_use(repeats, error, says, remedy):
    with pytest.raises(error, match=says) as caught:
        read_repeats(repeats, acquire(GREY))
    assert str(caught.value).startswith('repeats: ')
    assert remedy in str(caught.value)


@pytest.mark.parametrize('deviation', [0.1, 100, 300])
def test_frames_of_one_field_are_taken_in_much_noise(deviation):
    # At 300 a pixel has 0.3 of the signal's deviation for its noise.
    first, second = (CELLS + deviation * noise(s) for s in (1, 2))
    assert len(read_repeats(second, acquire(first))) == 1


def test_a_drift_by_less_than_a_structure_is_taken():
    assert len(read_repeats(np.roll(OTHER, 1, 1), acquire(GREY))) == 1


def test_a_lattice_is_like_itself_at_many_shifts():
    rows, columns = np.mgrid[:64, :64]
    atoms = np.cos(rows * np.pi / 4) * np.cos(columns * np.pi / 4)
    first, second = (atoms + 2 * noise(s, (64, 64)) for s in (1, 2))
    assert len(read_repeats(second, acquire(first))) == 1


def test_hot_pixels_do_not_make_two_fields_one():
    hot = np.zeros(GREY.shape)
    hot[5, 7] = hot[30, 40] = 1e6
    with pytest.raises(ValueError, match='does not correlate'):
        read_repeats(ANOTHER + hot, acquire(GREY + hot))


def test_missing_pixels_of_the_image_do_not_count():
    image = GREY.copy()
    image[:20, :20] = np.nan
    assert len(read_repeats(OTHER, acquire(image))) == 1


def test_booleans_are_intensities():
    [frame] = read_repeats(np.array(OTHER > 500), acquire(GREY))
    assert frame.shape == (1, *GREY.shape)
