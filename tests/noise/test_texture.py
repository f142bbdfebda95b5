from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from benchmarks.datasets.photons import draw_cells
from napari_dip.noise.texture import noise_texture


def test_grain_of_white_and_correlated_noise():
    white = np.random.default_rng(7).normal(0, 5, (256, 256))
    cells = 200 * draw_cells(256)
    fine = noise_texture(white + cells)
    assert fine.independent
    assert fine.area == 1
    blurred = gaussian_filter(white, (0, 0.7))
    grain = noise_texture(20 * blurred / blurred.std() + cells)
    assert grain.correlation[0] < 0.2 < 0.4 < grain.correlation[1]
    assert grain.sigma == pytest.approx(20, rel=0.15)
    assert 1.5 < grain.area < 3.5


def test_noise_of_one_texture_dominates_its_quiet_parts():
    rng = np.random.default_rng(0)
    white = rng.normal(0, 5, (256, 256))
    smooth = white + np.roll(white, 1, 0)
    blurred = smooth + np.roll(smooth, 1, 1)
    texture = noise_texture(blurred)
    assert texture.dominated_by_noise
    assert not texture.independent


def test_structure_of_uneven_strength_does_not_pass_for_noise():
    rng = np.random.default_rng(0)
    white = rng.normal(0, 5, (256, 256))
    blurred = white + np.roll(white, 1, 0) + np.roll(white, 1, 1)
    strength = np.linspace(0.1, 3, 256)[:, None]
    assert not noise_texture(strength * blurred).dominated_by_noise
