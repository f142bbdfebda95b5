"""Errors of the averaged estimate, by data that it was not fitted to."""

from __future__ import annotations

import math

from torch import Tensor
from torch.nn import functional as F

from napari_dip.engine.averaging.output import growing_decay
from napari_dip.engine.metrics import Metric, Observation
from napari_dip.engine.state import StopReason


class _OfEstimate(Metric):
    """A figure of the averaged estimate, the mean of one of each datum.

    Single outputs wander, and a figure of them has its minimum elsewhere than
    that of the estimate, which is their average. A prediction is linear in
    the image, so that averaging what single ones leave of the data tells what
    the average leaves.

    Parameters
    ----------
    decay : float
        Weight of the past in the estimate, 0 to 1.
    min_start : int
        Iterations before a metric is given.
    """

    def __init__(self, decay: float = 0.99, min_start: int = 0) -> None:
        self.decay = decay
        self.min_start = min_start
        self.rewind()

    def rewind(self) -> None:
        """Forget the average, and what it was compared with."""
        self._average: Tensor | None = None
        self._latest: Tensor | None = None
        self._lowest: Tensor | None = None
        self._count = 0
        self._iteration = 0

    def observe(self, observation: Observation) -> None:
        """Average in what one more prediction leaves."""
        self._iteration = observation.iteration
        left = self._left(observation)
        if left is None:
            return
        if self._average is None:
            self._average = left.clone()
        else:
            decay = growing_decay(self.decay, self._count)
            self._average.lerp_(left, 1 - decay)
        self._count += 1

    def value(self) -> Tensor | None:
        """Return the figure of the average."""
        if self._average is None or self._iteration <= self.min_start:
            return None
        self._latest = self._figures(self._average)
        value = self._latest.mean()
        if self._lowest is None or value < self._lowest.mean():
            self._lowest = self._latest
        return value

    def chance(self) -> float:
        """Return the standard error of the difference to the lowest value.

        Both are of the same data, so that their noise mostly cancels [1]_.

        References
        ----------
        .. [1] L. Breiman et al., "Classification and Regression Trees",
               1984: the rule of one standard error.
        """
        if self._latest is None or self._lowest is None:
            return 0.0
        above = self._independent(self._latest - self._lowest).double()
        error: float = above.std(correction=0).item() / above.numel() ** 0.5
        return error

    def _left(self, observation: Observation) -> Tensor | None:
        """Return what a prediction leaves of the data that tell the figure."""
        raise NotImplementedError

    def _figures(self, left: Tensor) -> Tensor:
        """Return the figure of each datum."""
        raise NotImplementedError

    def _independent(self, figures: Tensor) -> Tensor:
        """Return what of figures, or means of them, differs by chance."""
        return figures


class EstimateError(_OfEstimate):
    """Mean square of what the estimate is off by on held-out pixels.

    Parameters
    ----------
    decay : float
        Weight of the past in the estimate, 0 to 1.
    min_start : int
        Iterations before a metric is given.
    """

    name = 'error on held-out pixels'
    reason = StopReason.HELD_OUT_MINIMUM

    def _left(self, observation: Observation) -> Tensor | None:
        return observation.held_out_residual

    def _figures(self, left: Tensor) -> Tensor:
        return left.square()


class PlantedError(_OfEstimate):
    """Error of the estimate, told by noise that was planted in the data.

    Of the noise of the data as large a part is taken up as of noise that is
    distributed alike. With r the mean square of what is left of the data, and
    t the part of the planted noise that is left, the error is least where
    r / t² is: generalised cross-validation, with a trace drawn at random
    [1]_. The strength of the noise need not be known, and no pixel is lost to
    the fit.

    Parameters
    ----------
    decay : float
        Weight of the past in the estimate, 0 to 1.
    min_start : int
        Iterations before a metric is given.

    References
    ----------
    .. [1] D. Girard, "A fast Monte-Carlo cross-validation procedure for
           large least squares problems with noisy data", Numerische
           Mathematik 56, 1989.
    .. [2] J. Flegal, G. Jones, "Batch means and spectral variance estimators
           in Markov chain Monte Carlo", Annals of Statistics 38, 2010.
    """

    name = 'error told by planted noise'
    reason = StopReason.PLANTED_MINIMUM

    def _left(self, observation: Observation) -> Tensor | None:
        self._planted = observation.planted
        return observation.left

    def _figures(self, left: Tensor) -> Tensor:
        """Return one whose mean is r / t², and differs by chance as it does.

        To the first order, as that of a ratio.
        """
        planted = self._planted
        assert planted is not None
        power = planted.square().mean()
        part = (left * planted).mean() / power
        value = left.square().mean() / part.square()
        spread = 2 * value / power * planted * (planted - left / part)
        return left.square() / part.square() + spread

    def _independent(self, figures: Tensor) -> Tensor:
        """Return means of squares, as many as there are pixels in each.

        What is left of neighbours is alike. Such means differ as independent
        ones do, the more so the larger the image is [2]_.
        """
        side = round(math.sqrt(min(figures.shape[-2:])))
        return F.avg_pool2d(figures, side)
