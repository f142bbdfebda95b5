"""What a large image is cut into, in what order, and what is joined."""

from __future__ import annotations

import math
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from napari_dip.grid.binning import first_guess
from napari_dip.grid.regions import Region, Shape
from napari_dip.grid.tiles import Blend, Part, Step, halve, lay_tiles, trim_all
from napari_dip.images.output import Output
from napari_dip.operators.base import Operator
from napari_dip.session.session import Session

# A tile in which next to nothing is known, inside a large hole, looks further
# around: until this part of its blocks holds a known pixel. Single pixels
# would not do: a tenth of them, scattered, is enough for a fit.
_LEAST_KNOWN = 0.25
_BLOCK = 32


@dataclass(frozen=True)
class Tile:
    """The fit of a tile.

    Parameters
    ----------
    window : Region
        The tile, in pixels of the result.
    seen : Region
        What the session restores: the tile, or more around it.
    session : Session
        Its restoration, channels along the first axis.
    """

    window: Region
    seen: Region
    session: Session

    @property
    def begun(self) -> bool:
        """Whether there is an estimate."""
        return self.session.progress.iteration > 0

    def part(self, planes: NDArray[np.float32]) -> Part:
        """Cut the tile out of what the session gives."""
        return self.window, self.window.inside(self.seen).cut(planes)


@dataclass(frozen=True)
class Plan:
    """A large image, and how a tile of it is fitted.

    Parameters
    ----------
    planes : ndarray
        ``(channels, rows, columns)``, the data.
    known : ndarray of bool
        Same shape; False where a pixel is missing.
    operator : Operator
        A.
    output : Output
        Way of the whole result to the user's axes.
    fit : callable
        From planes, known, the pixels along a side of a pixel of the fit,
        and the seconds for it or None, to a session.
    side : int
        Largest height and width of a tile, in pixels of the result.
    device : torch.device
        Where tiles are fitted.
    """

    planes: NDArray[Any]
    known: NDArray[np.bool_]
    operator: Operator
    output: Output
    fit: Callable[
        [NDArray[Any], NDArray[np.bool_], int, float | None], Session
    ]
    side: int
    device: torch.device

    @property
    def step(self) -> Step:
        """Pixels of the result along each axis for one of the data."""
        return self.operator.image_shape((1,) * (self.planes.ndim - 1))

    @property
    def shape(self) -> Shape:
        """Shape of the result."""
        return self.operator.image_shape(self.planes.shape[1:])

    def ground(self) -> NDArray[np.float32]:
        """Return what is shown where there is no tile yet."""
        return first_guess(self.planes, self.known, self.shape)

    def doubt(self) -> NDArray[np.float32]:
        """Return its uncertainty: none of known pixels, else not a number."""
        channels = len(self.planes)
        doubt = np.full((channels, *self.shape), np.nan, np.float32)
        if self.output.known is not None:
            doubt[self.output.known] = 0
        return doubt

    def windows(self) -> list[Region]:
        """Return the tiles that need a fit."""
        whole = Region.whole(self.shape)
        return self._wanted(lay_tiles(whole, self.step, self.side))

    def halve(self, window: Region) -> list[Region]:
        """Return smaller tiles in the place of one; none if too small."""
        return self._wanted(halve(window, self.step))

    def begin(self, window: Region, time_limit: float | None) -> Tile:
        """Begin the fit of a tile."""
        seen, coarser = self._look_around(window)
        source = self.operator.data_window(seen)
        planes, known = source.cut(self.planes), source.cut(self.known)
        session = self.fit(planes, known, coarser, time_limit)
        return Tile(window, seen, session)

    def _wanted(self, windows: list[Region]) -> list[Region]:
        """Leave out what would only give known pixels their values."""
        known = self.output.known
        if known is None:
            return windows
        return trim_all(windows, ~known, self.shape, self.step)

    def _look_around(self, window: Region) -> tuple[Region, int]:
        """Find what is fitted for a tile, and how much coarser.

        Where there is little to start from it is twice as much, on a grid
        twice as coarse, which takes no more memory, and so on.
        """
        seen, coarser = window, 1
        if self.output.known is None:
            return seen, coarser
        while seen.shape != self.shape and (
            _part_known(seen.cut(self.known)) < _LEAST_KNOWN
        ):
            coarser *= 2
            halo = (coarser - 1) * max(window.shape) // 2
            _, seen = window.with_halo(halo, self.shape)
        return seen, coarser


