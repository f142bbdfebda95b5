"""Filters after a guided fit: as much of them as the guide has left to do."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from napari_dip.engine.masked_error import masked_error
from napari_dip.engine.problem import Problem
from napari_dip.filters.refinement import (
    Chain,
    Filter,
    preview,
    refine,
    work_of_chain,
)
from napari_dip.grid.by_axes import convolve
from napari_dip.grid.interpolation import TINY
from napari_dip.noise.homogeneous import SIDE

# Of the error on masked pixels, noise and all: where a guide took more, all of
# eleven fits were nearer to the truth (docs/lab/guided.md).
_HELPS = 0.005
# Standard errors, of the mean over squares of so many pixels a side.
_SURELY, _SQUARE = 2.0, 16
# Correlation of the finest detail: 0.04 at most for guides with noise of their
# own, 0.74 and more where 0.3 of the image is in the guide.
_SHARED = 0.1
# Part of the blocks that hold the least of a guide.
_QUIET = 0.1


@dataclass(frozen=True)
class ByGuide(Filter):
    """Judge a guide by a fit without it, and filter what it has left.

    Filters average over similar blocks of the image alone, and would take
    away again what the guide told. Where a guide halves what the fit
    without it was off by, half of them is right.

    Parameters
    ----------
    filters : tuple of Filter
        Those of a fit without a guide.
    """

    filters: Chain = ()

    def apply(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Do so, and say how much the guide helped."""
        assert problem.pilot is not None
        shared = shared_noise(problem)
        if shared > _SHARED:
            problem.notes.append(
                'The guide was left out, because it shares the noise of the '
                f'image (correlation {shared:.2f}).'
            )
            return problem.pilot
        gain, chance, left = self._judge(problem)
        if gain < max(_HELPS, _SURELY * chance):
            problem.notes.append(
                'The guide was left out, because it does not help: on masked '
                f'pixels the error changed by {-100 * gain:+.1f} %, give or '
                f'take {100 * chance:.1f} %.'
            )
            return problem.pilot
        problem.notes.append(
            f'The guide took away {1 - left:.0%} of the error that the fit '
            'had without it, and the filters after it do '
            f'{left:.0%} of what they do without it.'
        )
        filtered = refine(estimate, problem, self.filters)
        return torch.lerp(estimate, filtered, left)

    def preview(self, estimate: Tensor, problem: Problem) -> Tensor:
        """Do what takes no time."""
        return preview(estimate, problem, self.filters)

    @property
    def work(self) -> tuple[float, ...]:
        """Passes of the filters."""
        return work_of_chain(self.filters)

    @staticmethod
    def _judge(problem: Problem) -> tuple[float, float, float]:
        """Compare with the fit without the guide, on the same pixels.

        Returns
        -------
        gain, chance : float
            Part of the error, noise and all, that the guide took, and its
            standard error.
        left : float
            Part of the error of the fit alone that is left.
        """
        assert problem.pilot_error is not None
        before, now = problem.pilot_error, masked_error(problem)
        both = before.isfinite() & now.isfinite()
        total = before[both].sum()
        change = torch.where(both, before - now, 0)
        squares = F.avg_pool2d(change, min(_SQUARE, *change.shape[2:]))
        spread = squares.std() * squares.numel() ** 0.5
        chance = spread / squares.mean().abs().clamp(min=TINY)
        chance = chance / squares.numel() * (change.sum() / total).abs()
        noise = 0.0
        if problem.deviation is not None and problem.even:
            power = problem.deviation.square().expand_as(before)
            noise = float(power[both].sum())
        part = (now[both].sum() - noise) / (total - noise)
        return (
            float(change.sum() / total),
            float(chance),
            float(part.clamp(0, 1)),
        )


def shared_noise(problem: Problem) -> float:
    """Return how far the noise of a guide is that of the image.

    Structure that both show is found in some places, and noise in all. So
    those are looked at where the guide has least of the finest detail.

    Parameters
    ----------
    problem : Problem
        With a guide, and the estimate of a fit without it.

    Returns
    -------
    float
        Greatest correlation of a channel of the image with one of the
        guide, less two standard errors.
    """
    assert problem.pilot is not None
    assert problem.guide is not None
    noise = _fine((problem.data - problem.pilot) * problem.known)
    beside = _fine(problem.guide)
    return max(
        _correlation(own, other) for own in noise[0] for other in beside[0]
    )


def _correlation(noise: Tensor, guide: Tensor) -> float:
    """Mean correlation in those blocks where the guide varies least."""
    products = torch.stack([noise * guide, noise**2, guide**2])[None]
    side = min(SIDE, *noise.shape)
    covariance, own, other = F.avg_pool2d(products, side)[0].flatten(1)
    varies = (own > 0) & (other > 0)
    if not bool(varies.any()):
        return 0.0
    order = torch.where(varies, other, torch.inf).argsort()
    few = order[: max(1, round(_QUIET * int(varies.sum())))]
    found = covariance[few] / (own[few] * other[few]).sqrt()
    chance: float = _SURELY / (len(few) * side**2) ** 0.5
    return max(abs(float(found.mean())) - chance, 0.0)


def _fine(image: Tensor) -> Tensor:
    """Return the finest detail along both axes at once.

    Optics show next to nothing of it, while noise is as strong there as
    anywhere.
    """
    along = image.new_tensor([1.0, -2.0, 1.0])
    channels = image.shape[1]
    kernel = torch.outer(along, along).expand(channels, 1, 3, 3)
    padded = F.pad(image, (1, 1, 1, 1), mode='reflect')
    found: Tensor = convolve[2](padded, kernel, groups=channels)
    return found
