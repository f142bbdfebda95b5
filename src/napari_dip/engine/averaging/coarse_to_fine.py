"""x* of a fit across scales: the averaged network, applied step by step."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from napari_dip.device.choice import Precision
from napari_dip.device.clock import go_on, untold
from napari_dip.engine.averaging.uncertainty import Evidence
from napari_dip.engine.averaging.weights import WeightAverage
from napari_dip.engine.problem import Problem
from napari_dip.engine.state import name_channels
from napari_dip.grid.dihedral import dihedrals
from napari_dip.grid.regions import Region
from napari_dip.latents.base import Pyramid


def describe_losing(channels: list[bool], left: str) -> list[str]:
    """Say to which channels nothing is added, in a sentence."""
    if not any(channels):
        return []
    told = f'{name_channels(channels)} {left}'
    return [f'{told}: the fit is further from the data than that.']


class CoarseToFineAverage(WeightAverage):
    """Exponential average of the weights of a network that sharpens.

    Parameters
    ----------
    network : nn.Module
        Network to copy.
    latent : Pyramid
        What it is fitted to.
    shape, decay, precision
        As in :class:`~napari_dip.engine.averaging.weights.WeightAverage`.
    """

    _latent: Pyramid

    def __init__(
        self,
        network: nn.Module,
        latent: Pyramid,
        shape: Tensor,
        *,
        decay: float,
        precision: Precision,
    ) -> None:
        super().__init__(
            network, latent, shape, decay=decay, precision=precision, seed=0
        )
        # The mean of an ensemble.
        self._network.eval()
        self.notes: Sequence[str] = ()

    def estimate(self, num_samples: int) -> Tensor:
        """Upsample step by step to the scale of the result.

        `num_samples`, of eight at most, are the dihedral transforms averaged.
        """
        losing = self._losing()
        self.notes = describe_losing(losing, self._latent.left)
        halves: list[Tensor] = []
        found = self._upsampled(num_samples, losing, halves)
        steps = iter(halves)
        self.half = None
        if num_samples > 1:
            self.half = self._latent.upsample(lambda _: next(steps))
        return found

    def deviation(self, problem: Problem, estimate: Tensor) -> Tensor:
        """Judge the variance over all transforms by the held-out data."""
        variance = torch.zeros_like(estimate)

        def sharpen(image: Tensor) -> Tensor:
            nonlocal variance
            transforms = dihedrals(image.ndim - 2)
            mean, _, variance = self._ensembled(image, len(transforms))
            # Fewer would differ less.
            go_on()
            return mean

        self._latent.upsample(sharpen)
        return Evidence.from_held_out(variance, problem, estimate).deviation()

    def _losing(self) -> list[bool]:
        """Find the channels to which nothing is better than what is added.

        Of the image reduced once more it is known what it lacks.
        """
        pair = self._latent.whole_pair()
        if pair is None or pair.target is None or pair.weight is None:
            return []
        with untold():
            added, *_ = self._ensembled(pair.latent, 1)
        off, without = (
            ((pair.target - x).square() * pair.weight).transpose(0, 1)
            for x in (added, torch.zeros_like(added))
        )
        worse = off.flatten(1).sum(1) > without.flatten(1).sum(1)
        found: list[bool] = worse.tolist()
        return found

    def _unseeing_estimate(self) -> Tensor:
        """Return the whole result: no held-out pixel is in it."""
        return self._upsampled(1, [], [])

    def _upsampled(
        self, num_samples: int, losing: list[bool], halves: list[Tensor]
    ) -> Tensor:
        """Add what the network finds lacking, and keep half of its samples."""

        def sharpen(image: Tensor) -> Tensor:
            added, half, _ = self._ensembled(image, num_samples)
            if any(losing):
                added[:, losing] = half[:, losing] = 0
            halves.append(half)
            return added

        return self._latent.upsample(sharpen)

    @torch.no_grad()
    def _ensembled(
        self, image: Tensor, num_samples: int
    ) -> tuple[Tensor, Tensor, Tensor]:
        """Self-ensemble over dihedral transforms.

        Mean, mean of every other and variance.
        """

        def evaluate(window: Region) -> Tensor:
            stacked = self._augmented(window.cut(image), num_samples)
            variance = stacked.var(0, correction=0)
            means = stacked.mean(0), stacked[::2].mean(0)
            return torch.cat([*means, variance], dim=1)

        found = self._over_image(evaluate, image.shape[2:])
        mean, half, variance = found.chunk(3, dim=1)
        return mean, half, variance
