"""Scratches and dust: what has a border sharper than a lens can draw."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import (
    binary_erosion,
    binary_opening,
    find_objects,
    label,
    median_filter,
)
from scipy.stats import t as student

from napari_dip.masks.false_alarms import least_deviations, least_evidence
from napari_dip.masks.lines import SHARPEST
from napari_dip.noise.blocks import QUARTILE
from napari_dip.noise.variance import estimate_variance

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]
Variance = Callable[[Array], Array]

# Pixels across the thickest scratch; background is seen past its both sides.
_WIDEST = 8


class _Borders(NamedTuple):
    """Pixels within a region whose neighbour lies outside: N of them."""

    region: NDArray[np.intp]
    jump: Array
    outside: Array
    inside: Array
    sharpest: Array
    brighter: Array


class _Candidate(NamedTuple):
    """A region, and the logarithm of the chance of its border."""

    chance: float
    box: tuple[slice, ...]
    pixels: Mask


def find_scratches(plane: NDArray[Any]) -> Mask:
    """Find scratches, dust and dirt.

    Parameters
    ----------
    plane : (M, N) ndarray
        One channel, in any real dtype; not finite where it is missing.

    Returns
    -------
    (M, N) ndarray of bool
        True in regions up to 8 pixels across, of any length, angle and
        curve, that stand out of what surrounds them by a border sharper
        than the finest that a lens draws.

    Notes
    -----
    Regions are those that lie beyond a level above or below the median of
    their surroundings, in standard deviations of the noise. Along the border
    of each the step across is compared with the next steps outside and
    inside. Noise and texture leave the mean of these near zero; a lens makes
    them a half of the step or more. Their spread along the border, and
    never less than the noise of the image, tells what chance would do. Of
    regions within each other the least likely by chance is taken. What the
    border of the image cuts is none if it may be wider than a scratch.

    Examples
    --------
    >>> plane = np.random.default_rng(0).normal(100, 3, (64, 64))
    >>> rows = np.arange(10, 50)
    >>> plane[rows, rows] = plane[rows, rows + 1] = 160
    >>> found = find_scratches(plane)
    >>> bool(found[rows, rows].all()), int(found.sum())
    (True, 80)
    """
    values = np.where(np.isfinite(plane), plane, np.nan).astype(float)
    filled = np.nan_to_num(values, nan=float(np.nanmedian(values)))
    noise = _noise_of(values)
    around = median_filter(filled, 2 * _WIDEST + 1)
    height = (values - around) / np.sqrt(noise(np.maximum(filled, around)))
    found = np.zeros(values.shape, bool)
    for sign in (1, -1):
        found |= _find_raised(values, sign * height, noise, sign)
    return found


def _noise_of(values: Array) -> Variance:
    """Variance of an intensity, at least that of its rounding.

    Nor is it less than where the line of the model has none left, so that
    the noise is measured there by itself.
    """
    model = estimate_variance(values)
    step = np.diff(np.unique(values[np.isfinite(values)])).min(initial=np.inf)
    least = step**2 / 12
    means = (values[:, :-2] + 2 * values[:, 1:-1] + values[:, 2:]) / 4
    fine = values[:, 1:-1] - means
    dark = np.asarray(model.variance(means), float) <= least
    if np.any(dark & np.isfinite(fine)):
        # Of weights 1/2 and twice -1/4.
        middle = np.nanmedian(np.abs(fine[dark])) / QUARTILE
        least = max(least, middle**2 / 0.375)

    def variance(intensity: Array) -> Array:
        of_model = np.asarray(model.variance(intensity), float)
        smallest: Array = np.maximum(of_model, least)
        return smallest

    return variance


def _find_raised(
    values: Array, height: Array, noise: Variance, sign: int
) -> Mask:
    """Find what is higher than its surroundings, or lower: the sign."""
    candidates: list[_Candidate] = []
    tried = 1
    level = least_deviations(1)
    while (beyond := height > level).any():
        regions, count = label(beyond, np.ones((3, 3)))
        tried += 2 * count
        chances = _chances(regions, count, values, noise, sign)
        boxes = find_objects(regions)
        for region in np.flatnonzero(chances < -least_evidence(1)):
            box = boxes[region - 1]
            pixels = regions[box] == region
            if _is_thin(pixels, box, values.shape):
                candidates.append(_Candidate(chances[region], box, pixels))
        level *= 2**0.5
    found = np.zeros(values.shape, bool)
    for chance, box, pixels in sorted(candidates, key=lambda c: c.chance):
        if chance < -least_evidence(tried) and not found[box][pixels].any():
            found[box] |= pixels
    return found


def _is_thin(
    pixels: Mask, box: tuple[slice, ...], shape: tuple[int, ...]
) -> bool:
    """Whether a region is as thin as a scratch, as far as it is seen.

    What the border of the image cuts may go on as wide as one likes. It is
    left out if that may be so of most of its pixels, as of a nucleus, and
    not if a scratch ends there.
    """
    wider = np.ones((_WIDEST + 1, _WIDEST + 1))
    if binary_erosion(pixels, wider).any():
        return False
    cut = [
        (_WIDEST * (side.start == 0), _WIDEST * (side.stop == length))
        for side, length in zip(box, shape, strict=True)
    ]
    beyond = np.pad(pixels, cut, constant_values=True)
    maybe_wide = np.pad(pixels, cut) & binary_opening(beyond, wider)
    return bool(2 * np.sum(maybe_wide) <= np.sum(pixels))


def _chances(
    regions: NDArray[np.intp],
    count: int,
    values: Array,
    noise: Variance,
    sign: int,
) -> Array:
    """Logarithm of the chance that the border of each is so sharp."""
    borders = _Borders(
        *map(np.concatenate, zip(*_sides(regions, values, sign), strict=True))
    )
    per_region = count + 1

    def total(of: Array) -> Array:
        return np.bincount(borders.region, of, per_region).astype(float)

    bound = borders.sharpest
    spread = noise(borders.brighter) * (2 + 2 * bound**2)
    chances = np.full(per_region, -np.inf)
    for beside in (borders.outside, borders.inside):
        usable = np.isfinite(borders.jump + beside)
        beside = np.where(usable, beside, 0.0)
        trials = np.maximum(total(usable.astype(float)), 1)
        # A step back is no less than one on.
        towards = np.where(total(beside) < 0, -1.0, 1.0)[borders.region]
        beyond = np.where(usable, borders.jump - bound * towards * beside, 0.0)
        mean = total(beyond) / trials
        off = np.where(usable, beyond - mean[borders.region], 0.0)
        variance = np.maximum(
            total(off**2) / np.maximum(trials - 1, 1),
            total(np.where(usable, spread, 0)) / trials,
        )
        # A pixel has two neighbours outside, as a rule; thin regions have
        # nothing inside.
        free = trials / 2 - 1
        error = np.sqrt(
            np.maximum(variance, np.finfo(float).tiny) / (free + 1)
        )
        score = mean / error
        chance = np.where(free > 0, student.logsf(score, free), 0.0)
        if beside is borders.inside:
            chance = np.where(free > 0, chance, -np.inf)
        chances = np.maximum(chances, chance)
    chances[0] = 0.0
    return chances


def _sides(
    regions: NDArray[np.intp], values: Array, sign: int
) -> Iterator[_Borders]:
    """Yield the borders towards the four sides of the image."""
    rows, columns = values.shape
    labels = np.pad(regions, 3)
    padded = np.pad(values, 3, constant_values=np.nan)
    for down, right in ((0, 1), (0, -1), (1, 0), (-1, 0)):

        def towards(
            array: NDArray[Any], steps: int, down: int = down, on: int = right
        ) -> NDArray[Any]:
            first, left = 3 + steps * down, 3 + steps * on
            return array[first : first + rows, left : left + columns]

        free = (towards(labels, 1) == 0) & (towards(labels, 2) == 0)
        border = (regions > 0) & free
        own = towards(labels, -1)[border] == regions[border]
        thick = own & (towards(labels, -2)[border] == regions[border])
        inner, here, next_, outer = (
            towards(padded, steps)[border] for steps in (-1, 0, 1, 2)
        )
        yield _Borders(
            regions[border],
            sign * (here - next_),
            sign * (next_ - outer),
            np.where(own, sign * (inner - here), np.nan),
            np.where(thick, SHARPEST[2], SHARPEST[1]),
            np.maximum(here, next_),
        )
