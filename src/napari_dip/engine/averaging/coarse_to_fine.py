"""x* of a fit across scales: the averaged network, applied step by step."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from napari_dip.device.choice import Precision
from napari_dip.device.pace import go_on
from napari_dip.engine.averaging.uncertainty import Evidence
from napari_dip.engine.averaging.weights import WeightAverage
from napari_dip.engine.problem import Problem
from napari_dip.grid.dihedral import dihedrals
from napari_dip.grid.regions import Region
from napari_dip.latents.base import Pyramid


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

    def estimate(self, num_samples: int) -> Tensor:
        """Upsample step by step to the scale of the result.

        `num_samples`, of eight at most, are the dihedral transforms averaged.
        """
        return self._latent.upsample(
            lambda image: self._ensembled(image, num_samples)[0]
        )

    def deviation(self, problem: Problem, estimate: Tensor) -> Tensor:
        """Judge the variance over all transforms by the held-out data."""
        variance = torch.zeros_like(estimate)

        def sharpen(image: Tensor) -> Tensor:
            nonlocal variance
            transforms = dihedrals(image.ndim - 2)
            mean, variance = self._ensembled(image, len(transforms))
            # Fewer would differ less.
            go_on()
            return mean

        self._latent.upsample(sharpen)
        return Evidence.from_held_out(variance, problem, estimate).deviation()

    def _unseeing_estimate(self) -> Tensor:
        """Return the whole result: no held-out pixel is in it."""
        return self.estimate(1)

    @torch.no_grad()
    def _ensembled(
        self, image: Tensor, num_samples: int
    ) -> tuple[Tensor, Tensor]:
        """Self-ensemble: mean and variance over dihedral transforms."""

        def evaluate(window: Region) -> Tensor:
            stacked = self._augmented(window.cut(image), num_samples)
            mean, variance = stacked.mean(0), stacked.var(0, correction=0)
            return torch.cat([mean, variance], dim=1)

        found = self._over_image(evaluate, image.shape[2:])
        mean, variance = found.chunk(2, dim=1)
        return mean, variance
