"""Which average a fit keeps."""

from __future__ import annotations

from napari_dip.engine.averaging import Averaging
from napari_dip.engine.coarse_to_fine import CoarseToFineAverage
from napari_dip.engine.output_average import OutputAverage
from napari_dip.engine.problem import Problem
from napari_dip.engine.settings import FitSettings
from napari_dip.engine.weight_average import WeightAverage


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
    shape = 1, 1, *problem.image_shape
    like = problem.data.new_empty(1).expand(shape)
    pyramid = problem.latent.pyramid
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
        turns=settings.turns,
    )
