"""Filters for images that are made for the features of a trained network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.optimize import minimize
from torch import Tensor

from napari_dip.engine.problem import Problem
from napari_dip.filters.refinement import Filter


@dataclass(frozen=True)
class MatchFeatures(Filter):
    """Change the pixels, from what a network has made, until E is least.

    A network makes what looks natural, but no fine pattern at will. Where the
    features know each pixel these steps find it; where they know little the
    nearest image that has them is hardly another. Steps of a quasi-Newton
    method within the range of the image [1]_ go further than as many along
    the gradient, and have no length to be chosen.

    Parameters
    ----------
    num_iter : int
        Steps.

    References
    ----------
    .. [1] R. Byrd, P. Lu, J. Nocedal, C. Zhu, "A Limited Memory Algorithm for
           Bound Constrained Optimization", SIAM Journal on Scientific
           Computing 16, 1995.
    """

    num_iter: int = 50

    any_axes: ClassVar[bool] = True

    def apply(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Do so."""

        def lost(values: NDArray[np.float64]) -> tuple[float, Tensor]:
            pixels = torch.from_numpy(values).to(estimate)
            pixels = pixels.reshape(estimate.shape).requires_grad_(True)
            with torch.enable_grad():
                loss = problem.loss(pixels, problem.data, problem.known)
            (slope,) = torch.autograd.grad(loss, pixels)
            return loss.item(), slope.flatten().double().cpu()

        start = estimate.flatten().double().cpu().numpy()
        found = minimize(
            lost,
            start.clip(0, 1),
            jac=True,
            method='L-BFGS-B',
            bounds=[(0, 1)] * len(start),
            options={'maxiter': self.num_iter, 'ftol': 0, 'gtol': 0},
        )
        return torch.from_numpy(found.x).to(estimate).reshape(estimate.shape)
