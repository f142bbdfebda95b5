"""Noise2Noise: some repeats of a field are fed, the others are the target."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from napari_dip.grid.regions import Region, cut_all
from napari_dip.latents.base import Draw, Given, Latent, LatentSpec


class Noise2Noise(Latent):
    """Repeats of a field, split anew at every draw.

    The network sees the mean of some repeats and predicts the mean of the
    others. Noise that differs between them cannot be copied, however far it
    is correlated. An estimate sees the mean of all.

    Parameters
    ----------
    repeats : Tensor
        ``(repeats, channels, *shape)``, two or more of one
        brightness; finite everywhere, also where pixels are missing.
    known : Tensor
        ``(1, channels, *shape)``, 1 where a pixel is measured, 0
        where it is missing.
    held_out : Tensor
        Same shape, 1 where a pixel must never enter the fit.

    References
    ----------
    .. [1] J. Lehtinen et al., "Noise2Noise: Learning Image Restoration
           without Clean Data", ICML 2018.
    """

    def __init__(
        self, repeats: Tensor, known: Tensor, held_out: Tensor
    ) -> None:
        self.repeats = repeats
        self.fitted = known * (1 - held_out)

    @property
    def channels(self) -> int:
        """Channels of a draw."""
        return self.repeats.shape[1]

    def draw(
        self,
        windows: list[Region],
        generator: torch.Generator,
        *,
        fitting: bool,
    ) -> Draw:
        """Feed the mean of all; in the fit, split them in every window."""
        repeats = torch.stack(
            [cut_all(r[None], windows) for r in self.repeats]
        )
        mean = repeats.mean(dim=0)
        if not fitting:
            return Draw(mean)
        fed = self._choose(len(windows), generator)
        target = _mean(repeats, ~fed)
        weight = cut_all(self.fitted, windows)
        return Draw(_mean(repeats, fed), weight, shift=target - mean)

    def _choose(self, windows: int, generator: torch.Generator) -> Tensor:
        """Which repeats each window shows: some, and never all of them."""
        count, device = len(self.repeats), self.repeats.device
        chance = torch.rand(
            (count, windows),
            generator=generator,
            device=device,
            dtype=self.repeats.dtype,
        )
        number = torch.randint(
            1, count, (windows,), generator=generator, device=device
        )
        return chance.argsort(dim=0).argsort(dim=0) < number


def _mean(repeats: Tensor, chosen: Tensor) -> Tensor:
    """Mean of the repeats that are chosen for each window."""
    weight = (chosen / chosen.sum(dim=0)).to(repeats)
    each = (None,) * (repeats.ndim - 2)
    mean: Tensor = (weight[(..., *each)] * repeats).sum(dim=0)
    return mean


@dataclass(frozen=True)
class Noise2NoiseSpec(LatentSpec):
    """Some repeats predict the others."""

    splits_repeats: ClassVar[bool] = True

    def make(self, given: Given) -> Noise2Noise:
        """Take the repeats."""
        assert given.repeats is not None
        return Noise2Noise(given.repeats(), given.measured, given.held_out)

    def num_channels(self, image_channels: int, ndim: int = 2) -> int:
        """Return those of the image."""
        return image_channels
