"""A latent for several copies of one field: some are fed, some asked for."""

from __future__ import annotations

import torch
from torch import Tensor

from napari_dip.grid.regions import Region, cut_all
from napari_dip.latents.base import Draw


class Noise2Noise:
    """Repeats of a field, split anew at every draw.

    The network sees the mean of some copies and is asked for the mean of
    the others. Noise that the copies do not share cannot be copied, however
    many pixels share it. An estimate sees the mean of all.

    Parameters
    ----------
    copies : Tensor
        ``(copies, channels, height, width)``, two or more of one
        brightness; finite everywhere, also where pixels are missing.
    known : Tensor
        ``(1, channels, height, width)``, 1 where a pixel is measured, 0
        where it is missing.
    held_out : Tensor
        Same shape, 1 where a pixel must never enter the fit.

    References
    ----------
    .. [1] J. Lehtinen et al., "Noise2Noise: Learning Image Restoration
           without Clean Data", ICML 2018.
    """

    def __init__(
        self, copies: Tensor, known: Tensor, held_out: Tensor
    ) -> None:
        self.copies = copies
        self.fitted = known * (1 - held_out)

    @property
    def channels(self) -> int:
        """Channels of a draw."""
        return self.copies.shape[1]

    def draw(
        self,
        windows: list[Region],
        generator: torch.Generator,
        *,
        fitting: bool,
    ) -> Draw:
        """Feed the mean of all; in the fit, split them in every window."""
        copies = torch.stack([cut_all(c[None], windows) for c in self.copies])
        mean = copies.mean(dim=0)
        if not fitting:
            return Draw(mean)
        fed = self._choose(len(windows), generator)
        target = _mean(copies, ~fed)
        weight = cut_all(self.fitted, windows)
        return Draw(_mean(copies, fed), weight, shift=target - mean)

    def _choose(self, windows: int, generator: torch.Generator) -> Tensor:
        """Which copies each window shows: some, and never all of them."""
        count, device = len(self.copies), self.copies.device
        chance = torch.rand(
            (count, windows),
            generator=generator,
            device=device,
            dtype=self.copies.dtype,
        )
        number = torch.randint(
            1, count, (windows,), generator=generator, device=device
        )
        return chance.argsort(dim=0).argsort(dim=0) < number


def _mean(copies: Tensor, chosen: Tensor) -> Tensor:
    """Mean of the copies that are chosen for each window."""
    weight = (chosen / chosen.sum(dim=0)).to(copies)
    mean: Tensor = (weight[..., None, None, None] * copies).sum(dim=0)
    return mean
