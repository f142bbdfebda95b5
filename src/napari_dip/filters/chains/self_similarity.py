"""Filters of an enlarged image."""

from __future__ import annotations

from dataclasses import dataclass

from torch import Tensor

from napari_dip.engine.problem import Problem
from napari_dip.filters.bm3d import LEAST_SIDE, bm3d_wiener
from napari_dip.filters.refinement import BM3D, BackProjection, Filter


@dataclass(frozen=True)
class SelfSimilarity(Filter):
    """Draw similar blocks of an enlarged image together, and back to the data.

    What a network adds to one of them by chance the others do not have.

    Parameters
    ----------
    strength : float
        Standard deviation of what is taken for chance, by that of the data:
        more of it draws sharp edges apart (docs/lab/super-resolution.md).
    times : int
        How often.

    References
    ----------
    K. Egiazarian, V. Katkovnik, "Single image super-resolution via BM3D
    sparse coding", EUSIPCO 2015.
    """

    strength: float = 0.05
    times: int = 2

    def apply(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Do so."""
        if min(estimate.shape[2:]) < LEAST_SIDE:
            return estimate
        back = BackProjection()
        for _ in range(self.times):
            scaled = estimate / self.strength
            drawn = bm3d_wiener(scaled, scaled) * self.strength
            estimate = back.apply(drawn, problem)
        return estimate

    @property
    def work(self) -> tuple[float, ...]:
        """So many passes."""
        return (self.times * BM3D,)
