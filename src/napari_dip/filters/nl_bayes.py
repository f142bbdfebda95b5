"""Blocks that resemble each other, denoised by how their pixels vary together.

Where a few fixed transforms tell structure from noise badly, the covariance of
similar blocks in an estimate does better; its errors are others, too.
"""

from __future__ import annotations

import torch
from torch import Tensor

from napari_dip.device.choice import solver_device
from napari_dip.device.clock import go_on
from napari_dip.filters.block_groups import (
    AT_ONCE,
    Overlap,
    pixels_of_a_block,
    restore_planes,
)
from napari_dip.filters.bm3d import POWER
from napari_dip.grid.interpolation import TINY
from napari_dip.noise.homogeneous import well_known
from napari_dip.noise.robust_scale import spread

# Pixels along a side of a block, and blocks of a group: a few more than the
# pixels, whose covariance they tell.
_SIDE = 6
_ALIKE = 50
# Of the variance: keeps the covariance of few different blocks invertible.
_RIDGE = 1e-4


def nl_bayes_filter(
    image: Tensor, pilot: Tensor, noise: Tensor | None = None
) -> Tensor:
    """Filter groups of similar blocks by their covariance in a pilot.

    Parameters
    ----------
    image, pilot : Tensor
        ``(planes, channels, height, width)``, sides of at least 18: signal
        and noise, and an estimate of the signal, in which the blocks are
        compared. The first plane is restored; others lie beside it. Any size
        takes the same memory.
    noise : Tensor, optional
        Same shape: noise like that of `image`, and of the same strength
        everywhere; NaN where it is missing. Structure in less than half of
        it does no harm. None is noise of variance 1, independent from pixel
        to pixel.

    Returns
    -------
    Tensor
        ``(1, channels, height, width)``.

    References
    ----------
    .. [1] M. Lebrun, A. Buades, J. Morel, "A Nonlocal Bayesian Image
           Denoising Algorithm", SIAM Journal on Imaging Sciences 6, 2013; of
           which the second step is used.
    """
    return restore_planes(image, pilot, noise, _SIDE, _ALIKE, _restore)


def _restore(
    firsts: Tensor, plane: Tensor, pilot: Tensor, *noise: Tensor
) -> Tensor:
    """Mean of the blocks, which count by what they lose."""
    block = pixels_of_a_block(plane, _SIDE)
    if noise:
        power = _covariance_of_noise(noise[0].take(firsts[:, :1] + block))
    else:
        power = POWER * _identity(plane)
    overlap = Overlap(plane)
    for few in torch.split(firsts, AT_ONCE):
        go_on()
        pixels = few[..., None] + block
        known = pilot.take(pixels)
        mean = known.mean(dim=1, keepdim=True)
        gain = _gain(known - mean, power)
        blocks = mean + (plane.take(pixels) - mean) @ gain
        kept = gain.square().sum((1, 2), keepdim=True) + 1 / _ALIKE
        overlap.add(blocks, 1 / kept, pixels)
    return overlap.mean()


def _gain(varying: Tensor, power: Tensor) -> Tensor:
    """Wiener filters of groups, from their pilots less the means.

    Returns
    -------
    Tensor
        ``(groups, pixels, pixels)``, to be multiplied from the right.
    """
    both = varying.mT @ varying / (_ALIKE - 1) + power
    variance = both.diagonal(dim1=1, dim2=2).mean(dim=1)[:, None, None]
    ridge = _RIDGE * variance + TINY
    both += ridge * _identity(both)
    factor = torch.linalg.cholesky(both.to(solver_device(both)))
    inverse = torch.cholesky_inverse(factor).to(both.device)
    # All but the noise: half the time of solving for the signal.
    return _identity(both) - inverse @ power - ridge * inverse


def _covariance_of_noise(blocks: Tensor) -> Tensor:
    """Covariance of the pixels of a block, as strong as most of them are."""
    blocks = blocks[well_known(blocks.isfinite().float().mean(dim=1))]
    blocks = blocks.nan_to_num(0.0)
    covariance = blocks.T @ blocks / len(blocks)
    most = spread(blocks.abs().flatten(), dim=0).square()
    return covariance * most / (covariance.diagonal().mean() + TINY)


def _identity(like: Tensor) -> Tensor:
    return torch.eye(_SIDE**2, dtype=like.dtype, device=like.device)
