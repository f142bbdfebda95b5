"""Filters of planes, for the planes of a volume."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from napari_dip.engine.problem import Problem
from napari_dip.filters.refinement import Chain, Filter, work_of_chain


@dataclass(frozen=True)
class PlaneByPlane(Filter):
    """Filter each plane of a volume by itself.

    Parameters
    ----------
    filters : tuple of Filter
        What each goes through.
    """

    filters: Chain

    any_axes: ClassVar[bool] = True

    def apply(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Do so."""
        return self._each('apply', estimate, problem)

    def preview(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Make of each plane what takes no time."""
        return self._each('preview', estimate, problem)

    @property
    def work(self) -> tuple[float, ...]:
        """Passes of all."""
        return work_of_chain(self.filters)

    def _each(self, what: str, estimate: Tensor, problem: Problem) -> Tensor:
        made = []
        for number in range(estimate.shape[2]):
            plane = _plane(estimate, number)
            of_plane = _plane_of(problem, number)
            for step in self.filters:
                plane = getattr(step, what)(plane, of_plane)
            made.append(plane)
        return torch.stack(made, 2)


def _plane(volume: Tensor, number: int) -> Tensor:
    """Cut out a plane, as it lies in memory where it is alone."""
    return volume[:, :, number].contiguous()


def _plane_of(problem: Problem, number: int) -> Problem:
    """Return the equation of a plane, whose deviation is that of all."""
    deviation = problem.deviation
    return replace(
        problem,
        data=_plane(problem.data, number),
        known=_plane(problem.known, number),
        held_out=_plane(problem.held_out, number),
        deviation=None if deviation is None else deviation[..., 0],
    )
