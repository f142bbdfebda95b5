"""What the residual of a fit holds beyond noise.

A fit that stops before it takes up the noise leaves fine structure behind.
Structure gathers in a few coefficients of a local cosine transform and noise
spreads over all of them, so that the residual tells its own noise and what
stands out from it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor
from torch.nn import functional as F

from napari_dip.engine.problem import Neighbour
from napari_dip.filters.block_groups import LEAST_SIDE
from napari_dip.filters.dct import LocalCosine
from napari_dip.filters.shrinkage import (
    keep_greater,
    keep_outstanding,
    wiener,
)
from napari_dip.grid.interpolation import TINY
from napari_dip.noise.homogeneous import (
    SIDE,
    STEP,
    homogeneous_blocks,
    known_share,
    well_known,
)
from napari_dip.noise.robust_scale import noise_scale, spread

BlockFilter = Callable[[Tensor, Tensor, Tensor | None], Tensor]

# Times the noise's standard deviation: one coefficient of white noise in 200
# is greater, and most of those the second, Wiener pass takes back.
_THRESHOLD = 2.8

# The estimate has a share of the noise, which its residual therefore lacks.
_HELD_BACK = 1.1

# Noise in homogeneous blocks by that in all, the median coefficient: 0.93 and
# more on microscopes' noisy images, 0.55 to 0.89 on photographs in little
# noise.
_MISSED = 0.91


def structure_in_residual(
    residual: Tensor,
    estimate: Tensor,
    known: Tensor,
    deviation: Tensor | None = None,
    *,
    even: bool = True,
) -> Tensor:
    """Return the part of a residual that its noise does not explain.

    Parameters
    ----------
    residual : Tensor
        ``(1, channels, height, width)``: data minus estimate, 0 where the
        data are missing.
    estimate : Tensor
        Same shape; the noise may depend on it, and is measured where it is
        homogeneous if there is less elsewhere than the residual holds.
    known : Tensor
        Same shape, 0 where the data are missing.
    deviation : Tensor, optional
        What the standard deviation of the noise is at most,
        ``(1, channels, 1, 1)``.
    even : bool
        Whether it is that everywhere. Else, or without one, the residual
        tells how it varies and how neighbours share it.

    Returns
    -------
    Tensor
        Same shape, to be added to the estimate.

    References
    ----------
    .. [1] D. L. Donoho, I. M. Johnstone, "Ideal spatial adaptation by
           wavelet shrinkage", Biometrika 81, 1994.
    .. [2] K. Dabov et al., "Image Denoising by Sparse 3-D Transform-Domain
           Collaborative Filtering", IEEE Transactions on Image Processing
           16, 2007: a first estimate that tells a second pass the gains.
    .. [3] Y. Romano, M. Elad, "Boosting of Image Denoising Algorithms",
           SIAM Journal on Imaging Sciences 8, 2015.
    """
    if min(residual.shape[-2:]) <= SIDE:
        return torch.zeros_like(residual)
    scale, spectrum = _noise(residual, estimate, known, deviation, even)
    whitened = residual / scale
    transform = LocalCosine(SIDE, 1, residual)
    if heavy_tails(whitened, known):
        pilot = keep_outstanding(whitened, spectrum, _THRESHOLD, transform)
    else:
        pilot = keep_greater(whitened, _THRESHOLD * spectrum, transform)
    return scale * wiener(whitened, pilot, spectrum, transform)


def remove_noise(
    data: Tensor,
    known: Tensor,
    pilot: Tensor,
    deviation: Tensor | None,
    by: BlockFilter,
    *,
    even: bool = True,
    neighbours: Sequence[Neighbour] = (),
) -> Tensor:
    """Take the noise out of data, given an estimate that is nearly right.

    Parameters
    ----------
    data : Tensor
        ``(1, channels, height, width)``.
    known : Tensor
        Same shape, 0 where the data are missing.
    pilot : Tensor
        Same shape: the estimate. What is left of the data tells the noise.
    deviation : Tensor or None
        As in :func:`structure_in_residual`.
    by : callable
        What does it, given data whose noise has a variance of one, the
        estimate, and noise like that of the data, NaN where it is missing,
        or None for independent. It takes neighbours as further planes.
    even : bool
        As in :func:`structure_in_residual`.
    neighbours : sequence of Neighbour
        Planes beside it, which may have similar blocks.

    Returns
    -------
    Tensor
        Same shape.
    """
    if min(data.shape[-2:]) < LEAST_SIDE:
        return pilot
    residual = (data - pilot) * known
    scale, _ = _noise(residual, pilot, known, deviation, even)
    if neighbours:
        data = torch.cat([data, *(one.data for one in neighbours)])
        known = torch.cat([known, *(one.known for one in neighbours)])
        pilot = torch.cat([pilot, *(one.estimate for one in neighbours)])
    filled = torch.where(known > 0, data, pilot)
    noise = None
    if deviation is None or not even:
        noise = _HELD_BACK * (data - pilot) * known / scale
        noise = noise.masked_fill(known == 0, torch.nan)
    return scale * by(filled / scale, pilot / scale, noise)


def _noise(
    residual: Tensor,
    estimate: Tensor,
    known: Tensor,
    deviation: Tensor | None,
    even: bool,
) -> tuple[Tensor, Tensor]:
    """The same as of the residual, but no more than the data have."""
    scale, spectrum = _noise_of_residual(residual, estimate, known)
    if deviation is None:
        return scale, spectrum
    if not even:
        return torch.minimum(scale, deviation), spectrum
    # Where it tells more, a fit has missed some of the structure.
    room = (deviation / scale).flatten(2).median(dim=2).values.clamp(min=1)
    most = room[0, :, None, None, None]
    return torch.minimum(scale, deviation), torch.minimum(spectrum, most)


def _noise_of_residual(
    residual: Tensor, estimate: Tensor, known: Tensor
) -> tuple[Tensor, Tensor]:
    """Noise of each pixel, and of each coefficient once it is divided by that.

    Where a fit has missed much of a busy image, its residual holds that and
    the noise is less than it seems: then homogeneous blocks alone tell it.
    Else all blocks tell it better.
    """
    homogeneous = homogeneous_blocks(estimate, known)
    scale = noise_scale(
        residual, estimate, known, torch.ones_like(homogeneous)
    )
    magnitudes = _magnitudes(residual / scale)
    everywhere = _deviation(magnitudes[..., well_known(known_share(known))])
    ratio = _deviation(magnitudes[..., homogeneous]) / everywhere
    if ratio.median() >= _MISSED:
        return scale, everywhere
    scale = noise_scale(residual, estimate, known, homogeneous)
    return scale, _deviation(_magnitudes(residual / scale)[..., homogeneous])


def _magnitudes(whitened: Tensor) -> Tensor:
    """Absolute values of the coefficients of each block."""
    # Blocks nearer to each other tell the same.
    return LocalCosine(SIDE, STEP, whitened).analyse(whitened).abs_()


def _deviation(magnitudes: Tensor) -> Tensor:
    """Standard deviation of each coefficient over the blocks."""
    return spread(magnitudes, dim=2)[..., None, None]


# Fourth moment by the square of the second, which is 3 of normal noise.
_LEAST_KURTOSIS = 3.5
# Variance of the blocks' power by what independent pixels have. It is 1.0 to
# 1.2 of micrographs; where a fit has missed structure, which is in some
# blocks and not in others, 1.2 to 12.
_MOST_SCATTER = 1.25


def heavy_tails(noise: Tensor, known: Tensor | None = None) -> bool:
    """Whether noise has outliers that lie anywhere.

    Outliers of structure lie together, so that blocks differ more than chance
    makes them.

    Parameters
    ----------
    noise : Tensor
        ``(1, channels, height, width)``, at least 8 × 8 pixels, of one
        strength but for its outliers; 0 where it is missing.
    known : Tensor, optional
        Same shape, 0 where the noise is missing; nowhere unless given.

    Returns
    -------
    bool
        False if any channel has none.

    Examples
    --------
    >>> import torch
    >>> normal = torch.randn(1, 1, 128, 128)
    >>> heavy_tails(normal), heavy_tails(normal * normal.abs())
    (False, True)
    """
    if known is None:
        known = torch.ones_like(noise)
    channels = zip(noise[0], known[0], strict=True)
    return all(_heavy(channel, seen) for channel, seen in channels)


def _heavy(noise: Tensor, known: Tensor) -> bool:
    count = known.sum().clamp(min=1)
    power = noise.square()
    power = power / (power.sum() / count).clamp(min=TINY)
    kurtosis = power.square().sum() / count
    share, mean = (
        F.avg_pool2d(x[None, None], SIDE).flatten() for x in (known, power)
    )
    told = well_known(share)
    share = share[told].clamp(min=1 / SIDE**2)
    scatter = (mean[told] / share).var(correction=0)
    # Of a block with fewer pixels the mean scatters more.
    expected = (kurtosis - 1).clamp(min=TINY) / SIDE**2
    expected = expected * (1 / share).mean()
    outlying = kurtosis > _LEAST_KURTOSIS
    return bool(outlying & (scatter < _MOST_SCATTER * expected))
