"""Denoising where much of an image is missing."""

from __future__ import annotations

import numpy as np
import pytest

from napari_dip import denoise

SIDE = 64
ROWS, COLUMNS = np.mgrid[:SIDE, :SIDE]
CLEAN = (
    200
    + 100 * np.sin(COLUMNS / 6) * np.cos(ROWS / 9)
    + 80 * (np.hypot(ROWS - 40, COLUMNS - 24) < 12)
)
FROM_MIDDLE = np.hypot(ROWS - SIDE / 2, COLUMNS - SIDE / 2)
FROM_BORDER = np.minimum(
    np.minimum(ROWS, SIDE - 1 - ROWS), np.minimum(COLUMNS, SIDE - 1 - COLUMNS)
)
MISSING = {
    'strip at the left': COLUMNS <= 20,
    'frame': FROM_BORDER < SIDE // 6,
    'disc': FROM_MIDDLE < SIDE / 4,
    'all around a disc': FROM_MIDDLE > SIDE / 2.2,
    'half': ROWS < SIDE // 2,
    'corner': ROWS + COLUMNS < 0.7 * SIDE,
    'strips': ROWS % 16 < 6,
    'scattered': np.random.default_rng(1).random((SIDE, SIDE)) < 0.5,
}


def _noise(kind: str) -> np.ndarray:
    generator = np.random.default_rng(0)
    if kind == 'photons':
        return generator.poisson(CLEAN / 20) * 20.0
    return CLEAN + generator.normal(0, 40, CLEAN.shape)


@pytest.mark.slow
@pytest.mark.parametrize(
    ('shape', 'kind'),
    [
        # The kind decides on the range of intensities, the shape on the rest.
        *((shape, 'gaussian') for shape in MISSING),
        ('strip at the left', 'photons'),
        ('scattered', 'photons'),
    ],
)
def test_missing_areas_leave_the_rest_as_good(shape, kind):
    missing = MISSING[shape]
    noisy = np.where(missing, np.nan, _noise(kind))
    restored = denoise(noisy, preset='fast', max_num_iter=40, device='cpu')
    error = np.sqrt(np.mean((restored - CLEAN)[~missing] ** 2))
    before = np.sqrt(np.nanmean((noisy - CLEAN) ** 2))
    assert error < 0.75 * before
    assert np.nanmin(noisy) <= restored.min()
    assert restored.max() <= np.nanmax(noisy)


@pytest.mark.parametrize(
    'preset', ['balanced', pytest.param('best', marks=pytest.mark.slow)]
)
def test_presets_know_what_is_missing(preset):
    missing = MISSING['frame']
    noisy = np.where(missing, np.nan, _noise('gaussian'))
    restored = denoise(noisy, preset=preset, max_num_iter=20, device='cpu')
    assert np.nanmin(noisy) <= restored.min()
    assert restored.max() <= np.nanmax(noisy)
