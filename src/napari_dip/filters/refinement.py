"""Filters: what is made of a finished estimate and the data.

Each is an object, and a tuple of them is a chain.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar, Protocol

import torch
from torch import Tensor

from napari_dip.device.choice import plain_autograd
from napari_dip.engine.problem import Problem
from napari_dip.filters.bm3d import bm3d_wiener
from napari_dip.filters.brightness import calibrate
from napari_dip.filters.low_rank import mix_in
from napari_dip.filters.nl_bayes import nl_bayes_filter
from napari_dip.filters.residual import (
    BlockFilter,
    remove_noise,
    structure_in_residual,
)
from napari_dip.grid.by_axes import require_planes
from napari_dip.operators.back_projection import agree

#: Operations a pixel and channel: what a processor takes as long for in a
# network.
BM3D, NL_BAYES, _LOW_RANK = 800_000, 450_000, 40_000
# Errors of less than this part are worth a sentence.
_NOTABLE = 0.99


class Filter(Protocol):
    """A step from one estimate to a better one."""

    #: Whether it takes volumes as it takes planes.
    any_axes: ClassVar[bool] = False

    def apply(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Make more of an estimate, ``(1, channels, height, width)``."""

    def preview(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Make of it what takes no time."""
        del problem
        return estimate

    def describe(
        self, estimate: Tensor, refined: Tensor, problem: Problem
    ) -> list[str]:
        """Say what the user should know of it, a sentence each."""
        del estimate, refined, problem
        return []

    @property
    def work(self) -> tuple[float, ...]:
        """Operations a pixel and channel, of each pass that takes long."""
        return ()

    @property
    def uses_neighbours(self) -> bool:
        """Whether it looks for similar blocks in planes beside this one."""
        return False


Chain = tuple[Filter, ...]


@plain_autograd()
@torch.no_grad()
def refine(estimate: Tensor, problem: Problem, filters: Chain) -> Tensor:
    """Make more of an estimate.

    Parameters
    ----------
    estimate : Tensor
        ``(1, channels, height, width)``, of the fit.
    problem : Problem
        What was fitted.
    filters : tuple of Filter
        The first is applied first.
    """
    for step in filters:
        _check_axes(step, estimate)
        estimate = step.apply(estimate, problem)
    return estimate


@plain_autograd()
@torch.no_grad()
def preview(estimate: Tensor, problem: Problem, filters: Chain) -> Tensor:
    """Make of an estimate what takes no time.

    Parameters
    ----------
    estimate, problem, filters
        As in :func:`refine`.
    """
    for step in filters:
        _check_axes(step, estimate)
        estimate = step.preview(estimate, problem)
    return estimate


def _check_axes(step: Filter, estimate: Tensor) -> None:
    if not step.any_axes:
        require_planes('filters after a fit', estimate)


def work_of_chain(filters: Chain) -> tuple[float, ...]:
    """Return the operations of all steps, a pixel and channel."""
    return tuple(operations for step in filters for operations in step.work)


def ever_fewer(filters: Chain) -> Iterator[Chain]:
    """Leave out the last filter that takes long, again and again; but one."""
    yield filters
    slow = [index for index, step in enumerate(filters) if step.work]
    while len(slow) > 1:
        last = slow.pop()
        filters = filters[:last] + filters[last + 1 :]
        yield filters


@dataclass(frozen=True)
class Calibrate(Filter):
    """Take the brightness of the data."""

    def apply(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Do so."""
        return calibrate(estimate, problem.data, problem.known)

    def preview(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Do the same."""
        return self.apply(estimate, problem)


@dataclass(frozen=True)
class ResidualStructure(Filter):
    """Put back what the residual holds beyond noise."""

    def apply(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Do so."""
        residual = (problem.data - estimate) * problem.known
        return estimate + structure_in_residual(
            residual,
            estimate,
            problem.known,
            problem.deviation,
            even=problem.even,
        )


@dataclass(frozen=True)
class Bm3d(Filter):
    """Filter groups of similar blocks of the data, the estimate as pilot.

    Parameters
    ----------
    share : float
        Share of what that changes. The errors of filter and estimate differ,
        so that a mean is nearer than either.
    """

    share: float = 0.75

    def apply(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Do so."""
        return _filtered(estimate, problem, bm3d_wiener, self.share)

    @property
    def work(self) -> tuple[float, ...]:
        """One pass."""
        return (BM3D,)

    @property
    def uses_neighbours(self) -> bool:
        """It does."""
        return True


@dataclass(frozen=True)
class NlBayes(Filter):
    """Filter groups of similar blocks by their covariance in the estimate.

    Parameters
    ----------
    share : float
        As in :class:`Bm3d`.
    """

    share: float = 0.5

    def apply(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Do so."""
        return _filtered(estimate, problem, nl_bayes_filter, self.share)

    @property
    def work(self) -> tuple[float, ...]:
        """One pass."""
        return (NL_BAYES,)

    @property
    def uses_neighbours(self) -> bool:
        """It does."""
        return True


def _filtered(
    pilot: Tensor, problem: Problem, by: BlockFilter, share: float
) -> Tensor:
    found = remove_noise(
        problem.data,
        problem.known,
        pilot,
        problem.deviation,
        by,
        even=problem.even,
        neighbours=problem.neighbours,
    )
    return torch.lerp(pilot, found, share)


@dataclass(frozen=True)
class SideBySide(Filter):
    """Add what several filters change of the same estimate.

    Parameters
    ----------
    filters : tuple of Filter
        Two or more.
    """

    filters: Chain

    def apply(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Do so."""
        first, *others = self.filters
        found = first.apply(estimate, problem)
        for other in others:
            found = found + (other.apply(estimate, problem) - estimate)
        return found

    @property
    def work(self) -> tuple[float, ...]:
        """Passes of all."""
        return work_of_chain(self.filters)

    @property
    def uses_neighbours(self) -> bool:
        """Whether one of them does."""
        return any(step.uses_neighbours for step in self.filters)


@dataclass(frozen=True)
class LowRank(Filter):
    """Fill what is missing from similar blocks, as far as held-out ones say.

    Parameters
    ----------
    rounds : int
        Rounds, in which ever weaker structure is kept.
    """

    rounds: int

    def apply(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Do so."""
        if not bool((problem.known * problem.held_out).any()):
            return estimate
        return mix_in(estimate, problem, self.rounds)

    def describe(
        self, estimate: Tensor, refined: Tensor, problem: Problem
    ) -> list[str]:
        """Say how much nearer it came to what was held out."""
        judged = problem.known * problem.held_out
        before, after = (
            float(problem.loss(image, problem.data, judged))
            for image in (estimate, refined)
        )
        if not 0 < after < _NOTABLE * before:
            return []
        gain = 10 * math.log10(before / after)
        text = 'Similar blocks were completed by low rank: another'
        return [f'{text} {gain:.1f} dB better on the held-out pixels.']

    @property
    def work(self) -> tuple[float, ...]:
        """Each round."""
        return (self.rounds * _LOW_RANK,)


@dataclass(frozen=True)
class BackProjection(Filter):
    """Project an estimate back onto the data that were fitted."""

    any_axes: ClassVar[bool] = True

    def apply(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Do so."""
        fitted = problem.known * (1 - problem.held_out)
        return agree(estimate, problem.data, fitted, problem.operator)
