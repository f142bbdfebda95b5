"""What is made of an estimate, kept within what data and noise explain."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import torch
from scipy.stats import chi2
from torch import Tensor
from torch.nn import functional as F

from napari_dip.engine.problem import Problem
from napari_dip.filters.refinement import Chain, ever_fewer, preview, refine
from napari_dip.grid.binning import first_guess
from napari_dip.noise.homogeneous import SIDE
from napari_dip.noise.robust_scale import scale_by_brightness
from napari_dip.noise.snr import mean_variance
from napari_dip.noise.variance import NoiseLevel, estimate_variance
from napari_dip.operators.back_projection import agree, enlarge

# The sides of a triangle: an estimate that is further from the data than
# twice their noise is further from the truth than the data are.
_FURTHEST = 2.0
# Pixels that correlated noise hardly reaches.
_CORRELATED = 3
# Images whose noise a few pairs of pixels tell too small.
_CHANCE = 1e-6

_LEFT_OUT = (
    'A step after the fit was left out, because it led out of the range of '
    'the data.'
)
_CLIPPED = (
    '{} values that the fit put beyond the range of the data were clipped '
    'to it.'
)


@torch.no_grad()
def refine_within_range(
    estimate: Tensor,
    problem: Problem,
    filters: Chain,
    *,
    whole: bool = True,
) -> tuple[Tensor, list[str]]:
    """Make more of an estimate, and leave out a step that goes wrong.

    Parameters
    ----------
    estimate, problem, filters
        As in :func:`~napari_dip.filters.refinement.refine`.
    whole : bool
        Whether what takes long is done, too.

    Returns
    -------
    refined : Tensor
        Never beyond the range of the data by more than noise and fit
        explain.
    notes : list of str
        What was left out or clipped, a sentence each.
    """
    low, high = _range(estimate, problem)
    note: list[str] = []
    for made, steps in _steps(estimate, problem, filters, whole):
        within = (made >= low) & (made <= high)
        if bool(within.all()):
            for step in steps:
                note += step.describe(estimate, made, problem)
            return made, note
        note = [_LEFT_OUT]
    beyond = int((~within).sum())
    return made.nan_to_num(0.0).clamp(low, high), [_CLIPPED.format(beyond)]


def _steps(
    estimate: Tensor, problem: Problem, filters: Chain, whole: bool
) -> Iterator[tuple[Tensor, Chain]]:
    """Results, each with one step less, and the steps."""
    if whole:
        for fewer in ever_fewer(filters):
            yield refine(estimate, problem, fewer), fewer
    yield preview(estimate, problem, filters), ()
    yield estimate, ()


def _range(estimate: Tensor, problem: Problem) -> tuple[Tensor, Tensor]:
    """Least and greatest value that data, noise and fit explain."""
    known, data = problem.known, problem.data
    axes = tuple(range(2, data.ndim))
    low = torch.where(known > 0, data, torch.inf).amin(axes, True)
    high = torch.where(known > 0, data, -torch.inf).amax(axes, True)
    count = known.sum(axes, True).clamp(min=1)
    judged = known * problem.held_out
    if not bool(judged.any()):
        judged = known
    error = _rms(problem.operator(estimate) - data, judged)
    mean = (data * known).sum(axes, True) / count
    # Who foretells nothing is off by the deviation of the data.
    error = torch.minimum(
        error.nan_to_num(torch.inf), _rms(data - mean, known)
    )
    # So far off is the furthest of as many normal values.
    reach = error * (2 * count.log()).clamp(min=1).sqrt()
    # One pixel of those that a datum is the mean of may hold it all.
    pixels = math.prod(problem.operator.image_shape((1,) * len(axes)))
    reach = reach + (pixels - 1) * (high - low)
    empty = known.sum(axes, True) == 0
    return (
        torch.where(empty, -torch.inf, low - reach),
        torch.where(empty, torch.inf, high + reach),
    )


def _rms(values: Tensor, weight: Tensor) -> Tensor:
    axes = tuple(range(2, values.ndim))
    total = (values.square() * weight).sum(axes, True)
    return (total / weight.sum(axes, True).clamp(min=1)).sqrt()


@torch.no_grad()
def find_harmed(
    refined: Tensor,
    problem: Problem,
    noise: Sequence[NoiseLevel],
    *,
    correlated: bool,
) -> list[bool]:
    """Find the channels whose data are nearer to the truth than a result.

    Pixels that were held out know nothing of the result: they are off by the
    noise and its error together, and these alone are more than the noise
    where their mean square is more than twice its variance. Where none were,
    all measured ones tell once a result is further from them than twice the
    noise.

    Parameters
    ----------
    refined : Tensor
        ``(1, channels, height, width)``: the result.
    problem : Problem
        What was fitted; its operator is the identity.
    noise : sequence of NoiseLevel
        That of each channel.
    correlated : bool
        Whether the noise is correlated, so that the data alone do not tell
        its strength.
    """
    return [
        _is_further(*channel, correlated)
        for channel in zip(
            refined[0],
            problem.data[0],
            problem.known[0],
            problem.held_out[0],
            noise,
            strict=True,
        )
    ]


@torch.no_grad()
def removed_structure(
    refined: Tensor, problem: Problem, noise: Sequence[NoiseLevel]
) -> bool:
    """Whether a result lacks structure that was measured as noise.

    Noise of like brightness is as strong everywhere, and the power of its
    blocks scatters by chance alone, the more the further it is correlated.
    Structure is in some blocks and not in others. Where more than half of
    what was measured has gone, most of it was noise.

    Parameters
    ----------
    refined, problem, noise
        As in :func:`find_harmed`.
    """
    removed, known = (problem.data - refined) * problem.known, problem.known
    power = removed.square().sum((0, 2, 3)) / known.sum((0, 2, 3))
    if 2 * float(power.sum()) > sum(level.variance for level in noise):
        return False
    scale = scale_by_brightness(removed.abs(), refined, known)
    return any(map(_is_uneven, (removed / scale)[0], known[0]))


def halfway(refined: Tensor, problem: Problem) -> Tensor:
    """Put half of what was removed back: the errors of both differ."""
    return torch.lerp(refined, problem.data, problem.known / 2)


def _is_uneven(removed: Tensor, known: Tensor) -> bool:
    side = 2 * SIDE
    power, share = (
        F.avg_pool2d(x[None], side).flatten() for x in (removed**2, known)
    )
    told = share > 1 / 2
    power = power[told] / share[told]
    if len(power) < 2:
        return False
    # Sum of the squares of its autocorrelation; a power is a mean of
    # two squares.
    spectrum = torch.fft.fft2(removed - removed.mean()).abs().square()
    reach = spectrum.square().mean() / spectrum.mean().square() / 2
    expected = 2 * reach / side**2
    scatter = power.var() / power.mean().square()
    most = chi2.isf(_CHANCE, len(power) - 1) / (len(power) - 1)
    return bool(scatter > most * expected)


@torch.no_grad()
def find_misfits(estimate: Tensor, problem: Problem) -> list[bool]:
    """Find the channels that are further from the truth than interpolated.

    What an estimate is off by, reduced to the size of the data, is their
    noise and its error together; of an interpolation it is their difference
    at least. Beyond twice the noise no noise makes up for more.

    Parameters
    ----------
    estimate : Tensor
        ``(1, channels, height, width)``, before it is projected onto the
        data.
    problem : Problem
        What was fitted; its operator reduces an image.
    """
    off, plain = (
        _rms(problem.operator(one) - problem.data, problem.known)
        for one in (estimate, _enlarged(problem))
    )
    planes, known = problem.data[0].cpu().numpy(), problem.known[0] > 0
    measured = np.where(known.cpu().numpy(), planes, np.nan).astype(float)
    noise = [
        math.sqrt(mean_variance(plane, estimate_variance(plane)))
        for plane in measured
    ]
    excess = (off - plain).flatten().tolist()
    return [
        more > _FURTHEST * level
        for more, level in zip(excess, noise, strict=True)
    ]


@torch.no_grad()
def interpolated(problem: Problem) -> Tensor:
    """Enlarge the data by a filter, so that they agree with the result."""
    return agree(
        _enlarged(problem), problem.data, problem.known, problem.operator
    )


def _enlarged(problem: Problem) -> Tensor:
    known, data = problem.known[0].cpu().numpy() > 0, problem.data
    filled = first_guess(data[0].cpu().numpy(), known, known.shape[1:])
    factors = problem.operator.image_shape((1,) * (data.ndim - 2))
    return enlarge(torch.from_numpy(filled)[None].to(data), factors)


def _is_further(
    result: Tensor,
    data: Tensor,
    known: Tensor,
    held_out: Tensor,
    level: NoiseLevel,
    correlated: bool,
) -> bool:
    residual = (data - result).double().masked_fill(known == 0, torch.nan)
    noise = level.variance
    # The data tell it too small where it is correlated, few neighbours are
    # known or some pixels are far off. All of it is in differences of the
    # residual, and little structure.
    distance = _CORRELATED if correlated else 1
    most = max(noise, _power_of_differences(residual, distance))
    judged = residual.square()[(held_out * known) > 0]
    if len(judged) and float(judged.mean()) > _more_than(len(judged)) * most:
        return True
    if correlated or not level.certain:
        noise = most
    return float(residual.square().nanmean()) > _FURTHEST**2 * noise


def _more_than(count: int) -> float:
    """Variances of the noise that so many held-out pixels are off by.

    Twice is noise and an error as great; of few pixels chance may be more.
    """
    return max(2.0, float(chi2.isf(_CHANCE, count)) / count)


def _power_of_differences(residual: Tensor, distance: int) -> float:
    """Half the mean square of differences: the variance of white noise.

    Of few pairs chance makes it too small, so that it is what it is at most.
    """
    pairs = torch.cat(
        [
            (
                residual[..., distance:, :] - residual[..., :-distance, :]
            ).flatten(),
            (residual[..., distance:] - residual[..., :-distance]).flatten(),
        ]
    )
    count = int(pairs.isfinite().sum())
    if not count:
        return math.inf
    total = float(pairs.square().nansum())
    return total / 2 / float(chi2.ppf(_CHANCE, count))
