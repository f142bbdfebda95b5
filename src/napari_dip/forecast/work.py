"""How much a fit and its last steps have to compute.

In operations, multiplications of a network's convolutions, which take about
the same time each wherever they are; all else is counted in them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import torch
from torch import Tensor, nn

from napari_dip.engine.averaging.uncertainty import DRAWS
from napari_dip.engine.settings import FitSettings
from napari_dip.filters.refinement import work_of_chain
from napari_dip.grid.regions import window_shape
from napari_dip.grid.tiled_inference import inferred_pixels
from napari_dip.networks import NetworkSpec
from napari_dip.networks.layers import CONVOLUTIONS, NORMS
from napari_dip.presets.settings import Settings

#: Forward and backward, which takes twice as much.
BOTH_WAYS = 3
_SIDE = 64


@dataclass(frozen=True)
class Work:
    """Operations of a fit.

    Parameters
    ----------
    iteration : float
        Of an iteration.
    sweeps : tuple of float
        Of one look at the whole image, which an enlargement takes in steps.
    filter_steps : tuple of float
        Of the filters after the final estimate.
    num_iter, passes, compared : int
        Iterations, looks that the final estimate averages, and looks that
        choose what it is made from.
    """

    iteration: float
    sweeps: tuple[float, ...]
    filter_steps: tuple[float, ...]
    num_iter: int
    passes: int
    compared: int

    @property
    def all(self) -> float:
        """The whole, without an uncertainty."""
        looks = (self.compared + self.passes) * self.sweep
        return self.num_iter * self.iteration + looks + self.filters

    @property
    def sweep(self) -> float:
        """One look at the whole image."""
        return sum(self.sweeps)

    @property
    def filters(self) -> float:
        """All filters."""
        return sum(self.filter_steps)

    @property
    def uncertainty(self) -> float:
        """That of the result."""
        return DRAWS * self.sweep


def work_of(
    settings: Settings,
    shape: tuple[int, int],
    channels: int,
    climbed: Sequence[tuple[int, int]] = (),
) -> Work:
    """Count the operations of a fit.

    Parameters
    ----------
    settings : Settings
        How it is done; a second fit in them does not count.
    shape : tuple of int
        Height and width of the result on the grid of the fit.
    channels : int
        Channels of the image.
    climbed : sequence of tuple of int
        Shapes on the way to the result, where it is enlarged in steps.
    """
    fit, pixels = settings.fit, math.prod(shape)
    latent = settings.latent.num_channels(channels)
    forward = footprint(settings.network, latent, channels).operations
    by_weights = fit.average == 'weights'
    judged = by_weights and settings.stopping.held_out > 0
    return Work(
        iteration=BOTH_WAYS * forward * seen_pixels(fit, shape),
        sweeps=tuple(
            forward * inferred_pixels(seen_at) * by_weights
            for seen_at in climbed or [shape]
        ),
        filter_steps=tuple(
            step * pixels * channels
            for step in work_of_chain(settings.filters)
        ),
        num_iter=fit.num_iter,
        passes=fit.passes,
        # The last, that of halfway and that of the lowest metric.
        compared=3 if judged else 0,
    )


def shapes_climbed(
    shape: tuple[int, int], steps: Sequence[tuple[int, ...]]
) -> list[tuple[int, int]]:
    """Shapes that an image has as it is enlarged step by step."""
    shapes = []
    for rows, columns in steps:
        shape = shape[0] * rows, shape[1] * columns
        shapes.append(shape)
    return shapes


def seen_pixels(fit: FitSettings, shape: tuple[int, int]) -> int:
    """Pixels that an iteration computes."""
    if fit.window is None:
        return math.prod(shape)
    return fit.num_windows * math.prod(window_shape(shape, fit.window))


class Footprint(NamedTuple):
    """What a network takes for a pixel, forward."""

    operations: float
    #: Bytes that its layers give out.
    memory: float


@lru_cache
def footprint(spec: NetworkSpec, latent: int, channels: int) -> Footprint:
    """Count what a network takes.

    Parameters
    ----------
    spec : NetworkSpec
        The network.
    latent, channels : int
        Channels that go in and come out.
    """
    operations = memory = 0.0

    def note(module: nn.Module, _: object, output: Tensor) -> None:
        nonlocal operations, memory
        memory += output.numel() * output.element_size()
        if isinstance(module, CONVOLUTIONS):
            # Of each output: inputs of its group, times the kernel's pixels.
            operations += output.numel() * module.weight[0].numel()

    # Of the user's random numbers none is drawn.
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        network = spec.build(latent, channels)
        for module in network.modules():
            if isinstance(module, CONVOLUTIONS + NORMS):
                module.register_forward_hook(note)
        network(torch.zeros(1, latent, _SIDE, _SIDE))
    return Footprint(operations / _SIDE**2, memory / _SIDE**2)
