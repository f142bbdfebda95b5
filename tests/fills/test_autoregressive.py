from __future__ import annotations

import numpy as np
import pytest

from napari_dip.fills import autoregressive
from napari_dip.fills.autoregressive import Autoregressive, _squared
from napari_dip.fills.smooth import Biharmonic

ROWS, COLUMNS = np.mgrid[:64, :80].astype(float)
STRIPES = 100 + 20 * np.sin(1.9 * COLUMNS + 0.4 * ROWS)
LINE = (ROWS > 28) & (ROWS < 34) & (COLUMNS > 9)


def error(filled, image=STRIPES, missing=LINE):
    return np.sqrt(np.mean((filled - image)[missing] ** 2))


@pytest.mark.parametrize('regional', [False, True])
def test_fine_stripes_are_continued_where_a_plate_is_flat(regional):
    given = np.where(LINE, 0, STRIPES)
    smooth = error(Biharmonic()(given, LINE))
    found = error(Autoregressive(2, regional)(given, LINE))
    assert smooth > 8
    assert found < 0.1 * smooth


def test_known_pixels_are_kept_and_what_is_missing_has_no_say():
    fill = Autoregressive(2)
    one = fill(np.where(LINE, 0, STRIPES), LINE)
    other = fill(np.where(LINE, 0, STRIPES), LINE.copy())
    np.testing.assert_allclose(one[~LINE], STRIPES[~LINE])
    np.testing.assert_array_equal(one, other)


def test_scattered_pixels_have_no_complete_neighbourhood():
    missing = np.random.default_rng(0).random(STRIPES.shape) < 0.5
    given = np.where(missing, 0, STRIPES)
    smooth = error(Biharmonic()(given, missing), missing=missing)
    found = error(Autoregressive(4)(given, missing), missing=missing)
    assert found < smooth


def test_many_missing_pixels_are_approached(monkeypatch):
    given = np.where(LINE, 0, STRIPES)
    at_once = Autoregressive(2)(given, LINE)
    monkeypatch.setattr(autoregressive, 'AT_ONCE', 0)
    step_by_step = Autoregressive(2)(given, LINE)
    # Of an image without noise the equations are as good as singular.
    assert np.abs(at_once - step_by_step).max() < 0.1 * np.ptp(STRIPES)


def test_a_constant_image_stays_constant():
    filled = Autoregressive()(np.where(LINE, 0, 5.0), LINE)
    np.testing.assert_allclose(filled, 5, atol=1e-6)


def test_volumes_and_images_smaller_than_the_reach():
    image = np.indices((6, 7, 8)).sum(0).astype(float)
    holes = np.zeros(image.shape, bool)
    holes[2:4, 3, 2:5] = True
    filled = Autoregressive(1)(np.where(holes, 0, image), holes)
    assert np.abs(filled - image).max() < 1
    tiny = np.arange(12.0).reshape(3, 4)
    holes = tiny == 5
    filled = Autoregressive(4)(np.where(holes, 0, tiny), holes)
    assert np.isfinite(filled).all()


@pytest.mark.parametrize('count', [0, 7, 1000])
def test_products_are_those_of_the_whole(count):
    rows = np.random.default_rng(0).normal(size=(41, count))
    np.testing.assert_allclose(_squared(rows), rows @ rows.T, atol=1e-9)
