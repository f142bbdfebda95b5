from __future__ import annotations

import numpy as np
import pytest

from napari_dip.fills import equations
from napari_dip.fills.autoregressive import Autoregressive
from napari_dip.fills.smooth import Biharmonic

ROWS, COLUMNS = np.mgrid[:64, :80].astype(float)


@pytest.mark.parametrize('fill', [Autoregressive(2), Biharmonic()])
@pytest.mark.parametrize('scattered', [True, False])
def test_what_is_not_near_soon_is_solved_for(monkeypatch, fill, scattered):
    generator = np.random.default_rng(0)
    image = 100 + 20 * np.sin(0.3 * COLUMNS + 0.1 * ROWS)
    image += generator.normal(size=image.shape)
    missing = generator.random(image.shape) < 0.5
    if not scattered:
        missing[:] = False
        missing[16:48, 16:48] = True
    given, calls = np.where(missing, 0, image), []
    solved = equations.solved

    def counted(*asked):
        calls.append(1)
        return solved(*asked)

    monkeypatch.setattr(equations, 'solved', counted)
    found = fill(given, missing)
    assert bool(calls) == (not scattered)
    monkeypatch.setattr(equations, '_QUICK', 1)
    exact = fill(given, missing)
    assert np.abs(found - exact).max() < 0.01 * np.ptp(image)


def test_a_bright_ground_is_filled_as_well_as_a_dark_one():
    generator = np.random.default_rng(0)
    image = 20 * np.sin(0.3 * COLUMNS + 0.1 * ROWS)
    missing = generator.random(image.shape) < 0.5
    dark, bright = (
        Biharmonic()(np.where(missing, 0, image + ground), missing) - ground
        for ground in (0.0, 1e6)
    )
    np.testing.assert_allclose(dark, bright, atol=1e-6)
