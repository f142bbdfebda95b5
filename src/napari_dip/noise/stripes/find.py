"""Offsets of rows and columns, found in each plane of an image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.device.clock import go_on
from napari_dip.grid.regions import Region
from napari_dip.noise.defects import find_saturated
from napari_dip.noise.stripes.offsets import LEAST_SIDE, row_offsets


@dataclass(frozen=True, eq=False)
class Stripes:
    """Offsets of the lines of an image.

    Parameters
    ----------
    offsets : (C, ..., M, N) ndarray of float32
        What to take from each pixel; 0 where it is clipped or missing, but
        for missing ones that are filled.
    rows, columns : tuple of float
        Standard deviation of the offsets of the rows, and of the columns, of
        each channel; 0 where none were found.
    """

    offsets: NDArray[np.float32]
    rows: tuple[float, ...]
    columns: tuple[float, ...]

    @property
    def name(self) -> str:
        """Which lines have offsets."""
        both = (('rows', self.rows), ('columns', self.columns))
        return ' and '.join(name for name, found in both if any(found))

    def describe(self) -> str:
        """Say what they are, in words."""
        told = [
            f'the {name} ({", ".join(f"{one:.3g}" for one in found)})'
            for name, found in (('rows', self.rows), ('columns', self.columns))
            if any(found)
        ]
        return f'offsets of {" and ".join(told)}'

    def to_dict(self) -> dict[str, Any]:
        """Return what a record can hold of them."""
        return {'rows': list(self.rows), 'columns': list(self.columns)}

    def taken_from(self, planes: NDArray[Any]) -> NDArray[Any]:
        """Return planes without them, as floats.

        Parameters
        ----------
        planes : (C, ..., M, N) ndarray
            Any real dtype.
        """
        kind = np.result_type(planes.dtype, np.float32)
        return (planes - self.offsets).astype(kind)


def find_stripes(
    planes: NDArray[Any],
    parts: Sequence[Region] = (),
    filled: NDArray[np.bool_] | None = None,
) -> Stripes | None:
    """Find the offsets of rows and columns, plane by plane.

    Parameters
    ----------
    planes : (C, ..., M, N) ndarray
        The image; not finite where it is missing.
    parts : sequence of Region, optional
        Parts of the planes that have nothing to do with each other.
    filled : (C, ..., M, N) ndarray of bool, optional
        Missing pixels that get the offsets of their lines, as far as the
        known pixels of these tell them.

    Returns
    -------
    Stripes or None
        None where the offsets of no plane are greater than their error.

    Examples
    --------
    >>> draw = np.random.default_rng(0).normal
    >>> white = draw(100, 5, (1, 128, 128))
    >>> find_stripes(white) is None
    True
    >>> find_stripes(white + draw(0, 3, (128, 1))).describe()
    'offsets of the rows (3.21)'
    """
    offsets = np.zeros(planes.shape, np.float32)
    variances = np.zeros((len(planes), 2))
    if filled is None:
        filled = np.zeros(planes.shape, bool)
    sides = planes.shape[-2:]
    for channel, variance in enumerate(variances):
        found = []
        for plane, where, too in zip(
            *(
                a[channel].reshape(-1, *sides)
                for a in (planes, offsets, filled)
            ),
            strict=True,
        ):
            for part in parts or (Region.whole(sides),):
                # It takes a second on a large image.
                go_on()
                one = (part.cut(array) for array in (plane, where, too))
                found.append(_find(*one))
        variance[:] = np.mean(found, axis=0)
    if not variances.any():
        return None
    rows, columns = np.sqrt(variances).T.tolist()
    return Stripes(offsets, tuple(rows), tuple(columns))


def _find(
    plane: NDArray[Any],
    offsets: NDArray[np.float32],
    filled: NDArray[np.bool_],
) -> tuple[float, float]:
    """Find the offsets of one plane; return their variances."""
    if min(plane.shape) < LEAST_SIDE or not np.isfinite(plane).any():
        return 0.0, 0.0
    values = np.where(np.isfinite(plane), plane, np.nan).astype(float)
    # Offsets do not show where a limit cuts them off.
    for limited in (values, -values):
        values[find_saturated(limited)] = np.nan
    # Second differences of either direction do not see the other's.
    row, of_rows = row_offsets(values)
    column, of_columns = row_offsets(values.T)
    both = row[:, np.newaxis] + column
    offsets[:] = np.where(np.isfinite(values) | filled, both, 0)
    return of_rows, of_columns
