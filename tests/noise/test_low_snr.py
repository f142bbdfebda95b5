import numpy as np
import pytest

from napari_dip.noise.low_snr import faint_squares
from napari_dip.noise.variance import estimate_variance


def _side(plane):
    """Of an image whose noise is not told."""
    return faint_squares(plane, estimate_variance(plane))


def _wave(strength, side=192, seed=0):
    """A wave of 63 pixels in noise of variance 1."""
    rng = np.random.default_rng(seed)
    wave = np.sin(np.arange(side) / 10)[:, None] * np.ones(side)
    return strength * wave + rng.normal(size=(side, side))


@pytest.mark.parametrize('strength', [0.7, 2.0, 50.0])
def test_structure_that_shows_needs_no_squares(strength):
    assert _side(_wave(strength)) == 1


def test_the_fainter_the_larger_the_squares():
    sides = [_side(_wave(s)) for s in (0.05, 0.15, 0.3, 1.0)]
    assert sides == sorted(sides, reverse=True)
    assert sides[0] > sides[1] > sides[3] == 1


@pytest.mark.parametrize(
    ('gain', 'offset'), [(3e4, 0), (1e-3, 0), (1.0, -1e3)]
)
def test_the_unit_does_not_matter(gain, offset):
    field = _wave(0.2)
    assert _side(gain * field + offset) == _side(field) > 1


def test_bright_spots_keep_their_pixels():
    field = _wave(0.2)
    spots = field.copy()
    for row, column in ((30, 40), (100, 60), (150, 150)):
        spots[row : row + 3, column : column + 3] += 7
    assert _side(spots) == 1
    # A hot pixel is no spot.
    field[10, 10] = 1e3
    assert _side(field) > 1


def test_missing_pixels_are_left_out():
    field = _wave(0.2)
    field[:20] = np.nan
    assert _side(field) == _side(_wave(0.2)[20:])


@pytest.mark.parametrize(
    'plane',
    [np.full((40, 40), np.nan), np.full((40, 40), 7.0), _wave(0, side=20)],
)
def test_an_image_that_tells_nothing_is_no_error(plane):
    assert _side(plane) == 1
