"""Areas of one value: empty borders, and gaps that a marker fills."""

from __future__ import annotations

import math
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import (
    binary_dilation,
    binary_opening,
    label,
    maximum_filter,
    minimum_filter,
)

# A square so small may be flat where nothing makes it likely.
_SMALLEST = 3
#: Images in which chance alone makes one find.
CHANCE = 1e-3


class FlatAreas(NamedTuple):
    """Areas of one value that are no part of an image.

    Parameters
    ----------
    borders : (C, M, N) ndarray of bool
        Areas that hold a corner: they are left as they are.
    gaps : (C, M, N) ndarray of bool
        Other areas whose value lies far from all others: missing.
    border_notes, gap_notes : list of str
        What the user should know of them.
    """

    borders: NDArray[np.bool_]
    gaps: NDArray[np.bool_]
    border_notes: list[str]
    gap_notes: list[str]

    @property
    def notes(self) -> list[str]:
        """What the user should know of both."""
        return self.border_notes + self.gap_notes

    @property
    def all(self) -> NDArray[np.bool_]:
        """Both."""
        return self.borders | self.gaps

    def without(self, planes: NDArray[Any]) -> NDArray[Any]:
        """Return planes in which they are missing."""
        if not self.all.any():
            return planes
        return np.where(self.all, np.nan, planes)


def find_flat_areas(planes: NDArray[Any]) -> FlatAreas:
    """Find the areas of one value that noise cannot have left.

    Parameters
    ----------
    planes : (C, M, N) ndarray
        The image, in any real dtype; not finite where it is missing.

    Examples
    --------
    >>> image = np.random.default_rng(0).normal(100, 9, (1, 64, 64))
    >>> image[..., :10] = 0
    >>> find_flat_areas(image).notes
    ['640 pixels at the border that are all 0 were left as they are.']
    """
    whole = planes.shape
    # Those of a volume lie in its planes.
    planes = planes.reshape(-1, *whole[-2:])
    borders, gaps = np.zeros((2, *planes.shape), bool)
    counts: dict[tuple[bool, float], int] = {}
    for plane, border, gap in zip(planes, borders, gaps, strict=True):
        for value in _flat_values(plane):
            area = _area(plane, value)
            touching = _at_corner(plane, area)
            inside = area & ~touching
            if _is_far(plane, value):
                gap |= inside
                _count(counts, False, value, inside)
            border |= touching
            _count(counts, True, value, touching)
        if (border | gap).sum() >= np.isfinite(plane).sum():
            border[:] = gap[:] = False
            counts.clear()
    border_notes, gap_notes = (
        [_note(*x) for x in counts.items() if x[0][0] is at_border]
        for at_border in (True, False)
    )
    return FlatAreas(
        borders.reshape(whole), gaps.reshape(whole), border_notes, gap_notes
    )


def _count(
    counts: dict[tuple[bool, float], int],
    border: bool,
    value: float,
    area: NDArray[np.bool_],
) -> None:
    if area.any():
        key = border, value
        counts[key] = counts.get(key, 0) + int(area.sum())


def _note(of: tuple[bool, float], count: int) -> str:
    border, value = of
    if border:
        return (
            f'{count:,} pixels at the border that are all {value:g} were left '
            'as they are.'
        )
    return (
        f'{count:,} pixels of {value:g}, which is far from all other values, '
        'were taken for missing and filled in.'
    )


def _flat_values(plane: NDArray[Any]) -> list[float]:
    """Values of squares that do not vary."""
    finite = np.where(np.isfinite(plane), plane, np.nan).astype(float)
    low = minimum_filter(finite, _SMALLEST, mode='nearest')
    high = maximum_filter(finite, _SMALLEST, mode='nearest')
    values, counts = np.unique(finite[low == high], return_counts=True)
    # An area of one value is one of many such squares.
    return [float(v) for v in values[counts >= _SMALLEST**2]]


def _area(plane: NDArray[Any], value: float) -> NDArray[np.bool_]:
    """Squares of a value that are larger than chance makes them.

    In and near them a part of the pixels has the value; squares of so many
    such pixels as are found by chance in one of a thousand images are none.
    """
    same = plane == value
    side = _SMALLEST
    while True:
        # What lies beyond the border may have the value too.
        margin = side
        padded = np.pad(same, margin, mode='edge')
        squares = binary_opening(padded, np.ones((side, side)))
        area: NDArray[np.bool_] = squares[margin:-margin, margin:-margin]
        if not area.any():
            return np.zeros_like(same)
        near = binary_dilation(area, np.ones((3, 3)), iterations=side)
        # One other, for none may be chance too.
        share = same[near].sum() / (near.sum() + 1)
        least = math.sqrt(math.log(same.size / CHANCE) / -math.log(share))
        if math.ceil(least) <= side:
            return area
        side = math.ceil(least)
        if side > min(same.shape):
            return np.zeros_like(same)


def _at_corner(
    plane: NDArray[Any], area: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Parts that begin at a corner of the image and end at an edge.

    Margins of all kinds hold a corner. The even ground of an image whose
    values are coarser than its noise may too, but is no more than two steps
    from what lies around it.
    """
    groups, _ = label(area)
    corners = {
        int(groups[row, column]) for row in (0, -1) for column in (0, -1)
    }
    kept = np.zeros_like(area)
    values = np.unique(plane[np.isfinite(plane)]).astype(float)
    step = np.diff(values).min(initial=np.inf)
    for group in corners - {0}:
        part = groups == group
        if part.sum() < _SMALLEST**2:
            continue
        around = _beside(part, np.isfinite(plane))
        if not around.any():
            continue
        jump = np.abs(plane[around].astype(float) - float(plane[part][0]))
        if np.median(jump) > 2 * step:
            kept |= part
    return kept


def _beside(
    part: NDArray[np.bool_], known: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Find the nearest known pixels around a part."""
    grown = part
    while True:
        larger = binary_dilation(grown, np.ones((3, 3)))
        around: NDArray[np.bool_] = larger & ~grown & known
        if around.any() or (larger == grown).all():
            return around
        grown = larger


def _is_far(plane: NDArray[Any], value: float) -> bool:
    """Whether a value is further from the others than they reach."""
    others = plane[np.isfinite(plane) & (plane != value)].astype(float)
    low, high = others.min(initial=np.inf), others.max(initial=-np.inf)
    if low >= high:
        # One other value has no reach.
        return False
    if value < 0 <= low:
        return True
    return bool(max(low - value, value - high) > high - low)
