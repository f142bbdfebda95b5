"""Any task for many planes: what each gets of its arguments."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_dip.images.acquired import acquire, read_planes
from napari_dip.images.axes import Axes
from napari_dip.images.masks import read_mask
from napari_dip.images.stacks.exposure import group_alike, measure_exposure
from napari_dip.images.stacks.stack import (
    Index,
    Stack,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_dip.grid.regions import Region
    from napari_dip.images.acquired import AcquiredImage
    from napari_dip.presets.options import Learnt, Options
    from napari_dip.presets.settings import Settings
    from napari_dip.session.base import Restoration
    from napari_dip.session.series.target import MakeTarget
    from napari_dip.tasks.base import Task


# Samples that the estimate of a plane averages: 16 gain 0.01 dB
# (docs/lab/series.md). Of a self-ensemble all eight flips and rotations.
_MOST_SAMPLES = 4


class Series:
    """A task for the planes of an image.

    Parameters
    ----------
    task : Task
        What to do.
    image : array_like
        All planes, perhaps lazy.
    stack : Stack
        Its axes.
    options : Options
        Options of all tasks.
    arguments : mapping
        The task's own; arrays for all planes, or for each.
    fit : str
        What is fitted together.
    notes : sequence of str
        What the user should know beside what the planes say.
    """

    def __init__(
        self,
        task: Task,
        image: Any,
        stack: Stack,
        options: Options,
        arguments: Mapping[str, Any],
        fit: str,
        notes: Sequence[str] = (),
    ) -> None:
        self.task = task
        self.image = image
        self.stack = stack
        self.options = options
        self.arguments = dict(arguments)
        self.fit = fit
        self.notes = notes
        beside = ('mask', 'repeats')
        kinds = {one.name: one.kind for one in task.own}
        self.beside = {
            name: kinds[name]
            for name, value in arguments.items()
            if kinds.get(name) in beside and value is not None
        }
        for name in self.beside:
            self._check_beside(name)

    def begin(self, told: dict[str, Any], target: MakeTarget) -> Restoration:
        """Prepare it."""
        from napari_dip.device.clock import Clock
        from napari_dip.session.series.plan import SeriesPlan, Share
        from napari_dip.session.series.series import SeriesSession

        groups = self.stack.series()
        shares_network = self._shared
        shares, notes = [], [*self.notes]
        if not shares_network:
            shares = [Share(group, None) for group in groups]
        for group in groups if shares_network else ():
            alike, *others = self._alike(group)
            shares += [
                Share(part, self._learn_of(part) if len(part) > 1 else None)
                for part in (alike, *others)
            ]
            if others:
                notes.append(self._say_unlike(others))
        notes.insert(0, self._say(len(groups), len(shares)))
        options = self.options
        plan = SeriesPlan(
            self.stack,
            self._factors(),
            shares,
            self._begin_plane,
            lambda place: np.ma.asarray(self._pixels(place)),
            told,
            tuple(notes),
        )
        clock = Clock.since(options.begun, options.time_limit)
        return SeriesSession(
            plan,
            clock=clock,
            target=target(plan.shape),
            uncertainty=target(plan.shape) if options.uncertainty else None,
        )

    @property
    def shape(self) -> tuple[int, ...]:
        """Shape of the result."""
        pairs = zip(self.stack.shape, self._factors(), strict=True)
        return tuple(length * factor for length, factor in pairs)

    def sample(self) -> NDArray[Any]:
        """Return a plane as it is."""
        return np.asarray(self._pixels(self.stack.series()[0][0]))

    @cached_property
    def _shared(self) -> bool:
        """Whether planes share a network: if it sees the image, in windows."""
        if (
            self.stack.deep
            or self.fit == 'planes'
            or 'repeats' in self.beside.values()
        ):
            return False
        rows, columns = self.stack.plane_sides
        known = {
            name: value
            for name, value in self.arguments.items()
            if self.task.foresees(name) and name not in self.beside
        }
        axes = Axes((rows, columns), None, (0, 1))
        settings = self.task.outline(
            axes, self.options.preset, **known
        ).settings
        return shares_network(settings)

    def _say(self, channels: int, networks: int) -> str:
        text = self.stack.describe()
        if not self._shared:
            text += ', each fitted by itself'
        elif networks > channels:
            text += ', a network for planes of like exposure'
        elif networks > 1:
            text += ', one network for each channel'
        else:
            text += ', one network for all'
        return self.stack.say(text)

    def _alike(self, places: list[Index]) -> list[list[Index]]:
        """Group planes by their exposure, the largest group first."""
        axis = self.stack.plane_channel_axis
        exposures = [
            measure_exposure(read_planes(self._pixels(place), axis))
            for place in places
        ]
        groups = sorted(group_alike(exposures), key=len, reverse=True)
        return [[places[i] for i in group] for group in groups]

    def _say_unlike(self, groups: list[list[Index]]) -> str:
        from napari_dip.session.series.plan import say_of_planes

        names = [self.stack.say_plane(p) for group in groups for p in group]
        return say_of_planes(
            'not fitted with the others, which have another exposure.',
            sorted(names),
            self.stack.num_planes,
        )

    def _factors(self) -> tuple[int, ...]:
        factors = [1] * len(self.stack.shape)
        scale = self.task.scale_of(self.arguments)
        if len(scale) > len(self.stack.plane_axes):
            raise ValueError(
                f"factor: {scale} has one for depths; take fit='volume', or "
                'give two, rows first.'
            )
        # Depths have a factor only if one is told.
        last = self.stack.plane_axes[-len(scale) :]
        for axis, factor in zip(last, scale, strict=True):
            factors[axis] = factor
        return tuple(factors)

    def _pixels(self, place: Index) -> Any:
        return self.image[place]

    def _learn_of(
        self, places: list[Index]
    ) -> Callable[[float | None], Restoration]:
        from napari_dip.session.series.sheet import lay_out

        def learn(time_limit: float | None) -> Restoration:
            sheet = lay_out(
                self._read_part,
                places,
                self.stack.plane_sides,
                self.options.seed,
            )
            return self._start(sheet, time_limit, adjust=self._adjust)

        return learn

    def _adjust(self, settings: Settings) -> Settings:
        """Average fewer samples: they are drawn for every plane."""
        if self.options.adjust is not None:
            settings = self.options.adjust(settings)
        return _with_fewer_samples(settings)

    def _read_part(self, place: Index, region: Region) -> NDArray[Any]:
        index = list(place)
        for axis, span in zip(
            self.stack.plane_axes, region.slices, strict=True
        ):
            index[axis] = span
        pixels = self.image[tuple(index)]
        return read_planes(pixels, self.stack.plane_channel_axis)

    def _begin_plane(
        self, place: Index, learnt: Learnt | None, time_limit: float | None
    ) -> Restoration:
        from napari_dip.session.series.plan import LeftAsItIsError

        arguments = {
            name: self.stack.take_beside(self.arguments[name], place)
            for name in self.beside
        }
        try:
            plane = acquire(
                self._pixels(place),
                self.stack.plane_channel_axis,
                'volume' if self.stack.deep else 'plane',
                ndim=len(self.stack.plane_axes),
            )
            for name, kind in self.beside.items():
                if kind == 'mask':
                    read_mask(arguments[name], plane, name)
        except ValueError as error:
            raise LeftAsItIsError(_left(str(error))) from error
        return self._start(plane, time_limit, learnt, arguments)

    def _start(
        self,
        image: AcquiredImage,
        time_limit: float | None,
        learnt: Learnt | None = None,
        of_plane: Mapping[str, Any] | None = None,
        adjust: Callable[[Settings], Settings] | None = None,
    ) -> Restoration:
        if time_limit is not None:
            # At least one plane is restored, however late it is.
            time_limit = max(time_limit, sys.float_info.min)
        options = replace(
            self.options,
            time_limit=time_limit,
            learnt=learnt if self._shared else None,
            before=None if self._shared or self.fit == 'planes' else learnt,
            begun=_now(),
            adjust=adjust or self.options.adjust,
        )
        arguments = {**self.arguments, **(of_plane or {})}
        return self.task.start(
            image, channel_axis=None, options=options, **arguments
        )

    def _check_beside(self, name: str) -> None:
        """Check that an array that goes with the image has its planes."""
        value = self.arguments[name]
        shape = np.shape(value)
        stack = self.stack
        fits = {stack.shape, stack.plane_shape, stack.shape_without_channels}
        if self.beside[name] == 'repeats':
            fits = {stack.shape}
        else:
            fits |= {stack.plane_sides, *_tails(stack.shape)}
        if shape not in fits:
            raise ValueError(
                f'{name}: its shape {shape} is not that of the image, '
                f'{stack.shape}, nor that of a plane, {stack.plane_sides}; '
                'give one for each plane, or one for all.'
            )


def _with_fewer_samples(settings: Settings) -> Settings:
    from napari_dip.grid.dihedral import dihedrals

    fit, second = settings.fit, settings.second
    most = len(dihedrals()) if fit.augment else _MOST_SAMPLES
    number = min(fit.num_samples, most)
    if second is not None:
        second = _with_fewer_samples(second)
    return replace(
        settings, fit=replace(fit, num_samples=number), second=second
    )


def shares_network(settings: Settings) -> bool:
    """Whether one network serves all planes: it sees them, in windows."""
    return settings.fit.window is not None and settings.latent.hides_pixels


def _tails(shape: tuple[int, ...]) -> set[tuple[int, ...]]:
    """Shapes of arrays that lack the first axes, as napari aligns them."""
    return {shape[start:] for start in range(len(shape) - 1)}


def _left(message: str) -> str:
    """Say why a plane is left as it is."""
    reason = message.partition(': ')[2].partition(';')[0] or message
    return f'Left as it was: {reason.rstrip(".")}.'


def _now() -> float:
    from napari_dip.device.clock import now

    return now()
