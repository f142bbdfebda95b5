"""Fine, regular texture, continued where the data are missing.

Texture that is sparse in a local cosine transform can be told from the half
of its pixels, where a network under-fits it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional as F

from napari_dip.device.clock import CutShort, go_on
from napari_dip.engine.problem import Problem
from napari_dip.fills.combination import HeldOut, Step
from napari_dip.fills.parts import judged_regions
from napari_dip.filters.dct import over_channels
from napari_dip.filters.shrinkage import TILE
from napari_dip.grid.bases import cosine_basis
from napari_dip.grid.interpolation import TINY
from napari_dip.grid.regions import Region, cut_all
from napari_dip.grid.tiled_inference import TiledInference

_SIDE, _STEP = 16, 4
# Thresholds fall to what hardly shows, in standard deviations of the data:
# from what only the strongest texture exceeds.
_FIRST, _ROUNDS = 2.0, 32
_LAST = 0.04


def continue_texture(
    start: Tensor, problem: Problem, where: Region | None = None
) -> Tensor:
    """Fill anew what is missing in an estimate, as texture of the known.

    The missing pixels are empty at first: those of the estimate hold what
    the held-out pixels tell, which could not judge then. The image is shrunk
    and the known pixels put back, over and over with ever lower thresholds;
    the held-out pixels choose among the rounds.

    Parameters
    ----------
    start : Tensor
        Estimate, kept where there is no room or time for a round,
        ``(1, channels, height, width)``.
    problem : Problem
        What was fitted; the data have mean 0 and standard deviation 1.
    where : Region, optional
        Part of the image that is looked at alone.

    Returns
    -------
    Tensor
        Same shape, or that of the part.

    References
    ----------
    .. [1] O. G. Guleryuz, "Nonlinear Approximation Based Image Recovery
           Using Adaptive Sparse Reconstructions and Iterated Denoising",
           IEEE Transactions on Image Processing 15, 2006.
    """
    best, least, loss = start, math.inf, problem.loss
    data, known, held = problem.data, problem.known, problem.held_out
    if where is not None:
        best, data, known, held = (
            cut_all(one, [where]) for one in (best, data, known, held)
        )
    judged = known * held
    if min(data.shape[-2:]) <= 2 * _SIDE:
        return best
    fitted = known - judged
    measured = data * fitted
    low, high = (
        torch.where(fitted > 0, data, sign * torch.inf) for sign in (1, -1)
    )
    low, high = low.amin((-2, -1), True), high.amax((-2, -1), True)
    image, missing = measured, 1 - fitted
    with suppress(CutShort):
        for index in range(_ROUNDS):
            go_on(index / _ROUNDS)
            part = index / (_ROUNDS - 1)
            threshold = _FIRST * (_LAST / _FIRST) ** part
            shrunk = _shrink(image, missing, threshold, index)
            shrunk = torch.clamp(shrunk, low, high)
            error = float(loss(shrunk, data, judged))
            if error < least:
                best, least = shrunk, error
            image = measured + missing * shrunk
    return best


def _shrink(
    image: Tensor, missing: Tensor, threshold: float, index: int
) -> Tensor:
    """Shrink on a grid of blocks that lies elsewhere in each of four rounds.

    A coarse grid is quick, and grids that move leave no trace of their own.
    """
    down = index % 2 * _STEP // 2
    right = index // 2 % 2 * _STEP // 2
    images = [
        F.pad(one, (right, 0, down, 0), mode='reflect')
        for one in (image, missing)
    ]

    def shrink(window: Region) -> Tensor:
        go_on()
        seen, holes = (cut_all(one, [window]) for one in images)
        return shrink_blocks(seen, holes, threshold)

    infer = TiledInference(image.device, tile=TILE, halo=_SIDE)
    size = images[0].shape[-2], images[0].shape[-1]
    return infer(size, shrink)[..., down:, right:]


def shrink_blocks(image: Tensor, missing: Tensor, threshold: float) -> Tensor:
    """Keep the greater cosine coefficients of the blocks with missing pixels.

    Those with few of them count most.

    Parameters
    ----------
    image, missing : Tensor
        ``(1, channels, height, width)``; the latter is 1 where a pixel is
        missing. Channels are transformed too.
    threshold : float
        Of the coefficients that are kept.

    Returns
    -------
    Tensor
        Same shape: 0 where no block with a missing pixel lies.
    """
    mixed, holes = (
        F.pad(planes[:, None], (_SIDE,) * 4, mode='reflect')
        for planes in (over_channels(image[0], inverse=False), missing[0])
    )
    height, width = mixed.shape[-2:]
    wanted = F.max_pool2d(holes.amax(dim=0), _SIDE, _STEP)[0] > 0
    basis = cosine_basis(_SIDE).to(image)
    blocks = mixed[:, 0].unfold(1, _SIDE, _STEP).unfold(2, _SIDE, _STEP)
    blocks = _along_both(blocks[:, wanted], basis.T)
    kept = blocks.abs() > threshold
    weight = 1 / (1 + kept.sum(dim=(0, 2, 3), dtype=image.dtype))
    blocks = _along_both(blocks * kept * weight[:, None, None], basis)
    columns = blocks.new_zeros(len(blocks), *wanted.shape, _SIDE**2)
    columns[:, wanted] = blocks.flatten(2)
    total = F.fold(
        columns.flatten(1, 2).transpose(1, 2),
        (height - height % _STEP, width - width % _STEP),
        _SIDE,
        stride=_STEP,
    )
    # As many steps as a block is long, each cell has blocks that cover it.
    around = _SIDE // _STEP
    weights = weight.new_zeros(wanted.shape)
    weights[wanted] = weight
    share = F.avg_pool2d(
        F.pad(weights[None, None], (around - 1,) * 4),
        around,
        stride=1,
        divisor_override=1,
    )
    share = share.repeat_interleave(_STEP, -1).repeat_interleave(_STEP, -2)
    found = (total / share.clamp(min=TINY))[:, 0]
    rows = slice(_SIDE, _SIDE + image.shape[-2])
    columns_of = slice(_SIDE, _SIDE + image.shape[-1])
    return over_channels(found[:, rows, columns_of], inverse=True)[None]


def _along_both(blocks: Tensor, basis: Tensor) -> Tensor:
    """Transform each block along one axis after the other.

    Twice a product of matrices is several times as quick as one for each
    block.
    """
    return ((blocks @ basis).mT.contiguous() @ basis).mT


def mix_in_texture(estimate: Tensor, problem: Problem) -> Tensor:
    """Return the mean of an estimate and its texture, weighted by errors.

    The estimate stays as far as chance may have told otherwise. Where all
    that is held out lies in half of the image or less, that is looked at
    first, and the rest only if something comes of it.

    Parameters
    ----------
    estimate : Tensor
        ``(1, channels, height, width)``; it has not seen what is held out.
    problem : Problem
        What was fitted; its operator is the identity.
    """
    known = problem.known[0].cpu().numpy() > 0
    held = known & (problem.held_out[0].cpu().numpy() > 0)
    parts = [part for part in judged_regions(~known) if part.cut(held).any()]
    pixels = sum(math.prod(part.shape) for part in parts)
    if 0 < 2 * pixels <= math.prod(known.shape[1:]):
        texture = estimate.clone()
        for part in parts:
            found = continue_texture(estimate, problem, part)
            part.cut(texture).copy_(found)
        mixed = mix([estimate, texture], problem)
        if torch.equal(mixed, estimate):
            return estimate
    return mix([estimate, continue_texture(estimate, problem)], problem)


def mix(estimates: Sequence[Tensor], problem: Problem) -> Tensor:
    """Go from the first of two estimates towards the second.

    The first stays as far as chance may have told otherwise.

    Parameters
    ----------
    estimates : sequence of Tensor
        ``(1, channels, *shape)`` each; none has seen what is held out.
    problem : Problem
        What was fitted; its operator is the identity.
    """
    data = problem.data[0].cpu().numpy()
    judged = (problem.known * problem.held_out)[0].cpu().numpy() > 0
    planes = np.stack([one[0].float().cpu().numpy() for one in estimates])
    held = HeldOut.of(planes, data, judged)
    mixed = Step.judged(held)(planes)
    return torch.from_numpy(mixed)[None].to(problem.data)
