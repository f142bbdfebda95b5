"""Missing pixels, from groups of similar blocks that are of low rank.

Texture and edges that an image repeats can be told from the half of their
pixels, where a network under-fits them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from contextlib import suppress

import numpy as np
import torch
from torch import Tensor

from napari_dip.device.choice import solver_device
from napari_dip.device.clock import CutShort, go_on
from napari_dip.engine.problem import Problem
from napari_dip.fills.combination import HeldOut, Step
from napari_dip.fills.parts import judged_regions
from napari_dip.filters.block_groups import (
    AT_ONCE,
    LEAST_SIDE,
    Overlap,
    by_tiles,
    pixels_of_a_block,
    similar_blocks,
    to_grid,
)
from napari_dip.grid.regions import Region, cut_all
from napari_dip.noise.homogeneous import SIDE

# Blocks of a group: few, for many would hold some that are not alike.
_ALIKE = 16
# Noise that what is kept stands out of, in the first round and in the last, as
# a part of the error of the estimate.
_FIRST, _LAST = 2.0, 0.1
# So far beyond what a round finds the next one begins: twice as fast as 1.
_BEYOND = 1.9


def complete(
    start: Tensor, problem: Problem, rounds: int, where: Region | None = None
) -> Tensor:
    """Fill anew what is missing in an estimate, from similar blocks.

    Blocks that resemble each other are the rows of a matrix, of which the
    singular values are kept that noise as strong as the error of the estimate
    would not have. The known pixels are put back, and the next round keeps
    smaller ones. The held-out pixels tell the error, and choose among the
    rounds.

    Parameters
    ----------
    start : Tensor
        Estimate, kept where there is no room or time for a round,
        ``(1, channels, height, width)``.
    problem : Problem
        What was fitted; the data have mean 0 and standard deviation 1.
    rounds : int
        Number of rounds.
    where : Region, optional
        Part of the image that is looked at alone.

    Returns
    -------
    Tensor
        Same shape, or that of the part.

    References
    ----------
    .. [1] W. Dong, G. Shi, X. Li, "Nonlocal Image Restoration with Bilateral
           Variance Estimation: A Low-Rank Approach", IEEE Transactions on
           Image Processing 22, 2013.
    .. [2] M. Gavish, D. L. Donoho, "The Optimal Hard Threshold for Singular
           Values is 4/sqrt(3)", IEEE Transactions on Information Theory 60,
           2014; of which the edge of the noise is used.
    """
    data, known, held = problem.data, problem.known, problem.held_out
    if where is not None:
        start, data, known, held = (
            cut_all(one, [where]) for one in (start, data, known, held)
        )
    judged = known * held
    if min(data.shape[-2:]) < LEAST_SIDE:
        return start
    best, least = start, float(problem.loss(start, data, judged))
    strength, is_fitted = math.sqrt(least), known - judged > 0
    low, high = (
        torch.where(is_fitted, data, sign * torch.inf) for sign in (1, -1)
    )
    low, high = low.amin((-2, -1), True), high.amax((-2, -1), True)
    image = torch.where(is_fitted, data, start)
    blocks = _Blocks(image, ~is_fitted)
    with suppress(CutShort):
        for index in range(rounds):
            go_on(index / rounds)
            part = index / max(rounds - 1, 1)
            noise = strength * _FIRST * (_LAST / _FIRST) ** part
            found = blocks.shrink(image, noise, index).clamp(low, high)
            error = float(problem.loss(found, data, judged))
            if error < least:
                best, least = found, error
            beyond = torch.lerp(image, found, _BEYOND).clamp(low, high)
            image = torch.where(is_fitted, data, beyond)
    return best


class _Blocks:
    """Groups of similar blocks with missing pixels.

    Parameters
    ----------
    guide : Tensor
        ``(1, channels, height, width)``: where blocks are compared, once.
    missing : Tensor
        Same shape, of bool.
    """

    def __init__(self, guide: Tensor, missing: Tensor) -> None:
        self._guide = guide
        self._missing = missing
        self._found: dict[Region, Tensor] = {}

    def shrink(self, image: Tensor, noise: float, index: int) -> Tensor:
        """Keep what stands out of noise; known pixels stay as they are.

        Rounds take every other group by turns: half the time of all, and two
        of them look at each.
        """

        def of_window(window: Region) -> Tensor:
            padded = to_grid(window.cut(image), SIDE)[0]
            firsts = self._firsts(window)[index % 2 :: 2]
            planes = _shrunk(padded, firsts, noise)
            shrunk = Region.whole(window.shape).cut(planes[None])
            # At the borders some pixels lie in groups of the other turn only.
            taken = window.cut(self._missing) & shrunk.isfinite()
            return torch.where(taken, shrunk, window.cut(image))

        return by_tiles(image, of_window)

    def _firsts(self, window: Region) -> Tensor:
        """Look for the groups of a part of the image, the first time."""
        if window not in self._found:
            guide, missing = (
                to_grid(window.cut(one), SIDE)
                for one in (self._guide, self._missing.float())
            )
            firsts = similar_blocks(guide, SIDE, _ALIKE)
            holes = missing[0].amax(dim=0)
            own = firsts[:, :1] + pixels_of_a_block(holes, SIDE)
            self._found[window] = firsts[holes.take(own).any(dim=1)]
        return self._found[window]


def _shrunk(image: Tensor, firsts: Tensor, noise: float) -> Tensor:
    """Keep what stands out of noise in groups, all channels together.

    Parameters
    ----------
    image : Tensor
        ``(channels, height, width)``.
    firsts : Tensor
        ``(groups, blocks)``: first pixel of each block.
    noise : float
        Standard deviation.

    Returns
    -------
    Tensor
        Same shape as the image: NaN where no block lies.
    """
    block = pixels_of_a_block(image, SIDE)
    overlaps = [Overlap(plane) for plane in image]
    columns = len(image) * len(block)
    # The greatest singular value of noise alone.
    edge = noise * (math.sqrt(_ALIKE) + math.sqrt(columns))
    for few in torch.split(firsts, AT_ONCE):
        go_on()
        pixels = few[..., None] + block
        rows = torch.cat([plane.take(pixels) for plane in image], dim=-1)
        mean = rows.mean(dim=1, keepdim=True)
        rows = rows - mean
        squares, vectors = _eigh(rows @ rows.mT)
        kept = squares > edge**2
        vectors = vectors * kept[:, None]
        rows = mean + vectors @ (vectors.mT @ rows)
        # The less a group keeps the more it counts: it keeps less noise.
        weight = 1 / (1 + kept.sum(dim=1)).to(image)[:, None, None]
        parts = rows.chunk(len(image), dim=-1)
        for overlap, part in zip(overlaps, parts, strict=True):
            overlap.add(part, weight, pixels)
    return torch.stack([one.mean() for one in overlaps])


def _eigh(matrices: Tensor) -> tuple[Tensor, Tensor]:
    """Eigenvalues and vectors, on the device of the matrices."""
    values, vectors = torch.linalg.eigh(matrices.to(solver_device(matrices)))
    return values.to(matrices.device), vectors.to(matrices.device)


def mix_in(estimate: Tensor, problem: Problem, rounds: int) -> Tensor:
    """Return the mean of an estimate and its completion, weighted by errors.

    The estimate stays as far as chance may have told otherwise. Where all
    that is held out lies in half of the image or less, that is looked at
    first, and the rest only if something comes of it.

    Parameters
    ----------
    estimate : Tensor
        ``(1, channels, height, width)``; where pixels are held out it has not
        seen them.
    problem : Problem
        What was fitted; its operator is the identity. The half, if there is
        one, has seen them nowhere.
    rounds : int
        Number of rounds.
    """
    known = problem.known[0].cpu().numpy() > 0
    held = known & (problem.held_out[0].cpu().numpy() > 0)
    # Around what is held out the estimate has seen it, and would tell it.
    start = estimate if problem.half is None else problem.half
    parts = [part for part in judged_regions(~known) if part.cut(held).any()]
    pixels = sum(math.prod(part.shape) for part in parts)
    if 0 < 2 * pixels <= math.prod(known.shape[1:]):
        tried = start.clone()
        for part in parts:
            found = complete(start, problem, rounds, part)
            part.cut(tried).copy_(found)
        if torch.equal(mix([start, tried], problem), start):
            return estimate
    return mix([start, complete(start, problem, rounds)], problem, estimate)


def mix(
    estimates: Sequence[Tensor], problem: Problem, onto: Tensor | None = None
) -> Tensor:
    """Go from the first of two estimates towards the second.

    The first stays as far as chance may have told otherwise.

    Parameters
    ----------
    estimates : sequence of Tensor
        ``(1, channels, *shape)`` each; none has seen what is held out.
    problem : Problem
        What was fitted; its operator is the identity.
    onto : Tensor, optional
        What is gone from, where it is not the first. It may have seen that.
    """
    data = problem.data[0].cpu().numpy()
    judged = (problem.known * problem.held_out)[0].cpu().numpy() > 0
    planes = np.stack([one[0].float().cpu().numpy() for one in estimates])
    step = Step.judged(HeldOut.of(planes, data, judged))
    if onto is not None:
        planes[0] = onto[0].float().cpu().numpy()
    return torch.from_numpy(step(planes))[None].to(problem.data)
