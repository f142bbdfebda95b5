"""Stopping metrics: what has a minimum where a fit should end.

None ever sees the ground truth.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass
from typing import Protocol

import torch
from torch import Tensor

from napari_dip.engine.state import StopReason


@dataclass(frozen=True)
class Observation:
    """What a rule may look at after an iteration.

    Parameters
    ----------
    iteration : int
        Iterations done.
    output : Tensor
        The network's output, ``(n, c, h, w)``, on the device.
    held_out_error : Tensor or None
        Mean squared error of the output on held-out pixels, a scalar on the
        device; None where no pixel is held out.
    held_out_residual : Tensor or None
        What the prediction is above each held-out datum, flat, the same data
        at every iteration; None where no pixel is held out, or where every
        iteration sees others.
    left : Tensor or None
        What the prediction leaves of the data, 0 where they are not fitted;
        None where no noise was planted in them.
    planted : Tensor or None
        That noise, of the same shape and the same at every iteration.
    """

    iteration: int
    output: Tensor
    held_out_error: Tensor | None
    held_out_residual: Tensor | None = None
    left: Tensor | None = None
    planted: Tensor | None = None


class Metric(Protocol):
    """A figure that has a minimum where the fit should end."""

    #: What it is, for people.
    name: str
    #: Why a fit ends at that minimum.
    reason: StopReason

    def observe(self, observation: Observation) -> None:
        """Take in an iteration; nothing may wait for the device."""

    def value(self) -> Tensor | None:
        """Return the metric as a scalar on the device, None if not yet."""

    def chance(self) -> float:
        """Return by how much a value may be above the lowest by chance."""
        return 0.0

    def rewind(self) -> None:
        """Forget what was observed: the fit went back to a checkpoint."""


class _PixelSample:
    """A fixed random sample of an output's values, all if they are few."""

    def __init__(self, num_pixels: int, seed: int) -> None:
        self._num_pixels = num_pixels
        self._generator = torch.Generator().manual_seed(seed)
        self._chosen: Tensor | None = None

    def of(self, output: Tensor) -> Tensor:
        """Return the values, flat; never a view of `output`."""
        flat = output.detach().flatten()
        if flat.numel() <= self._num_pixels:
            return flat.clone()
        if self._chosen is None:
            self._chosen = torch.randint(
                flat.numel(), (self._num_pixels,), generator=self._generator
            ).to(flat.device)
        return flat[self._chosen]


@dataclass(eq=False)
class _VarianceOfOutputs(Metric):
    """How much a sample of the pixels changes from output to output.

    Parameters
    ----------
    num_pixels : int
        Greatest number of values sampled from an output.
    min_start : int
        Iterations to let pass first: in the first few hundred the variance
        dips before the image is there.
    seed : int
        Chooses the sample.

    References
    ----------
    .. [1] H. Wang et al., "Early Stopping for Deep Image Prior",
           TMLR 2023.
    """

    name = 'moving variance of the estimate'
    reason = StopReason.VARIANCE_MINIMUM

    _: KW_ONLY
    num_pixels: int = 65_536
    min_start: int = 0
    seed: int = 0

    def __post_init__(self) -> None:
        """Begin with no outputs."""
        self._sample = _PixelSample(self.num_pixels, self.seed)
        self.rewind()

    def observe(self, observation: Observation) -> None:
        """Take in one more output."""
        if observation.iteration > self.min_start:
            self._take(self._sample.of(observation.output))

    def _take(self, values: Tensor) -> None:
        raise NotImplementedError


