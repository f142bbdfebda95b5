from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from napari_dip.images.acquired import acquire
from napari_dip.images.repeats import match_all, match_brightness, read_repeats


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


def field(size: int = 128) -> np.ndarray:
    """Blobs of 2 to 40 photons."""
    noise = np.random.default_rng(0).normal(size=(size, size))
    smooth = gaussian_filter(noise, 6)
    return 10 * np.exp(smooth / smooth.std() / 2)


CLEAN = field()


def photons(seed: int, brightness: float = 1.0) -> np.ndarray:
    generator = np.random.default_rng(seed)
    return generator.poisson(brightness * CLEAN).astype(float)


@pytest.mark.parametrize('gain', [0.5, 0.8, 1.0, 1.2, 2.0])
def test_gain_and_offset_are_found_in_photon_noise(gain):
    reference, other = photons(0), photons(1, 1 / gain) - 7
    slope, offset = match_brightness(other, reference)
    assert slope == pytest.approx(gain, rel=0.03)
    assert slope * -7 + offset == pytest.approx(0, abs=0.4)


def test_what_differs_in_content_does_not_count():
    reference, other = photons(0), photons(1) / 2
    other[10:40, 10:40] += 60
    slope, _ = match_brightness(other, reference)
    assert slope == pytest.approx(2, rel=0.05)
    # The plain ratio of deviations would be far off.
    assert abs(reference.std() / other.std() - 2) > 0.5


def test_missing_pixels_do_not_count():
    reference = photons(0)
    other = (reference - 3) / 2
    reference[5:9, 20:30] = np.nan
    assert match_brightness(other, reference) == pytest.approx((2, 3))


def test_a_flat_copy_is_only_shifted():
    flat = np.full((32, 32), 4.0)
    gain, offset = match_brightness(flat, flat + 3)
    assert (gain, offset) == (1.0, 3.0)


def test_every_channel_has_a_line_of_its_own():
    image = np.stack([photons(0), photons(1)])
    other = (image - [[[5]], [[-3]]]) / [[[2]], [[4]]]
    repeats = match_all(image, [other, image])
    assert repeats.count == 3
    np.testing.assert_allclose(repeats.planes[1], image)
    np.testing.assert_allclose(repeats.mean, image)
    assert repeats.gains == pytest.approx([2, 4, 1, 1])
    assert repeats.describe() == '3 frames, the others times 2, 4, 1, 1'
