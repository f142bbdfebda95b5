"""Recorrupted-to-Recorrupted (R2R): the image, made noisier."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from napari_dip.grid.regions import Region, cut_all
from napari_dip.latents.base import Draw, Given, Latent, LatentSpec
from napari_dip.latents.power_spectrum import ColouredNoise, measure_spectrum


class Recorrupted(Latent):
    r"""The image plus noise of its own kind, drawn anew each time.

    The network sees :math:`y + τn` and predicts :math:`y - n/τ`. Where n is
    distributed like the noise of y, both have independent noise, however far
    it is correlated, so that the network cannot copy it.

    Parameters
    ----------
    image : Tensor
        ``(1, channels, *shape)``; finite everywhere, also where
        pixels are missing.
    known : Tensor
        Same shape, 1 where a pixel is measured, 0 where it is missing.
    noise : ColouredNoise
        Noise of the image.
    strength : float
        τ, greater than 0. The more, the less the noise has to be known
        exactly, and the less of the image is seen.

    References
    ----------
    .. [1] T. Pang, H. Zheng, Y. Quan, H. Ji, "Recorrupted-to-Recorrupted:
           Unsupervised Deep Learning for Image Denoising", CVPR 2021.
    """

    def __init__(
        self,
        image: Tensor,
        known: Tensor,
        noise: ColouredNoise,
        strength: float,
    ) -> None:
        self.image = image
        self.known = known
        self.noise = noise
        self.strength = strength

    @property
    def channels(self) -> int:
        """Channels of a draw."""
        return self.image.shape[1]

    def draw(
        self,
        windows: list[Region],
        generator: torch.Generator,
        *,
        fitting: bool,
    ) -> Draw:
        """Add noise inside each window; in the fit, shift the target."""
        noise = self.noise.draw(windows, generator)
        latent = cut_all(self.image, windows) + self.strength * noise
        if not fitting:
            return Draw(latent)
        known = cut_all(self.known, windows)
        return Draw(latent, known, shift=-noise / self.strength)


@dataclass(frozen=True)
class RecorruptedSpec(LatentSpec):
    """The image with more noise of its own kind.

    Parameters
    ----------
    strength : float
        Added noise, in terms of that of the image.
    """

    strength: float = 1.0

    measures_noise: ClassVar[bool] = True

    def make(self, given: Given) -> Recorrupted:
        """Measure the noise on what an earlier fit has left."""
        data, measured, pilot = given.data, given.measured, given.pilot
        assert pilot is not None
        noise = measure_spectrum((data - pilot) * measured, pilot, measured)
        filled = torch.where(measured > 0, data, pilot)
        return Recorrupted(filled, measured, noise, self.strength)

    def num_channels(self, image_channels: int, ndim: int = 2) -> int:
        """Return those of the image."""
        return image_channels
