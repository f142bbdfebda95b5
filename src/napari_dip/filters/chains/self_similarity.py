"""Filters of an enlarged image."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import compress

import torch
from torch import Tensor

from napari_dip.engine.averaging.uncertainty import CLASSES, local_mean
from napari_dip.engine.problem import Problem
from napari_dip.filters.block_groups import LEAST_SIDE
from napari_dip.filters.bm3d import bm3d_wiener
from napari_dip.filters.refinement import BM3D, BackProjection, Filter


@dataclass(frozen=True)
class SelfSimilarity(Filter):
    """Draw similar blocks of an enlarged image together, and back to the data.

    What a network adds to one of them by chance the others do not have. How
    strong chance is, half of the samples of the estimate tell: what brings
    them nearer to the other half takes chance away, and of what both have in
    common, such as sharp edges, it would only take. Where there is more
    detail and where there is less each have a strength of their own.

    Parameters
    ----------
    least : float
        The weakest that is tried, by the standard deviation of the data: of
        what shows in no image. Each that follows is twice as strong.

    References
    ----------
    K. Egiazarian, V. Katkovnik, "Single image super-resolution via BM3D
    sparse coding", EUSIPCO 2015.
    """

    least: float = 1 / 40

    def apply(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Do so."""
        half = problem.half
        if half is None or min(estimate.shape[2:]) < LEAST_SIDE:
            return estimate
        other, found, strength = 2 * estimate - half, estimate, self.least
        classes = _classes(estimate)
        least = [_mean_square(half - other, one) for one in classes]
        # What is as strong as the image leaves nothing of it.
        while strength < 1:
            drawn = _drawn(half, problem, strength) - other
            off = [_mean_square(drawn, one) for one in classes]
            better = [new < old for new, old in zip(off, least, strict=True)]
            if not any(better):
                break
            chosen = torch.cat(list(compress(classes, better)))
            drawn = _drawn(estimate, problem, strength)
            found = (
                found.flatten()
                .index_copy(0, chosen, drawn.flatten()[chosen])
                .view_as(estimate)
            )
            least, strength = list(map(min, off, least)), 2 * strength
        return _agreeing(found, problem)

    @property
    def work(self) -> tuple[float, ...]:
        """So many passes, of most images."""
        return (8 * BM3D,)


def _drawn(estimate: Tensor, problem: Problem, strength: float) -> Tensor:
    scaled = estimate / strength
    return _agreeing(bm3d_wiener(scaled, scaled) * strength, problem)


def _agreeing(estimate: Tensor, problem: Problem) -> Tensor:
    return BackProjection().apply(estimate, problem)


def _classes(image: Tensor) -> tuple[Tensor, ...]:
    """Pixels with ever more detail around them."""
    detail = local_mean((image - local_mean(image)).square())
    return detail.flatten().argsort(stable=True).tensor_split(CLASSES)


def _mean_square(errors: Tensor, pixels: Tensor) -> float:
    return float(errors.flatten()[pixels].square().mean())
