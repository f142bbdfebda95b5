"""Mean and deviation of samples of the posterior."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from napari_dip.engine.averaging.output import OutputAverage
from napari_dip.engine.problem import Problem
from napari_dip.grid.interpolation import TINY


class PosteriorAverage(OutputAverage):
    """Mean of the outputs of Langevin dynamics, once they have settled.

    Noise on the weights keeps a fit from learning the noise of the image by
    heart [1]_, so that no iteration is the best: all are samples.

    Parameters
    ----------
    decay : float
        Weight of the past before the outputs have settled.
    burn_in : int
        Iterations until then.

    References
    ----------
    .. [1] Z. Cheng et al., "A Bayesian Perspective on the Deep Image Prior",
           CVPR 2019.
    """

    def __init__(self, decay: float, burn_in: int) -> None:
        super().__init__(decay)
        self._burn_in = burn_in
        self._settled = 0
        self._mean: Tensor | None = None
        self._squares: Tensor | None = None

    def update(self, network: nn.Module, output: Tensor) -> None:
        """Take in one more sample."""
        super().update(network, output)
        if self._count <= self._burn_in:
            return
        output = output.detach()
        if self._mean is None or self._squares is None:
            self._mean = torch.zeros_like(output)
            self._squares = torch.zeros_like(output)
        self._settled += 1
        change = output - self._mean
        self._mean = self._mean + change / self._settled
        self._squares = self._squares + change * (output - self._mean)

    def estimate(self, num_samples: int) -> Tensor:
        """Return the mean of all samples; before there are any, an average."""
        if self._mean is None:
            return super().estimate(num_samples)
        return self._mean

    def deviation(self, problem: Problem, estimate: Tensor) -> Tensor:
        """Return the standard deviation of the samples.

        Where the strength of the noise is known, it is brought to what the
        held-out data are off by beside their noise.
        """
        if self._squares is None or self._settled < 2:
            return super().deviation(problem, estimate)
        variance = self._squares / (self._settled - 1)
        return (variance * _calibration(variance, problem, estimate)).sqrt()

    def keep(self, iteration: int) -> None:
        """Do nothing: no sample is the best."""

    def join(self, iteration: int) -> None:
        """Do nothing: no sample is the best."""

    def restore(self, problem: Problem | None = None) -> int | None:
        """Leave the mean as it is."""
        return None


def _calibration(
    variance: Tensor, problem: Problem, estimate: Tensor
) -> Tensor | float:
    """Factor of the variance, from the held-out data; 1 if they tell none."""
    judged = problem.known * problem.held_out
    count = judged.sum().clamp(min=1)
    if problem.deviation is None or not problem.even or not judged.any():
        return 1.0
    residual = (problem.operator(estimate) - problem.data).square()
    error = (residual - problem.deviation.square()) * judged
    told = (problem.operator(variance) * judged).sum() / count
    # No less than a tenth: chance may leave no error at all.
    found = (error.sum() / count) / told.clamp(min=TINY)
    return found.clamp(min=0.1)
