"""Square blocks of a plane, and what differences show of their noise."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]

#: Side of a block in pixels.
BLOCK = 6
#: Fewer blocks tell nothing.
LEAST_BLOCKS = 12
#: Upper quartile of the standard normal distribution, and the median of its
#: absolute values.
QUARTILE = 0.6745
# Fewer blocks than this overlap: on 64 x 64 pixels the noise is then known
# to 5 % in place of 50 %.
_ENOUGH_BLOCKS = 500
# Share of marked pixels in a block that holds both them and others.
_MIXED = (0.2, 0.8)


def high_pass(plane: ArrayLike, order: int = 2) -> Array:
    """Noise residual of a plane with unit gain for white noise.

    It is the difference along both axes: blind to any plane and to straight
    edges along the axes, so most of what passes is noise.

    Parameters
    ----------
    plane : (M, N) array_like
        Any real dtype, both sides longer than the order.
    order : int
        Order of the difference.

    Returns
    -------
    (M - order, N - order) ndarray
        Residual, whose variance is that of noise independent from pixel to
        pixel.  Correlated noise comes out too small.
    """
    weights = np.array([-1.0, 1.0])
    for _ in range(order - 1):
        weights = np.convolve(weights, [-1.0, 1.0])
    weights = weights / np.sqrt(np.sum(weights**2))
    rows = _filter_rows(np.asarray(plane, float), weights)
    return _filter_rows(rows.T, weights).T


def _filter_rows(plane: Array, weights: Array) -> Array:
    count = max(len(plane) - len(weights) + 1, 0)
    filtered: Array = weights[0] * plane[:count]
    for index, weight in enumerate(weights[1:], 1):
        filtered = filtered + weight * plane[index : index + count]
    return filtered


def block_statistics(
    plane: ArrayLike, block: int = BLOCK
) -> tuple[Array, Array]:
    """Mean intensity and residual power of every square block of a plane.

    Parameters
    ----------
    plane : (M, N) array_like
        Image plane; blocks that hold a non-finite value are left out.
    block : int
        Side of a block in pixels. Blocks overlap where there would be few.

    Returns
    -------
    mean, power : ndarray, ndarray
        One value per block, in image units and image units squared.
    """
    values = np.asarray(plane, float)
    inner = values[1:-1, 1:-1]
    step = _block_step(inner.shape, block)
    mean = block_mean(inner, block, step)
    power = block_mean(high_pass(values) ** 2, block, step)
    finite = np.isfinite(mean) & np.isfinite(power)
    return mean[finite], power[finite]


def mixed_blocks(
    plane: Array, marked: NDArray[np.bool_]
) -> tuple[Array, Array, Array]:
    """Return the blocks in which some pixels are marked and others not.

    Parameters
    ----------
    plane : (M, N) ndarray
        NaN where it is missing.
    marked : (M, N) ndarray of bool
        The pixels that are looked for.

    Returns
    -------
    mean, power, share : ndarray
        As :func:`block_statistics` tells them, and the share of the marked.
    """
    mean, power = block_statistics(plane)
    share, _ = block_statistics(np.where(np.isfinite(plane), marked, np.nan))
    mixed = (share > _MIXED[0]) & (share < _MIXED[1])
    return mean[mixed], power[mixed], share[mixed]


def _block_step(shape: tuple[int, ...], block: int) -> int:
    """Pixels from one block to the next."""
    for step in (block, block // 2, block // 3):
        if np.prod([size // step for size in shape]) >= _ENOUGH_BLOCKS:
            return step
    return 1


def block_mean(plane: Array, block: int, step: int | None = None) -> Array:
    """Means of the square blocks of planes, `step` pixels apart.

    Parameters
    ----------
    plane : (..., M, N) ndarray of float
        Image plane, or several.
    block : int
        Side of a block in pixels.
    step : int, optional
        From one block to the next; the side unless given.
    """
    if min(plane.shape[-2:]) < block:
        return np.zeros(0)
    step = step or block
    tiles = sliding_window_view(plane, (block, block), axis=(-2, -1))
    means: Array = tiles[..., ::step, ::step, :, :].mean(axis=(-2, -1))
    return means.ravel()
