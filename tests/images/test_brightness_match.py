from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from napari_dip.images.brightness_match import match_all, match_brightness


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
