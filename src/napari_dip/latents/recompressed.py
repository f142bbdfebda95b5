"""Internal learning: an image, compressed once more."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from napari_dip.grid.regions import Region, cut_all, draw_places
from napari_dip.latents.base import Draw, Given, LatentSpec, Pyramid
from napari_dip.operators.quantisation import BLOCK, Quantisation

# Sides of what is learnt from, in pixels of the image: at half of it edges
# are sharper and most of what compression has added is gone.
_SCALES = (1, 2)


class Recompressed(Pyramid):
    """A first estimate of the image, compressed as the image was.

    A draw asks for what a window of the estimate has lost by that. Who has
    learnt to give it knows what compression does to such an image, and can
    add to the image what it has lost.

    Parameters
    ----------
    image : Tensor
        ``(1, c, height, width)``, standardised: the decompressed image.
    estimate : Tensor
        Same shape: one with less of what compression has added.
    operator : Quantisation
        Compression.
    side : int
        Side in pixels of what a draw asks for.
    seed : int
        Seed of the places drawn.

    References
    ----------
    .. [1] A. Shocher, N. Cohen, M. Irani, "Zero-Shot Super-Resolution using
           Deep Internal Learning", CVPR 2018.
    """

    left = 'left as compression had left it'

    def __init__(
        self,
        image: Tensor,
        estimate: Tensor,
        operator: Quantisation,
        *,
        side: int,
        seed: int,
    ) -> None:
        self._image = image
        self._operator = operator
        wanted = side + 2 * BLOCK
        self._scales = [
            smaller
            for scale in _SCALES
            if min((smaller := F.avg_pool2d(estimate, scale)).shape[2:])
            >= min(wanted, *image.shape[2:])
        ]
        self._side = min(wanted, *self._scales[-1].shape[2:])
        # On the CPU: every device draws from the same places.
        self._generator = torch.Generator().manual_seed(seed)

    @property
    def channels(self) -> int:
        """Channels of a draw."""
        return self._image.shape[1]

    @property
    def pyramid(self) -> Recompressed:
        """Return itself."""
        return self

    def draw(
        self,
        windows: list[Region],
        generator: torch.Generator,
        *,
        fitting: bool,
    ) -> Draw:
        """Draw as many pairs as there are windows, from places of its own."""
        del generator, fitting
        image = self._scales[self._below(len(self._scales))]
        lengths, count = image.shape[2:], len(windows)
        side = (self._side,) * len(lengths)
        places = draw_places(lengths, side, count, self._generator)
        wanted = cut_all(image, places)
        first = self._below(BLOCK), self._below(BLOCK)
        latent = self._operator.at(first).compress(wanted)
        # Blocks at the edge are of pixels that are not there.
        margin = min(BLOCK, (self._side - BLOCK) // 2)
        inner = Region((margin,) * 2, (self._side - 2 * margin,) * 2)
        return Draw(
            inner.cut(latent),
            torch.ones_like(inner.cut(wanted)),
            target=inner.cut(wanted - latent),
        )

    def whole_pair(self) -> Draw:
        """Return the estimate compressed, and what it has lost by that."""
        wanted = self._scales[0]
        latent = self._operator.compress(wanted)
        return Draw(latent, torch.ones_like(wanted), target=wanted - latent)

    def upsample(self, sharpen: Callable[[Tensor], Tensor]) -> Tensor:
        """Add to the image what it has lost."""
        return self._image + sharpen(self._image)

    def _below(self, limit: int) -> int:
        return int(torch.randint(limit, (), generator=self._generator))


@dataclass(frozen=True)
class RecompressedSpec(LatentSpec):
    """Internal learning of what compression takes."""

    def make(self, given: Given) -> Recompressed:
        """Take pairs as large as the windows of the fit.

        Of the estimate of a fit before this one, where there is one.
        """
        assert given.window is not None
        operator = given.operator
        assert isinstance(operator, Quantisation)
        estimate = given.pilot
        if estimate is None:
            estimate = operator.project(operator.average(given.data))
        return Recompressed(
            given.data,
            estimate,
            operator,
            side=given.window,
            seed=given.seed,
        )

    def num_channels(self, image_channels: int, ndim: int = 2) -> int:
        """Return those of the image."""
        return image_channels
