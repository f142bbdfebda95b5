"""Filters of planes, for the planes of a volume."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from napari_dip.engine.problem import Neighbour, Problem
from napari_dip.filters.neighbours import SAID, around, part_chain
from napari_dip.filters.refinement import (
    Chain,
    Filter,
    preview,
    refine,
    work_of_chain,
)


@dataclass(frozen=True)
class PlaneByPlane(Filter):
    """Filter each plane of a volume, with similar blocks of those beside it.

    Parameters
    ----------
    filters : tuple of Filter
        What each goes through.
    """

    filters: Chain

    any_axes: ClassVar[bool] = True

    def apply(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Do so."""
        numbers = range(estimate.shape[2])
        alone, others = part_chain(self.filters)
        of_planes = [_plane_of(problem, number) for number in numbers]
        planes = [
            refine(_plane(estimate, number), of_plane, alone)
            for number, of_plane in enumerate(of_planes)
        ]
        beside = [
            Neighbour(of_plane.data, of_plane.known, plane)
            for of_plane, plane in zip(of_planes, planes, strict=True)
        ]
        made = []
        for number in numbers:
            near = tuple(beside[n] for n in around(number, len(numbers)))
            of_plane = replace(of_planes[number], neighbours=near)
            made.append(refine(planes[number], of_plane, others))
        return torch.stack(made, 2)

    def preview(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Make of each plane what takes no time."""
        made = [
            preview(_plane(estimate, n), _plane_of(problem, n), self.filters)
            for n in range(estimate.shape[2])
        ]
        return torch.stack(made, 2)

    def describe(
        self, estimate: Tensor, refined: Tensor, problem: Problem
    ) -> list[str]:
        """Say that planes were filtered together, if they were."""
        del estimate, problem
        _, others = part_chain(self.filters)
        return [SAID] if others and refined.shape[2] > 1 else []

    @property
    def work(self) -> tuple[float, ...]:
        """Passes of all."""
        return work_of_chain(self.filters)


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
