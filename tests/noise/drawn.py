"""Drawn noise and frames, for more than one test."""

from __future__ import annotations

import numpy as np
from scipy.ndimage import gaussian_filter, shift
from scipy.signal import lfilter

from benchmarks.datasets.photons import draw_cells

CELLS = 200 * draw_cells(256)
WHITE = np.random.default_rng(7).normal(0, 10, (256, 256))
WAVES = 100 + 20 * np.outer(*[np.sin(np.arange(128) / 8)] * 2)


def grain(correlated: bool) -> np.ndarray:
    noise = np.random.default_rng(0).normal(0, 10, (1, 128, 128))
    return gaussian_filter(noise, (0, 1, 1)) if correlated else noise


def frames(count: int, correlated: bool) -> np.ndarray:
    """Frames of waves, darker each time, in noise of their own."""
    noise = np.random.default_rng(5).normal(0, 10, (count, 128, 128))
    if correlated:
        noise = 3 * gaussian_filter(noise, (0, 1, 1))
    return np.linspace(1, 0.8, count)[:, None, None] * (WAVES + noise)


def scanned(received: np.ndarray, memory: float) -> np.ndarray:
    """What a detector makes of it that forgets exponentially, row by row."""
    return lfilter([1 - memory], [1, -memory], received, axis=-1)


def photons(peak: float, seed: int) -> np.ndarray:
    """Counts of a drawn field."""
    light = peak * draw_cells(256, seed) + 1
    return np.random.default_rng(seed).poisson(light)


def shifted(image: np.ndarray, rows: float, columns: float) -> np.ndarray:
    """The image moved by parts of a pixel, as a registration does it."""
    return shift(image.astype(float), (rows, columns), order=1, mode='nearest')
