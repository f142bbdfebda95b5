import numpy as np
import pytest

from napari_dip.noise.low_counts import photon_squares
from napari_dip.noise.variance import estimate_variance


def _side(plane):
    """Of an image whose noise is not told."""
    return photon_squares(plane, estimate_variance(plane))


def _field(peak, side=160, seed=0):
    """Bright discs on a dim background, in photons."""
    rows, columns = np.mgrid[:side, :side]
    rng = np.random.default_rng(seed)
    light = np.full((side, side), 0.05)
    for row, column in rng.uniform(0, side, (12, 2)):
        light[np.hypot(rows - row, columns - column) < 9] = 1.0
    return rng.poisson(peak * light).astype(float)


@pytest.mark.parametrize('peak', [5, 20, 500])
def test_light_enough_needs_no_squares(peak):
    assert _side(_field(peak)) == 1


def test_the_fewer_photons_the_larger_the_squares():
    sides = [_side(_field(peak)) for peak in (0.05, 0.3, 1.0, 5.0)]
    assert sides == sorted(sides, reverse=True)
    assert sides[0] > sides[1] > sides[2] > sides[3] == 1


@pytest.mark.parametrize(
    ('gain', 'offset'), [(1, 0), (12.0, 0), (0.01, 0), (12.0, 100)]
)
def test_the_unit_does_not_matter(gain, offset):
    field = _field(0.5)
    assert _side(gain * field + offset) == _side(field)


def test_bright_spots_in_the_dark_keep_their_pixels():
    rng = np.random.default_rng(0)
    light = np.full((160, 160), 0.03)
    light[::16, ::16] = 40.0
    assert _side(rng.poisson(light)) == 1


def test_noise_that_is_not_of_photons_needs_none():
    rng = np.random.default_rng(0)
    assert _side(rng.normal(0, 1, (96, 96))) == 1
    assert _side(rng.normal(1e-3, 1, (96, 96))) == 1


@pytest.mark.parametrize(
    'plane',
    [
        np.zeros((64, 64)),
        np.full((64, 64), 7.0),
        np.full((64, 64), np.nan),
        np.eye(64),
    ],
)
def test_an_image_without_noise_is_no_error(plane):
    assert _side(plane) >= 1


def test_missing_pixels_are_left_out():
    field = _field(0.5)
    expected = _side(field)
    field[:40] = np.nan
    assert _side(field) == expected


def test_a_small_image_keeps_pixels_enough():
    field = _field(0.05, side=70)
    assert _side(field) <= 70 // 32
