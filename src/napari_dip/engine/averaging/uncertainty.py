"""How far an estimate is off, told without the truth.

An estimate differs from draw to draw of its latent, or from iterate to
iterate, and more where it is less certain. How large its error is there,
those data tell that the network did not see: they were held out, or masked.

Where two neighbouring pixels were masked together, the noise of neither is
in the prediction of the other, so that the mean product of their residuals
holds no noise: what is left is the error that both predictions share. The
variance of the noise need not be known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional as F

from napari_dip.engine.problem import Problem
from napari_dip.grid.by_axes import convolve
from napari_dip.grid.interpolation import TINY, interpolate
from napari_dip.latents.base import Draw

#: Draws that the variance and the pairs are taken from.
DRAWS = 16

# Standard deviation in pixels of the Gaussian that the variance is averaged
# over. The variance of a single pixel depends on its own noise, and so would
# the choice of the pixels that are judged together.
_RADIUS = 4.0
#: Classes of pixels that are judged together.
CLASSES = 8
# Samples a class. Products of two residuals have a deviation of about the
# noise's variance, a tenth of which is to be measured; squared errors have
# but their own.
_LEAST_PAIRS = 4000
_LEAST_ERRORS = 100


@dataclass(frozen=True)
class Evidence:
    """What is known of the error of an estimate.

    Parameters
    ----------
    variance : Tensor
        ``(1, channels, *shape)``: variance over draws or iterates.
    total, squares, count : Tensor
        Same shape: sum of the samples of the error's variance at a pixel,
        sum of their squares, and how many there are.
    least : int
        Samples that a class of pixels needs.
    """

    variance: Tensor
    total: Tensor
    squares: Tensor
    count: Tensor
    least: int

    @classmethod
    def from_draws(
        cls, data: Tensor, draws: Iterable[tuple[Draw, Tensor]]
    ) -> Evidence:
        """Take products of the residuals of neighbours as the samples.

        Parameters
        ----------
        data : Tensor
            ``(1, channels, *shape)``.
        draws : iterable of (Draw, Tensor)
            Draws that hide pixels, and what the network made of them, of
            the shape of the data.
        """
        total, squares, pairs = (torch.zeros_like(data) for _ in range(3))
        mean, variance = torch.zeros_like(data), torch.zeros_like(data)
        number = 0
        for draw, output in draws:
            assert draw.hidden is not None
            number += 1
            change = output - mean
            mean += change / number
            variance += change * (output - mean)
            residual = (data - output) * draw.hidden
            for axis in range(2, data.ndim):
                product = _by_next(residual, axis)
                total += product
                squares += product**2
                pairs += _by_next(draw.hidden, axis)
        variance = variance / max(number - 1, 1)
        return cls(variance, total, squares, pairs, _LEAST_PAIRS)

    @classmethod
    def from_held_out(
        cls, variance: Tensor, problem: Problem, estimate: Tensor
    ) -> Evidence:
        """Take squared errors at the held-out data as the samples.

        They hold the noise of the data too.

        Parameters
        ----------
        variance : Tensor
            ``(1, channels, *shape)``: variance over iterates.
        problem : Problem
            Its data may be fewer than the pixels of the estimate.
        estimate : Tensor
            Same shape as `variance`.
        """
        judged = problem.known * problem.held_out
        squares = (problem.data - problem.operator(estimate)) ** 2 * judged
        size = variance.shape[2:]
        # A datum for several pixels is still one sample.
        part = judged.numel() / variance.numel()
        total, powers, count = (
            part * F.interpolate(x, size, mode='nearest')
            for x in (squares, squares**2, judged)
        )
        return cls(variance, total, powers, count, _LEAST_ERRORS)

    @classmethod
    def from_tensor(cls, planes: Tensor) -> Evidence:
        """Take it out of a tensor of its parts along the channels."""
        variance, total, squares, count = planes.chunk(4, dim=1)
        return cls(variance, total, squares, count, _LEAST_PAIRS)

    def to_tensor(self) -> Tensor:
        """Put it into one tensor, its parts along the channels."""
        parts = [self.variance, self.total, self.squares, self.count]
        return torch.cat(parts, dim=1)

    def deviation(self) -> Tensor:
        """Return the standard deviation of the error, of the same shape."""
        variance = local_mean(self.variance)
        channels = [
            _calibrate(*planes, self.least)
            for planes in zip(
                variance[0],
                self.total[0],
                self.squares[0],
                self.count[0],
                strict=True,
            )
        ]
        return torch.stack(channels)[None].sqrt()


def _by_next(image: Tensor, axis: int) -> Tensor:
    """Multiply each pixel by the next; the last has none."""
    length = image.shape[axis] - 1
    product = torch.zeros_like(image)
    product.narrow(axis, 0, length).copy_(
        image.narrow(axis, 0, length) * image.narrow(axis, 1, length)
    )
    return product


def local_mean(image: Tensor) -> Tensor:
    """Average with Gaussian weights."""
    ndim, channels = image.ndim - 2, image.shape[1]
    for axis in range(2, image.ndim):
        reach = min(round(3 * _RADIUS), image.shape[axis] - 1)
        offsets = torch.arange(
            -reach, reach + 1, dtype=image.dtype, device=image.device
        )
        weights = torch.exp(-((offsets / _RADIUS) ** 2) / 2)
        along = [1] * ndim
        along[axis - 2] = len(weights)
        margins = [n for k in along[::-1] for n in (k // 2, k // 2)]
        kernel = (weights / weights.sum()).to(image).reshape(along)
        image = convolve[ndim](
            F.pad(image, margins, mode='reflect'),
            kernel.expand(channels, 1, *along),
            groups=channels,
        )
    return image


def _calibrate(
    variance: Tensor, total: Tensor, squares: Tensor, count: Tensor, least: int
) -> Tensor:
    """Variance of the error at each pixel, from that of the draws."""
    order = variance.flatten().argsort(stable=True)
    number = int(count.sum()) // least
    classes = order.tensor_split(max(1, min(CLASSES, number)))

    def sums(plane: Tensor) -> Tensor:
        return torch.stack([plane.flatten()[c].sum() for c in classes])

    samples = sums(count).clamp(min=1)
    level = sums(variance) / sums(torch.ones_like(variance))
    error_variance = _rising(sums(total) / samples, samples)
    # Less than the standard error of their mean the samples cannot tell.
    error_variance = torch.maximum(
        error_variance, sums(squares).sqrt() / samples
    )
    level = level.clamp(min=TINY)
    # In proportion beyond the last class.
    beyond = (variance / level[-1]).clamp(min=1)
    return interpolate(variance, level, error_variance) * beyond


def _rising(values: Tensor, weights: Tensor) -> Tensor:
    """Nearest values that never fall, by pooling neighbours."""
    pools: list[tuple[float, float, int]] = []
    for value, weight in zip(values.tolist(), weights.tolist(), strict=True):
        pool = (value, weight, 1)
        while pools and pools[-1][0] > pool[0]:
            before = pools.pop()
            both = before[1] + pool[1]
            mean = (before[0] * before[1] + pool[0] * pool[1]) / both
            pool = (mean, both, before[2] + pool[2])
        pools.append(pool)
    pooled = [mean for mean, _, length in pools for _ in range(length)]
    return values.new_tensor(pooled)
