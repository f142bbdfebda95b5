"""Filters that mix an estimate with that of an earlier fit."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from napari_dip.engine.problem import Problem
from napari_dip.filters.frequency_split import cross_over
from napari_dip.filters.refinement import (
    Chain,
    Filter,
    refine,
    work_of_chain,
)


@dataclass(frozen=True)
class PilotMean(Filter):
    """Take the mean with the estimate of an earlier fit: its errors differ."""

    def apply(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Do so."""
        assert problem.pilot is not None
        return (problem.pilot + estimate) / 2

    def preview(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Do the same."""
        return self.apply(estimate, problem)


@dataclass(frozen=True)
class FrequencySplit(Filter):
    """Take fine details of the estimate, and the rest from an earlier fit.

    Parameters
    ----------
    scale : float
        Standard deviation of the Gaussian that parts them, in pixels.
    share : float
        Share of the details; the earlier fit has the others.
    filters : tuple of Filter
        What is made of all details before a share of them is taken.
    """

    scale: float = 4.0
    share: float = 1.0
    filters: Chain = ()

    def apply(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Do so."""
        if self.filters:
            whole = self._split(estimate, problem, 1.0)
            estimate = refine(whole, problem, self.filters)
        return self._split(estimate, problem, self.share)

    def preview(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Do the same without the filters."""
        return self._split(estimate, problem, self.share)

    @property
    def work(self) -> tuple[float, ...]:
        """Passes of the filters."""
        return work_of_chain(self.filters)

    def _split(
        self, estimate: Tensor, problem: Problem, share: float
    ) -> Tensor:
        assert problem.pilot is not None
        finer = torch.lerp(problem.pilot, estimate, share)
        return cross_over(problem.pilot, finer, self.scale)