@dataclass(eq=False)
class WindowedVariance(_VarianceOfOutputs):
    """Moving variance of the last outputs (ES-WMV) in constant memory.

    The metric is the mean over pixels of the variance of the last `window`
    outputs. It falls while the outputs settle on the image and rises when
    they begin to wander among the noise. Only a fixed random sample of the
    pixels is kept, and mean and variance are updated in place, so that
    memory does not depend on the image, nor time on the window.

    Parameters
    ----------
    window : int
        Number of outputs.
    num_pixels, min_start, seed : int
        Values sampled of an output at most, iterations to let pass first,
        and the seed of the sample.
    """

    window: int = 100

    def rewind(self) -> None:
        """Empty the window."""
        self._seen = 0
        self._kept: Tensor | None = None

    def _take(self, values: Tensor) -> None:
        """Slide the window over one more output."""
        if self._kept is None:
            self._kept = values.new_zeros(self.window, values.numel())
            self._mean = torch.zeros_like(values)
            self._sum_squares = torch.zeros_like(values)
        slot = self._seen % self.window
        if self._seen < self.window:
            step = (values - self._mean) / (self._seen + 1)
            self._sum_squares += (values - self._mean) * (
                values - self._mean - step
            )
            self._mean += step
        else:
            old = self._kept[slot]
            step = (values - old) / self.window
            self._sum_squares += (values - old) * (
                values + old - 2 * self._mean - step
            )
            self._mean += step
        self._kept[slot] = values
        self._seen += 1

    def value(self) -> Tensor | None:
        """Return the variance, once the window is full."""
        if self._seen < self.window:
            return None
        return self._sum_squares.mean() / self.window


@dataclass(eq=False)
class ExponentialVariance(_VarianceOfOutputs):
    """Exponentially weighted variance of the outputs (ES-EMV).

    The metric means what that of :class:`WindowedVariance` does, but the
    past fades instead of leaving a window, so that one mean and one variance
    of a pixel are all that is kept.

    Parameters
    ----------
    weight : float
        Weight of the newest output, 0 to 1, ends excluded.
    num_pixels, min_start, seed : int
        As of :class:`WindowedVariance`.

    Notes
    -----
    The variance of the first output alone is zero, which is no minimum: the
    metric is given after ``10 / weight`` outputs, when the first has faded.
    For the published weight of 0.1 these are the published 100.
    """

    weight: float = 0.1

    def rewind(self) -> None:
        """Forget mean and variance."""
        self._seen = 0
        self._mean: Tensor | None = None
        self._variance: Tensor | None = None

    def _take(self, values: Tensor) -> None:
        """Let the past fade by one more output."""
        self._seen += 1
        if self._mean is None or self._variance is None:
            self._mean = values
            self._variance = torch.zeros_like(values)
            return
        away = values - self._mean
        self._mean += self.weight * away
        self._variance += self.weight * away**2
        self._variance *= 1 - self.weight

    def value(self) -> Tensor | None:
        """Return the variance, once the first output has faded."""
        if self._variance is None or self._seen < round(10 / self.weight):
            return None
        return self._variance.mean()


class HeldOutError(Metric):
    """Error on pixels that the fit never sees.

    Unbiased where the noise is independent from pixel to pixel: the
    expected metric is the true error plus the variance of the noise.

    Parameters
    ----------
    smoothing : float
        Weight of the past in the exponential average, 0 to 1.
    min_start : int
        Iterations before a metric is given.
    """

    name = 'error on held-out pixels'
    reason = StopReason.HELD_OUT_MINIMUM

    def __init__(self, smoothing: float = 0.99, min_start: int = 0) -> None:
        self.smoothing = smoothing
        self.min_start = min_start
        self.rewind()

    def rewind(self) -> None:
        """Forget the average."""
        self._average: Tensor | None = None
        self._weight = 0.0
        self._iteration = 0

    def observe(self, observation: Observation) -> None:
        """Average in one more error."""
        self._iteration = observation.iteration
        error = observation.held_out_error
        if error is None:
            return
        if self._average is None:
            self._average = torch.zeros_like(error)
        self._average = torch.lerp(error, self._average, self.smoothing)
        self._weight = 1 - self.smoothing * (1 - self._weight)

    def value(self) -> Tensor | None:
        """Return the average, its start-up bias removed."""
        if self._average is None or self._iteration <= self.min_start:
            return None
        return self._average / self._weight
