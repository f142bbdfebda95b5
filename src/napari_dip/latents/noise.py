"""Latents that are the same at every iteration, but for their jitter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from napari_dip.grid.by_axes import linear
from napari_dip.grid.regions import Region, Shape, cut_all
from napari_dip.latents.base import Draw, Given, Latent, LatentSpec


class FixedLatent(Latent):
    """A latent drawn once, jittered at each iteration.

    Parameters
    ----------
    values : Tensor
        ``(1, channels, *shape)``: uniform noise, a mesh grid or a
        guide image.
    jitter : float
        Standard deviation of the Gaussian noise added in the fit.
    optimised : bool
        Whether the values are fitted as the weights are.
    """

    def __init__(
        self, values: Tensor, jitter: float = 0.0, *, optimised: bool = False
    ) -> None:
        self.values = values.requires_grad_(optimised)
        self.jitter = jitter

    @property
    def channels(self) -> int:
        """Channels of a draw."""
        return self.values.shape[1]

    def parameters(self) -> list[Tensor]:
        """Return the values, if they are fitted."""
        return [self.values] if self.values.requires_grad else []

    def draw(
        self,
        windows: list[Region],
        generator: torch.Generator,
        *,
        fitting: bool,
    ) -> Draw:
        """Draw the latent inside each window, with jitter in the fit."""
        latent = cut_all(self.values, windows)
        if fitting and self.jitter:
            noise = torch.empty_like(latent).normal_(generator=generator)
            latent = latent + self.jitter * noise
        return Draw(latent)


def uniform_noise(
    channels: int, shape: Shape, seed: int, amplitude: float = 0.1
) -> Tensor:
    """Uniform noise in 0 to `amplitude`, the published default latent.

    Drawn on the CPU, so that every device starts from the same latent.
    """
    generator = torch.Generator().manual_seed(seed)
    return amplitude * torch.rand(
        (1, channels, *shape), generator=generator, dtype=torch.float32
    )


def mesh_grid(shape: Shape) -> Tensor:
    """Coordinates in 0 to 1, ``(1, axes, *shape)``, x first."""
    along = [torch.linspace(0, 1, n, dtype=torch.float32) for n in shape]
    coordinates = torch.meshgrid(*along, indexing='ij')
    return torch.stack(coordinates[::-1])[None]


def gaussian_noise(
    channels: int, shape: Shape, seed: int, deviation: float = 0.1
) -> Tensor:
    """Gaussian noise of a standard deviation, drawn on the CPU."""
    generator = torch.Generator().manual_seed(seed)
    return deviation * torch.randn(
        (1, channels, *shape), generator=generator, dtype=torch.float32
    )


class _FixedSpec(LatentSpec, Protocol):
    """A latent that is the same at every iteration, but for its jitter."""

    @property
    def jitter(self) -> float:
        """Standard deviation of the noise added at each iteration."""

    @property
    def optimised(self) -> bool:
        """Whether it is fitted as the weights are."""

    def values(self, given: Given) -> Tensor:
        """Return ``(1, channels, *shape)``, on any device."""

    def make(self, given: Given) -> FixedLatent:
        """Make it on the device of the data."""
        values = self.values(given).to(given.data.device)
        return FixedLatent(values, self.jitter, optimised=self.optimised)


@dataclass(frozen=True)
class UniformNoiseSpec(_FixedSpec):
    """Uniform noise.

    Parameters
    ----------
    channels : int
        Channels of the noise.
    jitter : float
        Standard deviation of the noise added at each iteration.
    optimised : bool
        Whether it is fitted as the weights are.
    """

    channels: int = 32
    jitter: float = 0.0
    optimised: bool = False

    def values(self, given: Given) -> Tensor:
        """Draw the noise."""
        return uniform_noise(self.channels, given.image_shape, given.seed)

    def num_channels(self, image_channels: int, ndim: int = 2) -> int:
        """Return those of the noise."""
        return self.channels


@dataclass(frozen=True)
class GaussianNoiseSpec(UniformNoiseSpec):
    """Gaussian noise, else as :class:`UniformNoiseSpec`."""

    def values(self, given: Given) -> Tensor:
        """Draw the noise."""
        return gaussian_noise(self.channels, given.image_shape, given.seed)


@dataclass(frozen=True)
class MeshGridSpec(_FixedSpec):
    """The coordinates of each pixel.

    Parameters
    ----------
    jitter, optimised
        As in :class:`UniformNoiseSpec`.
    """

    jitter: float = 0.0
    optimised: bool = False

    def values(self, given: Given) -> Tensor:
        """Lay out the coordinates."""
        return mesh_grid(given.image_shape)

    def num_channels(self, image_channels: int, ndim: int = 2) -> int:
        """Return one for each axis."""
        return ndim


@dataclass(frozen=True)
class ImageSpec(_FixedSpec):
    """The data themselves, 0 where they are missing.

    Parameters
    ----------
    jitter, optimised
        As in :class:`UniformNoiseSpec`.
    """

    jitter: float = 0.0
    optimised: bool = False

    def values(self, given: Given) -> Tensor:
        """Take the data, enlarged where the image is larger."""
        size = given.image_shape
        # A copy, since it may be fitted.
        if size == tuple(given.data.shape[2:]):
            return given.data.clone()
        return F.interpolate(given.data, size, mode=linear[len(size)])

    def num_channels(self, image_channels: int, ndim: int = 2) -> int:
        """Return those of the image."""
        return image_channels
