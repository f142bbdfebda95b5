"""The image itself behind a mask of blind spots."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from napari_dip.grid.by_axes import convolve, grow
from napari_dip.grid.regions import Region, Shape, cut_all
from napari_dip.latents.base import Draw, Given, Latent, LatentSpec


def _neighbours(image: Tensor) -> Tensor:
    """Binomial weights of the neighbours that stand in for a pixel."""
    along = image.new_tensor([1.0, 2.0, 1.0])
    weights: Tensor = along
    for _ in range(image.ndim - 3):
        weights = weights[..., None] * along
    weights.flatten()[weights.numel() // 2] = 0
    return weights


def fill_from_neighbours(image: Tensor, keep: Tensor) -> Tensor:
    """Replace pixels that are not kept by a mean of kept neighbours.

    Parameters
    ----------
    image, keep : Tensor
        ``(n, c, *shape)``; `keep` is 1 where a pixel is kept and 0 elsewhere.

    Returns
    -------
    Tensor
        The image; 0 where no neighbour is kept.
    """
    channels = image.shape[1]
    weights = _neighbours(image)
    kernel = weights.expand(channels, 1, *weights.shape)
    convolution = convolve[weights.ndim]
    kept = image * keep
    total = convolution(kept, kernel, padding=1, groups=channels)
    count = convolution(keep, kernel, padding=1, groups=channels)
    filled: Tensor = kept + (1 - keep) * total / count.clamp(min=1.0)
    return filled


# The loss is taken this much deeper in a block than its edge, counting both
# sides.
_APART = 4


class BlindSpot(Latent):
    """The image behind a mask of blind spots, drawn anew each time.

    The network predicts the masked pixels and sees only the others, so that
    it cannot copy noise that is independent from pixel to pixel. The latent
    has twice the channels of the image: the image, its masked pixels filled
    from their neighbours, and the map of the kept ones.

    Parameters
    ----------
    image : Tensor
        ``(1, channels, *shape)``, standardised; finite everywhere.
    known : Tensor
        Same shape, 1 where a pixel is measured, 0 where it is missing.
    held_out : Tensor
        Same shape, 1 where a pixel must never enter the fit.
    masked : float
        Probability that a pixel is masked, between 0 and 1.
    block : tuple of int
        Odd lengths of the blocks that are masked, along the last axes.
        Noise that is correlated over a few pixels needs more than 1 along
        them: the loss is taken only where no kept pixel tells of the noise.

    References
    ----------
    .. [1] J. Batson, L. Royer, "Noise2Self: Blind Denoising by
           Self-Supervision", ICML 2019.
    .. [2] Y. Quan et al., "Self2Self With Dropout", CVPR 2020.
    """

    def __init__(
        self,
        image: Tensor,
        known: Tensor,
        held_out: Tensor,
        masked: float,
        *,
        block: Shape = (1, 1),
    ) -> None:
        self.image = image
        self.known = known
        self.fitted = known * (1 - held_out)
        self.masked = masked
        # Depth goes alone where only rows and columns are given.
        self.block = (1,) * (image.ndim - 2 - len(block)) + block

    @property
    def channels(self) -> int:
        """Channels of a draw."""
        return 2 * self.image.shape[1]

    def draw(
        self,
        windows: list[Region],
        generator: torch.Generator,
        *,
        fitting: bool,
    ) -> Draw:
        """Mask pixels inside each window and weigh them in the data term."""
        image = cut_all(self.image, windows)
        known = cut_all(self.fitted if fitting else self.known, windows)
        # As many centres as mask the wanted part of the pixels.
        rate = 1 - (1 - self.masked) ** (1 / math.prod(self.block))
        chance = torch.empty_like(image).uniform_(generator=generator)
        centres = (chance < rate).to(image)
        keep = known * (1 - grow(centres, self.block))
        inner = tuple(max(1, n - _APART) for n in self.block)
        judged = known * grow(centres, inner)
        filled = fill_from_neighbours(image, keep)
        latent = torch.cat([filled, keep], dim=1)
        return Draw(latent, judged, hidden=known - keep)


@dataclass(frozen=True)
class BlindSpotSpec(LatentSpec):
    """The image behind a mask of blind spots.

    Parameters
    ----------
    masked : float
        Probability that a pixel is masked.
    block : tuple of int
        Odd lengths of the masked blocks along the last axes; more than 1
        for noise that is correlated between neighbours.
    """

    masked: float = 0.3
    block: Shape = (1, 1)

    hides_pixels: ClassVar[bool] = True

    def make(self, given: Given) -> BlindSpot:
        """Take the data."""
        return BlindSpot(
            given.data,
            given.measured,
            given.held_out,
            self.masked,
            block=self.block,
        )

    def num_channels(self, image_channels: int, ndim: int = 2) -> int:
        """Return those of the image and of the mask."""
        return 2 * image_channels

    @property
    def masked_block(self) -> Shape:
        """Pixels along the last axes that are masked together."""
        return self.block
