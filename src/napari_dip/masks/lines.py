"""Dead rows, hot columns and dropouts of a scanner."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_closing

from napari_dip.masks.false_alarms import (
    error_of_median,
    evidence_of_count,
    independent_part,
    least_deviations,
    least_evidence,
)
from napari_dip.noise.blocks import QUARTILE

Array = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Most rows beside each other that are lost together.
THICKEST = 4
# How far bars of light stand out of what is beside them at most, by the
# greatest step within or next to them, through a lens whose finest line is
# two pixels wide at half maximum; of one row and more. What a detector does
# has no such slopes.
SHARPEST = (1.15, 3.2, 2.0, 1.9)
# Through that lens the step at the border of a structure that lies outside is
# as many times the next.
_SHARPEST_AT_BORDER = 6.4
# Columns after which the length of a part is tried.
_EACH = 8
# Deviations that are no outliers.
_NEAR = 3.0


class _Segment(NamedTuple):
    """Part of a band of rows, from one side of the image."""

    first: int
    thickness: int
    columns: slice


def find_lines(plane: NDArray[np.floating]) -> Mask:
    """Find rows and columns that the detector or the scan has lost.

    Parameters
    ----------
    plane : (M, N) ndarray of float
        One channel; not finite where it is missing.

    Returns
    -------
    (M, N) ndarray of bool
        True along up to four rows or columns beside each other that are all
        brighter or all darker than those on both sides, over their whole
        length or from one end on, or that hold one value for longer than
        chance would have it. At the border, that are in the median brighter
        or darker than the next, by more than any two rows inside.

    Notes
    -----
    Of rows that differ by noise alone, a row is the brightest of three in a
    third of the columns. More are counted against that, with as many trials
    as the correlation along the rows leaves. A lens cannot draw so fine a
    line: it has to stand out of its neighbours by more than these do of the
    next ones, and by more than lines of uneven brightness do in this image.

    How likely one value is held by chance is told by shorter runs of one
    value, and by the rows beside where the run is.

    Examples
    --------
    >>> plane = np.random.default_rng(0).normal(100, 3, (64, 64))
    >>> plane[20] += 30
    >>> plane[:40, 33] = 0
    >>> found = find_lines(plane)
    >>> np.flatnonzero(found.all(axis=1)).tolist()
    [20]
    >>> bool(found[:40, 33].all()), bool(found[45:, 33].any())
    (True, False)
    """
    values = np.where(np.isfinite(plane), plane, np.nan).astype(float)
    along_rows = np.zeros(values.shape, bool)
    along_columns = along_rows.copy()
    # Rows of the transposed are columns.
    for turned, mark in (
        (values, along_rows),
        (values.T, along_columns.T),
    ):
        if min(turned.shape) > THICKEST + 3:
            repeated = _find_repeated(turned)
            left = np.where(repeated, np.nan, turned)
            mark |= repeated | _find_rows(left)
            for end, marked in ((left, mark), (left[::-1], mark[::-1])):
                marked[: _lost_at_border(end)] = True
    # Where two lines of one value cross neither differs from what is beside.
    crossings = _bridged(along_rows) & _bridged(along_columns.T).T
    return along_rows | along_columns | crossings


def _bridged(marks: Mask) -> Mask:
    """Mark gaps in rows too that are no wider than a line is thick."""
    along = np.ones((1, THICKEST + 1), bool)
    closed: Mask = binary_closing(marks, along)
    return closed


def _find_rows(values: Array) -> Mask:
    """Find rows that are all brighter or darker than those beside them."""
    found = np.zeros(values.shape, bool)
    uneven = _unevenness(values)
    for thickness in range(1, THICKEST + 1):
        above, below, band = _neighbours(values, thickness)
        usable = np.isfinite(above + below + band.sum(axis=0))
        with np.errstate(invalid='ignore'):
            brighter = band.min(axis=0) > np.maximum(above, below)
            darker = band.max(axis=0) < np.minimum(above, below)
        # Of as many rows in any order.
        chance = 2 / ((thickness + 1) * (thickness + 2))
        for marks in (brighter, darker):
            for segment in _significant(marks, usable, thickness, chance):
                if _stands_out(values, segment, uneven):
                    rows = slice(segment.first, segment.first + thickness)
                    found[rows, segment.columns] = True
    return found


def _lost_at_border(values: Array) -> int:
    """How many of the first rows differ from all others.

    They have a neighbour on one side only, so their whole length counts.
    """
    between = np.diff(values, axis=0)
    usable = np.isfinite(between).sum(axis=1) > values.shape[1] // 2
    if not usable.all():
        return 0
    middle = np.nanmedian(between, axis=1)
    around = between - middle[:, None]
    noise = np.nanmedian(np.abs(around)) / QUARTILE
    # Medians of whole numbers come in steps; means of what is near do not.
    around = np.clip(around, -_NEAR * noise, _NEAR * noise)
    steps = np.abs(middle + np.nanmean(around, axis=1))
    error = error_of_median(noise, values.shape[1])
    inside = steps[THICKEST:-THICKEST]
    if not inside.size:
        return 0
    uneven = np.median(inside) / QUARTILE
    # Two ends of rows and of columns.
    least = least_deviations(4 * THICKEST) * np.hypot(uneven, error)
    for count in range(THICKEST, 0, -1):
        step, others = (
            steps[count - 1],
            np.delete(steps[: count + 2], count - 1),
        )
        beyond = step - _SHARPEST_AT_BORDER * others.max()
        if step > max(least, inside.max()) and beyond > 0:
            return count
    return 0


def _neighbours(values: Array, thickness: int) -> tuple[Array, Array, Array]:
    """Rows above, below and within each band of rows.

    Bands at the border have but one neighbour, which tells too little.
    """
    count = len(values) - thickness - 1
    bands = [values[1 + i : 1 + i + count] for i in range(thickness)]
    return values[:count], values[thickness + 1 :], np.stack(bands)


def _significant(
    marks: Mask, usable: Mask, thickness: int, chance: float
) -> Iterator[_Segment]:
    """Yield parts of rows, from one end on, with too many marks."""
    marks = marks & usable
    part = independent_part(marks, usable)
    # Two ends, and brighter or darker.
    least = least_evidence(2 * 2 * THICKEST * marks.size) / part
    width = marks.shape[1]
    from_start, from_end = (
        _evidence_by_length(m, u, chance).max(axis=1, initial=0)
        for m, u in ((marks, usable), (marks[:, ::-1], usable[:, ::-1]))
    )
    for row in np.flatnonzero(np.maximum(from_start, from_end) > least):
        at_end = from_end[row] > from_start[row]
        towards = slice(None, None, -1 if at_end else 1)
        marked, tried = marks[row, towards], usable[row, towards]
        stop = _most_evident(marked, tried, chance)
        # Seen from there, it may end before the side of the image.
        back = marked[:stop][::-1], tried[:stop][::-1]
        start = stop - _most_evident(*back, chance)
        if at_end:
            start, stop = width - stop, width - start
        yield _Segment(int(row) + 1, thickness, slice(start, stop))


def _evidence_by_length(marks: Mask, usable: Mask, chance: float) -> Array:
    """Tell the evidence in the first columns, for some numbers of them."""
    counts, trials = (
        np.cumsum(x, axis=1)[:, _EACH - 1 :: _EACH] for x in (marks, usable)
    )
    return evidence_of_count(counts, trials, chance)


def _most_evident(marks: Mask, usable: Mask, chance: float) -> int:
    """Return how many of the first columns have the most evidence."""
    evidence = evidence_of_count(marks.cumsum(), usable.cumsum(), chance)
    return int(evidence.argmax()) + 1


def _stands_out(values: Array, segment: _Segment, uneven: float) -> bool:
    """Whether no lens and no uneven brightness has made a line."""
    first, thickness, columns = segment
    if first < 2 or first + thickness + 2 > len(values):
        return False
    lines = values[first - 2 : first + thickness + 2, columns]
    above, below = lines[1], lines[-2]
    band = lines[2:-2]
    steps = [np.nanmedian(above - below)]
    for by in (lines[0] - above, lines[-1] - below):
        # Further rows may be lost as well.
        steps += [np.nanmedian(by)] if np.isfinite(by).any() else []
    steps += list(np.nanmedian(np.diff(band, axis=0), axis=1))
    jumps = [np.nanmedian(row - by) for row in band for by in (above, below)]
    if min(jumps) < 0 < max(jumps):
        return False
    noise = np.nanmedian(np.abs(above - below - steps[0])) / QUARTILE
    length = np.isfinite(above - below).sum()
    error = error_of_median(noise, max(length, 1))
    jump = np.abs(jumps).min()
    beyond_lens = jump - SHARPEST[thickness - 1] * np.abs(steps).max()
    places = THICKEST * len(values)
    least = least_deviations(places)
    return bool(
        beyond_lens > least * error and jump > least * np.hypot(uneven, error)
    )


def _unevenness(values: Array) -> float:
    """Standard deviation of the brightness of rows against their own."""
    middle = values[1:-1] - (values[:-2] + values[2:]) / 2
    rows = middle[np.isfinite(middle).any(axis=1)]
    if not rows.size:
        return 0.0
    brightness = np.nanmedian(rows, axis=1)
    return float(
        np.median(np.abs(brightness - np.median(brightness))) / QUARTILE
    )


def _find_repeated(values: Array) -> Mask:
    """Find runs of one value that the rows beside them have no part in."""
    found = np.zeros(values.shape, bool)
    for thickness in range(1, THICKEST + 1):
        above, below, band = _neighbours(values, thickness)
        differs = np.isfinite(above + below) & np.all(
            (band != above) & (band != below), axis=0
        )
        again = _not_of_neighbours(
            np.all(band[..., 1:] == band[..., :-1], axis=0), differs
        )
        runs = _runs(again)
        least = least_evidence(THICKEST * again.size)
        long = runs.lengths > _longest_by_chance(runs.lengths, least)
        for row, start, stop in zip(*(x[long] for x in runs), strict=True):
            columns = slice(start, stop + 1)
            beside = np.stack([above[row, columns], below[row, columns]])
            repeats = np.count_nonzero(beside[:, 1:] == beside[:, :-1])
            chance = (repeats + 1) / (2 * (stop - start) + 2)
            if -(stop - start) * np.log(chance) >= least:
                found[row + 1 : row + 1 + thickness, columns] = True
    return found


def _not_of_neighbours(again: Mask, differs: Mask) -> Mask:
    """Leave out where a neighbour has the value, too.

    It may have it here and there by chance; then the run goes on.
    """
    rows, starts, stops = _runs(again)
    pixels = np.pad(np.cumsum(differs, axis=1), ((0, 0), (1, 0)))
    differing: NDArray[np.int64] = (
        pixels[rows, stops + 1] - pixels[rows, starts]
    )
    whole = 2 * differing > stops + 1 - starts
    ends = np.zeros(differs.shape, int)
    ends[rows[whole], starts[whole]] = 1
    ends[rows[whole], stops[whole]] = -1
    within = np.cumsum(ends, axis=1)[:, :-1] > 0
    left: Mask = within | (again & differs[:, 1:] & differs[:, :-1])
    return left


def _longest_by_chance(lengths: NDArray[np.intp], least: float) -> float:
    """Return the length that runs do not exceed by chance.

    How likely a run goes on is told by those that are shorter: what is lost
    is none of the chance that it is compared with.

    Parameters
    ----------
    lengths : (K,) ndarray of int
        Those of all runs.
    least : float
        Evidence that is told.
    """
    different, counts = np.unique(lengths, return_counts=True)
    steps = np.cumsum(np.append(0, different * counts))[:-1]
    started = np.cumsum(np.append(0, counts))[:-1]
    # One other, for none may be chance too.
    chance = (steps - started + 1) / (steps + 2)
    told = np.flatnonzero(-different * np.log(chance) >= least)
    return float(different[told[0]] - 1) if told.size else np.inf


class _Runs(NamedTuple):
    """Row, first and last + 1 of each run of marks: K of them."""

    rows: NDArray[np.intp]
    starts: NDArray[np.intp]
    stops: NDArray[np.intp]

    @property
    def lengths(self) -> NDArray[np.intp]:
        """How many marks each has."""
        return self.stops - self.starts


def _runs(marks: Mask) -> _Runs:
    edges = np.diff(np.pad(marks, ((0, 0), (1, 1))).astype(np.int8), axis=1)
    rows, starts = np.nonzero(edges == 1)
    return _Runs(rows, starts, np.nonzero(edges == -1)[1])
