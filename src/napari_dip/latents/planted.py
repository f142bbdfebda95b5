"""A latent whose data are made a little noisier, to tell when to stop."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import ClassVar

import torch
from torch import Tensor

from napari_dip.grid.regions import Region, cut_all
from napari_dip.latents.base import Draw, Given, Latent, LatentSpec
from napari_dip.latents.noise import UniformNoiseSpec
from napari_dip.latents.power_spectrum import measure_spectrum


class Planted(Latent):
    """Another latent, with noise that is added to the data of its fit.

    Parameters
    ----------
    latent : Latent
        The other.
    noise : Tensor
        ``(1, channels, *shape)``, 0 where data are missing; the same at
        every iteration.
    """

    def __init__(self, latent: Latent, noise: Tensor) -> None:
        self.latent = latent
        self.noise = noise

    @property
    def channels(self) -> int:
        """Channels of a draw."""
        return self.latent.channels

    def parameters(self) -> list[Tensor]:
        """Return what of the other is fitted."""
        return self.latent.parameters()

    def draw(
        self,
        windows: list[Region],
        generator: torch.Generator,
        *,
        fitting: bool,
    ) -> Draw:
        """Draw the other, with the noise in the fit."""
        draw = self.latent.draw(windows, generator, fitting=fitting)
        if not fitting:
            return draw
        return replace(draw, shift=cut_all(self.noise, windows))


@dataclass(frozen=True)
class PlantedSpec(LatentSpec):
    """Another latent, and noise like that of the image.

    Parameters
    ----------
    latent : LatentSpec
        The other.
    strength : float
        Deviation of the noise in that of the image.
    """

    latent: LatentSpec = field(default_factory=UniformNoiseSpec)
    strength: float = 0.25

    measures_noise: ClassVar[bool] = True
    note: ClassVar[str] = (
        'In the second fit noise like that of the image, but weaker, is added '
        'to it: how much of that an estimate has taken up tells when to stop.'
    )

    def make(self, given: Given) -> Planted:
        """Measure the noise on what an earlier fit has left, and draw it."""
        known, pilot = given.measured, given.pilot
        assert pilot is not None
        left = (given.data - pilot) * known
        measured = measure_spectrum(left, pilot, known)
        whole = Region.whole(given.data.shape[2:])
        device = given.data.device
        generator = torch.Generator(device).manual_seed(given.seed + 1)
        noise = measured.draw([whole], generator) * known
        # By chance they have something of each other, which would be taken
        # for planted noise that is left.
        for image in (left, (pilot - pilot.mean()) * known):
            part = (noise * image).sum() / image.square().sum()
            noise = noise - part * image
        return Planted(self.latent.make(given), self.strength * noise)

    def num_channels(self, image_channels: int, ndim: int = 2) -> int:
        """Return those of the other."""
        return self.latent.num_channels(image_channels, ndim)
