"""What the planes of a series are, and how each is restored."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.images.stacks.stack import TOLD, Index, Stack
from napari_dip.presets.options import Learnt
from napari_dip.session.base import Restoration

#: Begins one, with the seconds that it has, or None.
Begin = Callable[[float | None], Restoration]


class LeftAsItIsError(Exception):
    """A plane in which there is nothing to restore, and why."""


@dataclass(frozen=True)
class Share:
    """Planes that share a network: of one channel.

    Parameters
    ----------
    places : list
        Where those lie that are to be restored.
    learn : callable or None
        Begins the fit of the network; None if each plane is fitted alone.
    among : list
        Where all of them lie, if others were restored before.
    """

    places: list[Index]
    learn: Begin | None
    among: list[Index] = field(default_factory=list)

    @property
    def every(self) -> list[Index]:
        """Where all planes of the network lie."""
        return self.among or self.places


@dataclass(frozen=True)
class SeriesPlan:
    """A series, and how it is restored.

    Parameters
    ----------
    stack : Stack
        Its axes.
    factors : tuple of int
        Pixels of the result along each axis for each of the image.
    shares : list of Share
        What is done, in this order.
    begin : callable
        Begins the restoration of a plane, given where it lies, what its
        share has learnt, or the plane before it where each is fitted by
        itself, and the seconds that it has; raises
        `LeftAsItIsError` if there is nothing to restore in it.
    read : callable
        Reads a plane as it is.
    arguments : dict
        What of the arguments is for the series as a whole, for the record.
    notes : tuple of str
        What the user should know of the series.
    """

    stack: Stack
    factors: tuple[int, ...]
    shares: list[Share]
    begin: Callable[[Index, Learnt | None, float | None], Restoration]
    read: Callable[[Index], NDArray[Any]]
    arguments: dict[str, Any]
    notes: tuple[str, ...] = ()

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the result."""
        pairs = zip(self.stack.shape, self.factors, strict=True)
        return tuple(length * factor for length, factor in pairs)

    def left_by(self, has: Callable[[Index], bool]) -> SeriesPlan:
        """Return the same plan without the planes that are there already.

        Networks are fitted to all planes as before.
        """
        shares = [
            replace(
                share,
                places=[p for p in share.places if not has(p)],
                among=share.places,
            )
            for share in self.shares
        ]
        shares = [share for share in shares if share.places]
        before = self.stack.num_planes - sum(len(s.places) for s in shares)
        if not before:
            return self
        if not shares:
            raise ValueError(
                'image: all planes are restored already; choose others, or '
                'begin anew.'
            )
        note = f'{before:,} planes were restored by an earlier run.'
        return replace(self, shares=shares, notes=(*self.notes, note))

    @property
    def num_planes(self) -> int:
        """How many planes are to be restored."""
        return sum(len(share.places) for share in self.shares)

    def look_at(
        self, place: Index, learnt: Learnt, threads: int | None
    ) -> NDArray[np.float32] | None:
        """Apply what was learnt so far to a plane that it is good for."""
        if len(learnt.fits) > 1:
            return None
        try:
            plane = self.begin(place, learnt, None)
        except LeftAsItIsError:
            return None
        try:
            plane.brief = replace(plane.brief, threads=threads)
            if not plane.progress.iteration:
                return None
            seen: NDArray[np.float32] = plane.preview()
            return seen
        finally:
            plane.close()

    def as_it_is(self, place: Index) -> NDArray[np.float32]:
        """Return a plane unrestored, in the pixels of the result."""
        plane = np.ma.filled(
            np.ma.asarray(self.read(place)).astype(np.float32), np.nan
        )
        counted = self.stack.counted
        kept = [f for a, f in enumerate(self.factors) if a not in counted]
        for axis, factor in enumerate(kept):
            plane = plane.repeat(factor, axis)
        return plane


def say_of_planes(sentence: str, planes: Iterable[str], total: int) -> str:
    """Say of which planes a sentence holds, unless it does of all.

    Examples
    --------
    >>> say_of_planes('It is dark.', ['T 3', 'T 9'], 12)
    'Planes T 3; T 9: It is dark.'
    """
    named = [one for one in planes if one]
    if not named or len(named) == total:
        return sentence
    told = '; '.join(named[:TOLD])
    if len(named) > TOLD:
        told += f' and {len(named) - TOLD} more'
    return f'Plane{"s" * (len(named) > 1)} {told}: {sentence}'
