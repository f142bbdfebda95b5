"""How far noise is correlated, and what is fitted where it is."""

from __future__ import annotations

from itertools import pairwise
from typing import Any, NamedTuple

from numpy.typing import NDArray

from napari_dip.noise.interpolated import was_interpolated
from napari_dip.noise.jpeg import was_compressed
from napari_dip.noise.line_scan import scanned_along
from napari_dip.noise.second_differences import Grain, measure_grain
from napari_dip.noise.smoothed import (
    smooth_noise_squares,
    was_enlarged,
    was_smoothed,
)
from napari_dip.noise.texture import noise_texture

# A pixel and its neighbours all around; a pixel alone.
_AROUND, _ALONE = (3, 3), (1, 1)
# Sides of the squares for the noise of interpolating cameras, of JPEG or
# colour that was interpolated, and after a median, in pixels.
_INTERPOLATED, _COMPRESSED, _SMOOTHED = 3, 2, 2
# Power of second differences of neighbours by that of pixels four apart. JPEG
# that leaves more has left most of the noise as it was, unless it has spread
# that of the colours, whose differences have 0.2 or less then, in nearly all,
# and 0.6 and more else.
# A median leaves 0.13 to 0.30, such cameras 0.10 to 0.12.
_ROUNDED, _SPREAD, _MEDIAN = 0.7, 0.3, 0.15


class Recipe(NamedTuple):
    """How far the noise of an image is correlated.

    Parameters
    ----------
    binning : int
        Side of the binned pixels that are fitted; 1 for pixels.
    block : tuple of int
        Rows and columns that the noise of a pixel of the fit reaches.
    fine : bool
        Whether binned pixels would lose details that are not lost in noise.
    rounded : bool
        Whether the noise of one channel was rounded, and so is told less
        well.
    """

    binning: int
    block: tuple[int, int]
    fine: bool = False
    rounded: bool = False

    @property
    def all_around(self) -> bool:
        """Whether it reaches along both axes, as where pixels were mixed."""
        return self.binning > 1 or min(self.block) > 1

    def describe(self) -> str:
        """Say how far it reaches."""
        rows, columns = self.block
        if self.binning == 1 and rows != columns:
            return 'along the rows' if columns > 1 else 'down the columns'
        reach = max(rows, columns) if self.binning == 1 else self.binning
        return f'about {reach} pixels'


#: Correlations that a user may know of, by name.
GIVEN: dict[str, Recipe | None] = {
    'independent': None,
    'rows': Recipe(1, (1, 3)),
    'columns': Recipe(1, (3, 1)),
    'around': Recipe(1, _AROUND),
}


def find_recipe(planes: NDArray[Any]) -> Recipe | None:
    """Find out whether the noise of all channels is correlated.

    Parameters
    ----------
    planes : (C, M, N) ndarray
        The image; pixels that are not finite are missing.

    Returns
    -------
    Recipe or None
        None where it is independent from pixel to pixel.

    Examples
    --------
    >>> import numpy as np
    >>> white = np.random.default_rng(0).normal(0, 5, (1, 256, 256))
    >>> find_recipe(white + 0.5 * np.roll(white, 1, axis=2))
    Recipe(binning=1, block=(1, 3), fine=False, rounded=False)
    >>> find_recipe(white) is None
    True
    """
    grains = [measure_grain(plane) for plane in planes]
    tints = [measure_grain(b - a) for a, b in pairwise(planes)]
    rounded = _share(grains, _ROUNDED) or _share(tints, _SPREAD)
    if rounded and all(map(was_compressed, planes, grains)):
        # The noise of colours, kept at half the resolution, reaches further.
        if tints:
            return Recipe(_COMPRESSED, _AROUND)
        return Recipe(_COMPRESSED, _ALONE, rounded=True)
    axis = _scanned_along(planes)
    if axis is not None:
        return Recipe(1, (3, 1) if axis == 0 else (1, 3))
    if all(map(was_interpolated, grains)):
        return Recipe(1, _AROUND)
    smoothed = all(map(was_smoothed, grains))
    if smoothed and not _share(grains, _MEDIAN):
        return Recipe(_SMOOTHED, _AROUND, fine=True)
    # Slow structure alone has like neighbours, too.
    of_noise = _share(grains, _ROUNDED) and _without_structure(grains)
    if of_noise and _shows_on_even_ground(planes):
        return Recipe(_INTERPOLATED, _AROUND)
    squares = min(map(smooth_noise_squares, planes, grains))
    if squares > 1:
        fine = smoothed and not all(map(was_enlarged, grains))
        return Recipe(squares, _AROUND, fine)
    if tints and all(map(was_smoothed, tints)):
        return Recipe(_COMPRESSED, _AROUND)
    return None


def _share(grains: list[Grain | None], part: float) -> bool:
    """Whether neighbours have less than a part of the noise apart."""
    return bool(grains) and all(
        grain is not None and grain.neighbours < part for grain in grains
    )


def _scanned_along(planes: NDArray[Any]) -> int | None:
    """The axis along which any channel shares its noise."""
    axes = {scanned_along(plane) for plane in planes} - {None}
    return axes.pop() if len(axes) == 1 else None


def _shows_on_even_ground(planes: NDArray[Any]) -> bool:
    textures = [noise_texture(plane) for plane in planes]
    return all(t.dominated_by_noise and not t.independent for t in textures)


def _without_structure(grains: list[Grain | None]) -> bool:
    return all(grain is not None and grain.of_noise for grain in grains)
