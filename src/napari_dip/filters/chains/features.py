"""Filters for images that are made for the features of a trained network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from napari_dip.engine.optimisers import Adam
from napari_dip.engine.problem import Problem
from napari_dip.filters.refinement import Filter


@dataclass(frozen=True)
class MatchFeatures(Filter):
    """Change the pixels, from what a network has made, until E is least.

    A network makes what looks natural, but no fine pattern at will. Where the
    features know each pixel these steps find it; where they know little the
    nearest image that has them is hardly another. They are as many as pixels
    alone would need, for each costs little beside one of the network.

    Parameters
    ----------
    num_iter : int
        Steps.
    learning_rate : float
        The first of them, as a part of the range; they become ever smaller.
    """

    num_iter: int = 300
    learning_rate: float = 0.005

    any_axes: ClassVar[bool] = True

    def apply(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Do so."""
        pixels = estimate.clone().requires_grad_(True)
        optimiser = Adam([pixels], self.learning_rate)
        for number in range(self.num_iter):
            left = 1 - number / self.num_iter
            optimiser.learning_rate = self.learning_rate * left
            optimiser.zero_grad()
            with torch.enable_grad():
                loss = problem.loss(pixels, problem.data, problem.known)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
        return pixels.detach().clamp(0, 1)
