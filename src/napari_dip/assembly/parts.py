"""Parts of a problem that the settings name: latent and stopping rules."""

from __future__ import annotations

import torch

from napari_dip.engine.early_stopping import (
    HeldOutError,
    StoppingRule,
    WindowedVariance,
)
from napari_dip.latents.base import (
    BlindSpot,
    FixedLatent,
    Latent,
    mesh_grid,
    uniform_noise,
)
from napari_dip.latents.internal import InternalPairs
from napari_dip.operators.base import Operator
from napari_dip.operators.downsample import Downsample
from napari_dip.presets.settings import Settings


def make_latent(
    data: torch.Tensor,
    measured: torch.Tensor,
    held_out: torch.Tensor,
    operator: Operator,
    settings: Settings,
    seed: int,
) -> Latent:
    """Make the latent that the settings name, on the device of the data."""
    latent = settings.latent
    if latent.kind == 'dropped':
        return BlindSpot(
            data,
            measured,
            held_out,
            latent.drop,
            block=latent.block,
        )
    shape = operator.image_shape((data.shape[-2], data.shape[-1]))
    if latent.kind == 'reduced':
        return _cross_scale(data, measured, held_out, operator, settings, seed)
    if latent.kind == 'mesh':
        values = mesh_grid(shape)
    else:
        values = uniform_noise(latent.channels, shape, seed)
    return FixedLatent(values.to(data.device), latent.jitter)


def _cross_scale(
    data: torch.Tensor,
    measured: torch.Tensor,
    held_out: torch.Tensor,
    operator: Operator,
    settings: Settings,
    seed: int,
) -> InternalPairs:
    assert isinstance(operator, Downsample)
    assert settings.fit.window is not None
    return InternalPairs(
        data,
        measured * (1 - held_out),
        operator.factors,
        operator.kernel,
        side=settings.fit.window,
        seed=seed,
    )


def make_rules(settings: Settings, seed: int) -> list[StoppingRule]:
    """Make the rules that end a fit, the one that is followed first."""
    stopping = settings.stopping
    if stopping.rule == 'held_out':
        return [HeldOutError(min_start=stopping.min_start)]
    if stopping.rule == 'variance':
        return [
            WindowedVariance(
                stopping.window, min_start=stopping.min_start, seed=seed
            )
        ]
    return []
