"""z: what the network is fed, anew at every iteration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import torch
from torch import Tensor
from torch.nn import functional as F

from napari_dip.grid.regions import Region, cut_all


@dataclass(frozen=True)
class Draw:
    """One realisation of a latent.

    Parameters
    ----------
    latent : Tensor
        ``(windows, channels, height, width)``.
    weight : Tensor or None
        Weight of each datum in the data term, ``(windows, image channels,
        height, width)``; None weighs all alike.
    shift : Tensor or None
        Added to the data before they are compared with the prediction, of
        the shape of `weight`; None adds nothing.
    hidden : Tensor or None
        1 where there is a datum that the network does not see, of the shape
        of `weight`; None if it sees all.
    target : Tensor or None
        What the output itself should be, of its shape; None compares what
        the operator makes of it with the data.
    """

    latent: Tensor
    weight: Tensor | None = None
    shift: Tensor | None = None
    hidden: Tensor | None = None
    target: Tensor | None = None


class Latent(Protocol):
    """Source of network inputs."""

    @property
    def channels(self) -> int:
        """Channels of a draw."""

    def draw(
        self,
        windows: list[Region],
        generator: torch.Generator,
        *,
        fitting: bool,
    ) -> Draw:
        """Draw the latent inside each window.

        `fitting` tells a draw for the fit from one for an estimate, which
        may use every datum and needs no weight.
        """


class FixedLatent:
    """A latent drawn once, jittered at each iteration.

    Parameters
    ----------
    values : Tensor
        ``(1, channels, height, width)``: uniform noise, a mesh grid or a
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
    channels: int, shape: tuple[int, int], seed: int, amplitude: float = 0.1
) -> Tensor:
    """Uniform noise in 0 to `amplitude`, the published default latent.

    Drawn on the CPU, so that every device starts from the same latent.
    """
    generator = torch.Generator().manual_seed(seed)
    return amplitude * torch.rand(
        (1, channels, *shape), generator=generator, dtype=torch.float32
    )


def mesh_grid(shape: tuple[int, int]) -> Tensor:
    """Coordinates in 0 to 1, ``(1, 2, height, width)``, x first."""
    rows, columns = (
        torch.linspace(0, 1, n, dtype=torch.float32) for n in shape
    )
    y, x = torch.meshgrid(rows, columns, indexing='ij')
    return torch.stack([x, y])[None]


# Binomial weights of the eight neighbours that stand in for a dropped pixel.
_NEIGHBOURS = ((1.0, 2.0, 1.0), (2.0, 0.0, 2.0), (1.0, 2.0, 1.0))


def fill_from_neighbours(image: Tensor, keep: Tensor) -> Tensor:
    """Replace pixels that are not kept by a mean of kept neighbours.

    Parameters
    ----------
    image, keep : Tensor
        ``(n, c, h, w)``; `keep` is 1 where a pixel is kept and 0 elsewhere.

    Returns
    -------
    Tensor
        The image; 0 where no neighbour is kept.
    """
    channels = image.shape[1]
    kernel = image.new_tensor(_NEIGHBOURS).expand(channels, 1, 3, 3)
    kept = image * keep
    total = F.conv2d(kept, kernel, padding=1, groups=channels)
    count = F.conv2d(keep, kernel, padding=1, groups=channels)
    return kept + (1 - keep) * total / count.clamp(min=1.0)


# A block's pixels that are asked for lie this much deeper than its edge,
# counting both sides.
_APART = 4


def _grow(centres: Tensor, block: tuple[int, int]) -> Tensor:
    """Grow each centre to a block."""
    if block == (1, 1):
        return centres
    rows, columns = block
    return F.max_pool2d(
        centres, block, stride=1, padding=(rows // 2, columns // 2)
    )


class BlindSpot:
    """The image itself, with pixels dropped anew at every draw.

    The network is asked for the dropped pixels and sees only the others, so
    that it cannot copy noise that is independent from pixel to pixel. The
    latent has twice the channels of the image: the image, its dropped
    pixels filled from their neighbours, and the map of the kept ones.

    Parameters
    ----------
    image : Tensor
        ``(1, channels, height, width)``, standardised; finite everywhere.
    known : Tensor
        Same shape, 1 where a pixel is measured, 0 where it is missing.
    held_out : Tensor
        Same shape, 1 where a pixel must never enter the fit.
    drop : float
        Probability that a pixel is dropped, between 0 and 1.
    block : tuple of int
        Odd rows and columns of the blocks that are dropped. Noise that is
        correlated over a few pixels needs more than 1 along them: the
        network is asked only for pixels whose noise none of the kept ones
        shares.

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
        drop: float,
        *,
        block: tuple[int, int] = (1, 1),
    ) -> None:
        self.image = image
        self.known = known
        self.fitted = known * (1 - held_out)
        self.drop = drop
        self.block = block

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
        """Drop pixels inside each window and weigh them in the data term."""
        image = cut_all(self.image, windows)
        known = cut_all(self.fitted if fitting else self.known, windows)
        # As many centres as drop the wanted part of the pixels.
        rows, columns = self.block
        rate = 1 - (1 - self.drop) ** (1 / (rows * columns))
        chance = torch.empty_like(image).uniform_(generator=generator)
        centres = (chance < rate).to(image)
        keep = known * (1 - _grow(centres, self.block))
        inner = max(1, rows - _APART), max(1, columns - _APART)
        asked = known * _grow(centres, inner)
        filled = fill_from_neighbours(image, keep)
        latent = torch.cat([filled, keep], dim=1)
        return Draw(latent, asked, hidden=known - keep)
