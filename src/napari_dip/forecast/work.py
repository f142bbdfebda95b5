"""How much a fit and its last steps compute, and how fast the machine is.

Counted in multiplications of the network's convolutions, which take about the
same time each wherever they are; all else is counted in them.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor, nn

from napari_dip.device.choice import precision_context
from napari_dip.engine.averaging.uncertainty import DRAWS
from napari_dip.filters.refinement import work_of_chain
from napari_dip.grid.regions import Shape, window_shape
from napari_dip.grid.tiled_inference import inferred_pixels
from napari_dip.networks import build_network
from napari_dip.networks.layers import CONVOLUTIONS
from napari_dip.presets.settings import Settings

# Forward and backward, which takes twice as much.
_BOTH_WAYS = 3
# Of the image, where all of it is fitted at once: enough to measure.
_SIDE = 256


@dataclass(frozen=True)
class Work:
    """Operations of an iteration, a sample of the image, the filters.

    An upsampling takes each sample in several `sweeps`; the final estimate
    averages so many `passes`, and so many are `compared` before.
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
        samples = (self.compared + self.passes) * self.sweep
        return self.num_iter * self.iteration + samples + self.filters

    @property
    def sweep(self) -> float:
        """One sample of the whole image."""
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
    settings: Settings, shape: Shape, channels: int, factors: Shape
) -> Work:
    """Count the operations of a fit; a second one in its settings does not.

    The result has a `shape` on the grid of the fit, and is larger than the
    image by `factors`.
    """
    fit = settings.fit
    forward = footprint(settings, channels)
    shapes = [shape]
    for step in reversed(settings.latent.steps(factors)[1:]):
        finest = zip(shapes[0], step, strict=True)
        shapes.insert(0, tuple(n // by for n, by in finest))
    # Else the average of the outputs is there.
    sampled = forward * (fit.average == 'weights')
    judged = sampled > 0 and settings.stopping.held_out > 0
    values = math.prod(shape) * channels
    return Work(
        _BOTH_WAYS * forward * math.prod(seen(settings, shape)),
        tuple(sampled * inferred_pixels(one) for one in shapes),
        tuple(step * values for step in work_of_chain(settings.filters)),
        fit.num_iter,
        fit.passes,
        # The last, that of halfway and that of the lowest metric.
        compared=3 if judged else 0,
    )


def seen(settings: Settings, shape: Shape) -> Shape:
    """Images that an iteration computes, and the shape of each."""
    fit = settings.fit
    if fit.window is None:
        return 1, *shape
    return fit.num_windows, *window_shape(shape, fit.window)


@lru_cache
def footprint(settings: Settings, channels: int) -> float:
    """Operations that a pixel takes, forward."""
    operations = 0

    def note(module: nn.Module, _: object, output: Tensor) -> None:
        nonlocal operations
        weight = module.weight
        assert isinstance(weight, Tensor)
        # Of each output: inputs of its group, times the kernel's pixels.
        operations += output.numel() * weight[0].numel()

    latent = settings.latent.num_channels(channels)
    network = build_network(settings.network, latent, channels)
    for module in network.modules():
        if isinstance(module, CONVOLUTIONS):
            module.register_forward_hook(note)
    side = settings.fit.window or _SIDE
    with torch.no_grad():
        network(torch.zeros(1, latent, side, side))
    return operations / side**2


@lru_cache
def measure_speed(
    settings: Settings,
    channels: int,
    device: torch.device,
    size: Shape,
    threads: int,
) -> float:
    """Seconds an operation takes in training on what an iteration sees.

    Measured once for each number of `threads`, which is the one that is set.
    """
    latent = settings.latent.num_channels(channels)
    network = build_network(settings.network, latent, channels).to(device)
    number, *sides = size
    sides = [min(side, _SIDE) for side in sides]
    images = torch.zeros(number, latent, *sides, device=device)
    taken = []
    for _ in range(3):
        start = time.perf_counter()
        with precision_context(device, settings.fit.precision):
            output = network(images)
        loss = output.float().square().mean()
        loss.backward()
        # Wait for the device.
        loss.item()
        taken.append(time.perf_counter() - start)
    operations = footprint(settings, channels)
    # The first takes longer.
    return min(taken) / (_BOTH_WAYS * operations * number * math.prod(sides))
