"""The estimate averaged over a fit: which kind, and x* of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

import torch
from torch import Tensor, nn

from napari_dip.device.choice import Precision, precision_context
from napari_dip.engine.averaging.coarse_to_fine import CoarseToFineAverage
from napari_dip.engine.averaging.filled import FilledAverage
from napari_dip.engine.averaging.output import OutputAverage
from napari_dip.engine.averaging.posterior import PosteriorAverage
from napari_dip.engine.averaging.weights import WeightAverage
from napari_dip.engine.problem import Problem
from napari_dip.engine.settings import Average, FitSettings
from napari_dip.grid.regions import Region


class Averaging(Protocol):
    """Keeps the running estimate and the best of them."""

    #: What the user should know of the last estimate, a sentence each.
    notes: Sequence[str] = ()
    #: The last estimate as half of its samples have it; None if unknown.
    half: Tensor | None = None

    def update(self, network: nn.Module, output: Tensor) -> None:
        """Take in the network and its output after an iteration."""

    def estimate(self, num_samples: int) -> Tensor:
        """Return the running estimate, ``(1, c, h, w)``, on the device.

        `num_samples` realisations of a random latent are averaged; more give a
        better estimate for more time.
        """

    def deviation(self, problem: Problem, estimate: Tensor) -> Tensor:
        """Return the standard deviation of the error, ``(1, c, h, w)``.

        `estimate` is what was made of the running one in the end.
        """

    def keep(self, iteration: int) -> None:
        """Remember the running estimate as the best by its metric."""

    def join(self, iteration: int) -> None:
        """Take the running estimate for as good as the one remembered."""

    def mark(self, iteration: int) -> None:
        """Remember the running estimate, to be compared in the end."""

    def restore(self, problem: Problem | None = None) -> int | None:
        """Make the best estimate the running one.

        With a problem its held-out pixels decide. Returns the iteration of
        what was put back; None where the running estimate stays.
        """

    def weights(self) -> Iterable[Tensor]:
        """Copy the averaged weights; none where outputs are averaged."""

    def adopt(self, weights: Sequence[Tensor]) -> None:
        """Go on from the averaged weights of another network."""

    def go_on_from(
        self, weights: Sequence[Tensor], network: nn.Module
    ) -> bool:
        """Let a network begin with the weights of another, if that is right.

        Returns whether it does.
        """

    def hold(self) -> None:
        """Remember the running average, to fall back on."""

    def fall_back(self) -> None:
        """Go on from the average held: a fit diverged since."""


def make_averaging(
    problem: Problem, settings: FitSettings, seed: int
) -> Averaging:
    """Make the average that the settings name and the latent asks for.

    Parameters
    ----------
    problem : Problem
        The equation.
    settings : FitSettings
        How its minimum is gone about.
    seed : int
        Seed of the draws of its estimates.
    """
    if not settings.samples:
        return _of_outputs(problem, settings)
    shape = 1, 1, *problem.image_shape
    like = problem.data.new_empty(1).expand(shape)
    pyramid = problem.latent.pyramid
    holes = problem.latent.holes
    if holes is not None:
        return FilledAverage(
            problem.network,
            holes,
            like,
            decay=settings.decay,
            precision=settings.precision,
        )
    if pyramid is not None:
        return CoarseToFineAverage(
            problem.network,
            pyramid,
            like,
            decay=settings.decay,
            precision=settings.precision,
        )
    return WeightAverage(
        problem.network,
        problem.latent,
        like,
        decay=settings.decay,
        precision=settings.precision,
        seed=seed,
        augment=settings.augment,
    )


def _of_outputs(problem: Problem, settings: FitSettings) -> Averaging:
    made: dict[Average, Callable[[], Averaging]] = {
        'output': lambda: OutputAverage(settings.decay),
        'last': lambda: LastPass(problem, settings.precision),
        'posterior': lambda: PosteriorAverage(
            settings.decay, settings.burn_in
        ),
    }
    return made[settings.average]()


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
