"""No average: what the weights of the last iteration make of the latent."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from napari_dip.device.choice import Precision, precision_context
from napari_dip.engine.averaging.output import OutputAverage
from napari_dip.engine.problem import Problem
from napari_dip.grid.regions import Region


class LastPass(OutputAverage):
    """One pass of the last weights over the latent without its jitter.

    The last output itself is that of weights before their last step, and of
    a latent that was jittered.

    Parameters
    ----------
    problem : Problem
        The equation, with its network and latent.
    precision : {'float32', 'auto'}
        That of the fit.
    """

    def __init__(self, problem: Problem, precision: Precision) -> None:
        super().__init__(0.0)
        self._problem = problem
        self._precision = precision
        self._is_put_back = False

    def update(self, network: nn.Module, output: Tensor) -> None:
        """Take in one more output, for its spread."""
        super().update(network, output)
        self._is_put_back = False

    def estimate(self, num_samples: int) -> Tensor:
        """Pass over the latent; an estimate that was kept stays."""
        if self._is_put_back or self._count == 0:
            return super().estimate(num_samples)
        problem = self._problem
        device = problem.data.device
        draw = problem.latent.draw(
            [Region.whole(problem.image_shape)],
            torch.Generator(device).manual_seed(0),
            fitting=False,
        )
        with torch.no_grad(), precision_context(device, self._precision):
            output: Tensor = problem.network(draw.latent)
        return output.float()

    def keep(self, iteration: int) -> None:
        """Keep what a pass gives now."""
        self._average = self.estimate(1)
        super().keep(iteration)

    def restore(self, problem: Problem | None = None) -> int | None:
        """Put back what was kept."""
        found = super().restore(problem)
        self._is_put_back = found is not None
        return found
