"""Which average a fit keeps."""

from __future__ import annotations

from napari_dip.latents.internal import CrossScale
from napari_dip.prior.averaging import Averaging
from napari_dip.prior.climbing import ClimbingAverage
from napari_dip.prior.fit_settings import FitSettings
from napari_dip.prior.output_average import OutputAverage
from napari_dip.prior.problem import Problem
from napari_dip.prior.weight_average import WeightAverage


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
    if settings.average == 'output':
        return OutputAverage(settings.decay)
    like = problem.data.new_empty(1, 1, 1, 1)
    like = like.expand(1, 1, *problem.image_shape)
    if isinstance(problem.latent, CrossScale):
        return ClimbingAverage(
            problem.network,
            problem.latent,
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
        turns=settings.turns,
    )
