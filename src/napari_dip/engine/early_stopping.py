"""When to stop: rules that follow a metric to its minimum."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import ClassVar, Protocol, Self

from napari_dip.engine.estimate_error import EstimateError, PlantedError
from napari_dip.engine.metrics import (
    ExponentialVariance,
    HeldOutError,
    Metric,
    WindowedVariance,
)
from napari_dip.engine.state import StopReason
from napari_dip.grid.regions import Shape


@dataclass(frozen=True)
class StoppingState:
    """Where a rule stands.

    Parameters
    ----------
    metric : float or None
        Latest value; None if there is none yet.
    best : float
        Lowest value.
    best_iteration : int
        Its iteration; 0 if there is none yet.
    confirmed : bool
        Whether patience has confirmed that it is the minimum.
    """

    metric: float | None = None
    best: float = math.inf
    best_iteration: int = 0
    confirmed: bool = False

    @property
    def is_lowest(self) -> bool:
        """Whether the latest value is the lowest."""
        return self.metric == self.best


class EarlyStopping:
    """Follow a metric to the first minimum that patience confirms.

    Once confirmed it is frozen: late in a fit a metric can fall below an
    earlier valley although the estimate is worse.

    Parameters
    ----------
    metric : Metric
        What is followed.
    patience : int
        Iterations without a lower metric that confirm a minimum.
    tolerance : float
        Relative fall that counts as lower.
    """

    def __init__(
        self, metric: Metric, patience: int, tolerance: float = 0.0
    ) -> None:
        self.metric = metric
        self.patience = patience
        self.tolerance = tolerance
        self.state = StoppingState()

    @property
    def reason(self) -> StopReason:
        """Why a fit ends by it."""
        return self.metric.reason

    def update(self, iteration: int, value: float) -> bool:
        """Take in a value; return whether its estimate is to be kept.

        That is the one of a new minimum, or a later one that is above it by
        no more than chance explains: what goes on being fitted is structure,
        as far as anyone can tell.
        """
        state = self.state = replace(self.state, metric=value)
        if state.confirmed or not math.isfinite(value):
            return False
        if value < state.best * (1 - self.tolerance):
            self.state = StoppingState(value, value, iteration)
            return True
        chance = self.metric.chance()
        if chance and value <= state.best + chance:
            self.state = replace(state, best_iteration=iteration)
            return True
        waited = iteration - state.best_iteration
        self.state = replace(state, confirmed=waited >= self.patience)
        return False

    def settle(self, iteration: int) -> None:
        """Take the estimate of another iteration for the best."""
        if self.state.best_iteration:
            self.state = replace(self.state, best_iteration=iteration)


class StoppingSpec(Protocol):
    """When to stop, as data."""

    #: Whether it compares the outputs of iterations, which then have to be of
    #: the same pixels.
    compares_outputs: ClassVar[bool] = False

    @property
    def held_out(self) -> float:
        """Part of the measured pixels that it keeps from the fit."""
        return 0.0

    @property
    def held_out_block(self) -> Shape:
        """Pixels along the last axes that the noise of each reaches."""
        return 1, 1

    def make(self, seed: int) -> EarlyStopping | None:
        """Make the rule; None ends with the schedule."""

    def shortened(self, num_iter: int, planned: int) -> Self:
        """Return it for a fit of fewer iterations than were planned."""
        del num_iter, planned
        return self


@dataclass(frozen=True)
class NoRule(StoppingSpec):
    """End with the schedule."""

    def make(self, seed: int) -> None:
        """Make nothing."""
        del seed


@dataclass(frozen=True)
class _Follow(StoppingSpec):
    """Follow a metric to its minimum.

    Parameters
    ----------
    min_start : int
        Iterations before the first metric.
    patience, tolerance
        As in :class:`EarlyStopping`.
    """

    min_start: int = 0
    patience: int = 1000
    tolerance: float = 0.0

    def metric(self, seed: int) -> Metric:
        """Make the metric."""
        raise NotImplementedError

    def make(self, seed: int) -> EarlyStopping:
        """Make the rule."""
        metric = self.metric(seed)
        return EarlyStopping(metric, self.patience, self.tolerance)

    def shortened(self, num_iter: int, planned: int) -> Self:
        """Let the metric start as much earlier."""
        return replace(self, min_start=self.min_start * num_iter // planned)


@dataclass(frozen=True)
class HeldOut(_Follow):
    """Stop where the error on held-out pixels is least.

    Parameters
    ----------
    part : float
        Part of the measured pixels kept from the fit.
    min_start, patience, tolerance
        Iterations before the first metric, and as in :class:`EarlyStopping`.
    """

    part: float = 0.02

    @property
    def held_out(self) -> float:
        """Part of the measured pixels that it keeps from the fit."""
        return self.part

    def metric(self, seed: int) -> HeldOutError:
        """Make the metric."""
        del seed
        return HeldOutError(min_start=self.min_start)


@dataclass(frozen=True)
class HeldOutEstimate(_Follow):
    """Stop where the error of the averaged estimate on them is least.

    Parameters
    ----------
    part : float
        Part of the measured pixels kept from the fit.
    decay : float
        Weight of the past in the estimate.
    block : tuple of int
        Odd lengths of the blocks that are kept from the fit, each judged by
        the pixel in its middle; more than 1 where noise is correlated.
    min_start, patience, tolerance
        Iterations before the first metric, and as in :class:`EarlyStopping`.
    """

    patience: int = 100
    part: float = 0.05
    decay: float = 0.99
    block: Shape = (1, 1)

    @property
    def held_out(self) -> float:
        """Part of the measured pixels that it keeps from the fit."""
        return self.part

    @property
    def held_out_block(self) -> Shape:
        """Pixels along the last axes that the noise of each reaches."""
        return self.block

    def metric(self, seed: int) -> EstimateError:
        """Make the metric."""
        del seed
        return EstimateError(self.decay, self.min_start)


@dataclass(frozen=True)
class PlantedNoise(_Follow):
    """Stop where the error that planted noise tells is least.

    Parameters
    ----------
    decay : float
        Weight of the past in the estimate.
    min_start, patience, tolerance
        Iterations before the first metric, and as in :class:`EarlyStopping`.
    """

    patience: int = 100
    decay: float = 0.99

    def metric(self, seed: int) -> PlantedError:
        """Make the metric."""
        del seed
        return PlantedError(self.decay, self.min_start)


@dataclass(frozen=True)
class MovingVariance(_Follow):
    """Stop where the moving variance of the outputs is least.

    Parameters
    ----------
    window : int
        Outputs in the moving variance.
    min_start, patience, tolerance
        Iterations before the first metric, and as in :class:`EarlyStopping`.
    """

    window: int = 100

    compares_outputs = True

    def metric(self, seed: int) -> WindowedVariance:
        """Make the metric."""
        return WindowedVariance(
            self.window, min_start=self.min_start, seed=seed
        )


@dataclass(frozen=True)
class FadingVariance(_Follow):
    """Stop where the exponentially weighted variance of outputs is least.

    Parameters
    ----------
    weight : float
        Weight of the newest output.
    min_start, patience, tolerance
        Iterations before the first metric, and as in :class:`EarlyStopping`.
    """

    weight: float = 0.1

    def metric(self, seed: int) -> ExponentialVariance:
        """Make the metric."""
        return ExponentialVariance(
            self.weight, min_start=self.min_start, seed=seed
        )