def _part_known(known: NDArray[np.bool_]) -> float:
    """Part of the blocks of an image that hold a known pixel."""
    sides = [min(n, _BLOCK) for n in known.shape[1:]]
    counts = [n // m for n, m in zip(known.shape[1:], sides, strict=True)]
    pairs = [part for both in zip(counts, sides, strict=True) for part in both]
    whole = Region.whole(np.multiply(counts, sides).tolist()).cut(known)
    within = tuple(range(2, 2 * len(counts) + 1, 2))
    blocks = whole.reshape(-1, *pairs).any(axis=(0, *within))
    return float(np.mean(blocks))


class Queue:
    """Tiles that wait, the current one included, and how much they are.

    Parameters
    ----------
    plan : Plan
        What is cut into tiles.
    """

    def __init__(self, plan: Plan) -> None:
        # The current tile, or the next, is the last.
        self._waiting = plan.windows()[::-1]
        self._largest = math.inf
        #: Pixels of the tiles that are finished.
        self.done = 0

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def rest(self) -> int:
        """Pixels of all that wait."""
        return sum(tile.size for tile in self._waiting)

    @property
    def share(self) -> float:
        """Part of these that the current tile is."""
        return self._waiting[-1].size / self.rest

    def current(self, plan: Plan) -> Region:
        """Return the current tile, no larger than what had room."""
        while self._side() > self._largest and self._halve(plan):
            pass
        return self._waiting[-1]

    def make_smaller(self, plan: Plan) -> bool:
        """Replace the current tile by smaller ones; False if too small."""
        halved = self._halve(plan)
        if halved:
            self._largest = self._side()
        return halved

    def finish(self) -> None:
        """Take the current tile out."""
        self.done += self._waiting.pop().size

    def _halve(self, plan: Plan) -> bool:
        parts = plan.halve(self._waiting[-1])
        if parts:
            self._waiting[-1:] = parts[::-1]
        return bool(parts)

    def _side(self) -> int:
        return max(self._waiting[-1].shape)


class Stitched:
    """Finished tiles, and the plain interpolation where there are none.

    Parameters
    ----------
    plan : Plan
        What was cut into tiles.
    uncertainty : bool
        Whether that of the tiles is joined too.
    """

    def __init__(self, plan: Plan, *, uncertainty: bool) -> None:
        self._image = Blend(plan.ground(), plan.step)
        self._doubt = Blend(plan.doubt(), plan.step) if uncertainty else None

    def put(self, tile: Tile) -> None:
        """Keep the result of a tile."""
        part, doubt = _result(tile)
        self._image.put(part)
        if self._doubt is not None and doubt is not None:
            self._doubt.put(doubt)

    def preview(self, tile: Tile | None) -> NDArray[np.float32]:
        """Show what there is, the preview of a tile included."""
        part = None
        if tile is not None and tile.begun:
            part = tile.part(tile.session.preview())
        return self._image.image(part)

    def joined(
        self, tile: Tile | None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Return all there is and its uncertainty, those of a tile too."""
        part = doubt = None
        if tile is not None and tile.begun:
            # The finished tiles must not be lost for it.
            with suppress(MemoryError):
                part, doubt = _result(tile)
        image = self._image.image(part)
        return image, self._doubt.image(doubt) if self._doubt else None


def _result(tile: Tile) -> tuple[Part, Part | None]:
    planes = tile.session.result()
    found = tile.session.record().uncertainty
    return tile.part(planes), None if found is None else tile.part(found)
