"""How much a fit and its last steps compute, and how fast the machine is.

Counted in multiplications of the network's convolutions; all else is in them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks

from napari_dip.device.choice import precision_context
from napari_dip.device.clock import now
from napari_dip.engine.averaging.uncertainty import DRAWS
from napari_dip.engine.optimisers import make_optimiser
from napari_dip.filters.refinement import work_of_chain
from napari_dip.grid.regions import Shape
from napari_dip.grid.tiled_inference import inferred_pixels
from napari_dip.networks import build_network
from napari_dip.networks.building import multiplications
from napari_dip.presets.settings import Settings

# Forward and backward, which takes twice as much; and as much of an image that
# is fitted at once as is enough to measure.
_BOTH_WAYS, _SIDE = 3, 256


@dataclass(frozen=True)
class Work:
    """Operations of what comes before, an iteration, a sample, each filter.

    The final estimate averages `num_samples`; so many are `compared` before.
    """

    preparation: float
    iteration: float
    sample_steps: tuple[float, ...]
    filter_steps: tuple[float, ...]
    num_iter: int
    num_samples: int
    compared: int

    @property
    def fit(self) -> float:
        """All before the final estimate."""
        iterations = self.num_iter * self.iteration
        return self.preparation + iterations + self.compared * self.sample

    @property
    def sample(self) -> float:
        """One sample of the whole image."""
        return sum(self.sample_steps)

    @property
    def filters(self) -> float:
        """All filters."""
        return sum(self.filter_steps)

    @property
    def uncertainty(self) -> float:
        """That of the result."""
        return DRAWS * self.sample


def work_of(
    settings: Settings,
    shape: Shape,
    channels: int,
    factors: Shape,
    missing: float = 0.0,
) -> Work:
    """Count the operations of a fit, of a result larger by `factors`."""
    fit, values = settings.fit, math.prod(shape) * channels
    images = fit.looked_at(shape)
    forward = footprint(settings, channels, images)
    fitting = footprint(settings, channels, images, fitting=True)
    shapes = [shape]
    for step in reversed(settings.latent.steps(factors)[1:]):
        finest = zip(shapes[0], step, strict=True)
        shapes.insert(0, tuple(n // by for n, by in finest))
    return Work(
        channels * settings.latent.work(shape, missing),
        _BOTH_WAYS * fitting * math.prod(images),
        tuple(fit.samples * forward * inferred_pixels(n) for n in shapes),
        tuple(step * values for step in work_of_chain(settings.filters)),
        fit.num_iter,
        fit.num_samples,
        # The last, that of halfway and that of the lowest metric.
        compared=3 if fit.samples and settings.stopping.held_out else 0,
    )


@lru_cache
def footprint(
    settings: Settings, channels: int, size: Shape, *, fitting: bool = False
) -> float:
    """Operations that a pixel takes, forward, in images of a `size`."""
    network, images = _network(settings, channels, size)
    found = multiplications(network.train(fitting), images)
    return found / images[:, 0].numel()


@lru_cache
def measure(
    settings: Settings,
    channels: int,
    device: torch.device,
    size: Shape,
    threads: int | None,
) -> tuple[float, float, float]:
    """Measure seconds an operation, of samples too, and bytes a pixel."""
    fit, ndim = settings.fit, len(size) - 1
    network, images = _network(settings, channels, size, device)
    optimiser = make_optimiser(fit.optimiser, network.parameters(), 0.0)
    held, taken, sampled = dict[int, int](), list[float](), list[float]()
    side = round(_SIDE ** (2 / ndim))
    whole = images.new_zeros(1, images.shape[1], *(side,) * ndim)

    def hold(tensor: Tensor) -> Tensor:
        storage = tensor.untyped_storage()
        held[storage.data_ptr()] = storage.nbytes()
        return tensor

    kept = saved_tensors_hooks(hold, lambda tensor: tensor)
    for _ in range(3):  # The first takes longer.
        held.clear()
        begin = now()
        with kept, precision_context(device, fit.precision):
            loss = network.train()(images).float().square().mean()
        loss.backward()
        optimiser.step()
        loss.item()  # Wait for the device.
        taken.append(now() - begin)
        if fit.samples:
            begin = now()
            with torch.no_grad(), precision_context(device, fit.precision):
                network.eval()(whole).sum().item()
            sampled.append(now() - begin)
    pixels = images[:, 0].numel()
    operations = footprint(settings, channels, size, fitting=True) * pixels
    speed = min(taken) / (_BOTH_WAYS * operations)
    operations = footprint(settings, channels, size) * side**ndim
    slow = min(sampled, default=0.0) / operations
    return speed, slow, sum(held.values()) / pixels


def _network(
    settings: Settings,
    channels: int,
    size: Shape,
    device: torch.device | None = None,
) -> tuple[nn.Module, Tensor]:
    """Return a network and what it is given: of larger images, a part."""
    latent, sides = settings.latent.num_channels(channels), size[1:]
    network = build_network(settings.network, latent, channels, len(sides))
    shape = (size[0], latent, *(min(n, _SIDE) for n in sides))
    images = torch.zeros(shape, device=device)
    return network.to(images.device), images
