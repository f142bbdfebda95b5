"""A guide beside the image: another channel, exposure or projection."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import torch
from torch import Tensor

from napari_dip.grid.interpolation import TINY
from napari_dip.grid.regions import Region, cut_all
from napari_dip.latents.base import Draw, Given, Latent, LatentSpec
from napari_dip.latents.blind_spot import BlindSpot, BlindSpotSpec
from napari_dip.latents.noise import FixedLatent


class Guided(Latent):
    """What another latent draws, and a guide that is never masked.

    The network is asked for the image alone, and learns what of the guide
    tells of it.

    Parameters
    ----------
    latent : Latent
        The other latent.
    guide : Tensor
        ``(1, channels, *shape)``.
    """

    def __init__(self, latent: Latent, guide: Tensor) -> None:
        self._latent = latent
        self._guide = guide

    @property
    def channels(self) -> int:
        """Channels of a draw."""
        return self._latent.channels + self._guide.shape[1]

    def draw(
        self,
        windows: list[Region],
        generator: torch.Generator,
        *,
        fitting: bool,
    ) -> Draw:
        """Draw the other latent, and lay the guide beside it."""
        draw = self._latent.draw(windows, generator, fitting=fitting)
        beside = cut_all(self._guide, windows)
        return replace(draw, latent=torch.cat([draw.latent, beside], dim=1))


@dataclass(frozen=True)
class GuidedSpec(LatentSpec):
    """The image behind a mask of blind spots, and a guide beside it.

    Parameters
    ----------
    blind_spot : BlindSpotSpec
        The mask.
    guides : int
        Channels of the guide.
    turned : bool
        Whether the guide is turned by half a turn, so that it tells nothing
        of the image: a control, which is all else the same.
    """

    blind_spot: BlindSpotSpec
    guides: int = 1
    turned: bool = False

    hides_pixels: ClassVar[bool] = True
    is_guided: ClassVar[bool] = True

    def make(self, given: Given) -> Guided:
        """Take the data and the guide."""
        guide = guide_of(given)
        if self.turned:
            guide = guide.flip(tuple(range(2, guide.ndim)))
        latent: BlindSpot = self.blind_spot.make(given)
        return Guided(latent, guide)

    def num_channels(self, image_channels: int, ndim: int = 2) -> int:
        """Return those of the image, of the mask and of the guide."""
        return self.blind_spot.num_channels(image_channels) + self.guides

    @property
    def masked_block(self) -> tuple[int, ...]:
        """Pixels along the last axes that are masked together."""
        return self.blind_spot.masked_block


@dataclass(frozen=True)
class GuideSpec(LatentSpec):
    """The guide alone, as the paper has it for a picture with flash.

    Parameters
    ----------
    guides : int
        Channels of the guide.
    """

    guides: int = 1

    is_guided: ClassVar[bool] = True

    def make(self, given: Given) -> FixedLatent:
        """Take the guide, from 0 to 1."""
        guide = guide_of(given)
        low = guide.amin((2, 3), keepdim=True)
        high = guide.amax((2, 3), keepdim=True)
        return FixedLatent((guide - low) / (high - low).clamp(min=TINY))

    def num_channels(self, image_channels: int, ndim: int = 2) -> int:
        """Return those of the guide."""
        return self.guides


def guide_of(given: Given) -> Tensor:
    """Return the guide that a fit was given."""
    if given.guide is None:
        raise ValueError('guide: this latent needs one.')
    return given.guide
