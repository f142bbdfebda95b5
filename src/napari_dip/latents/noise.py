"""Latents drawn once: uniform noise and a mesh grid."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

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
    """

    def __init__(self, values: Tensor, jitter: float = 0.0) -> None:
        self.values = values
        self.jitter = jitter

    @property
    def channels(self) -> int:
        """Channels of a draw."""
        return self.values.shape[1]

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


@dataclass(frozen=True)
class UniformNoiseSpec(LatentSpec):
    """Uniform noise.

    Parameters
    ----------
    channels : int
        Channels of the noise.
    jitter : float
        Standard deviation of the noise added at each iteration.
    """

    channels: int = 32
    jitter: float = 0.0

    def make(self, given: Given) -> FixedLatent:
        """Draw the noise."""
        values = uniform_noise(self.channels, given.image_shape, given.seed)
        return FixedLatent(values.to(given.data.device), self.jitter)

    def num_channels(self, image_channels: int, ndim: int = 2) -> int:
        """Return those of the noise."""
        return self.channels


@dataclass(frozen=True)
class MeshGridSpec(LatentSpec):
    """The coordinates of each pixel.

    Parameters
    ----------
    jitter : float
        Standard deviation of the noise added at each iteration.
    """

    jitter: float = 0.0

    def make(self, given: Given) -> FixedLatent:
        """Lay out the coordinates."""
        values = mesh_grid(given.image_shape)
        return FixedLatent(values.to(given.data.device), self.jitter)

    def num_channels(self, image_channels: int, ndim: int = 2) -> int:
        """Return one for each axis."""
        return ndim
