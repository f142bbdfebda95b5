"""What a form asks for: a task of one image layer, without Qt.

A request is made when Start is pressed and carried to the worker, where it
loads torch and becomes a session.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from napari_dip.images.acquired import AcquiredImage, acquire
from napari_dip.images.guide import read_guide
from napari_dip.images.masks import read_mask
from napari_dip.images.repeats import read_repeats
from napari_dip.images.stacks.depth import as_volumes
from napari_dip.images.validation import check_factor
from napari_dip.io.ome_zarr import is_zarr
from napari_dip.tasks.base import Task
from napari_dip.viewer.layers.guide import GuideSource
from napari_dip.viewer.layers.layers import ImageSource, MaskSource
from napari_dip.viewer.layers.placement import enlarge, place_of
from napari_dip.viewer.layers.planes import WHOLE, Plane
from napari_dip.viewer.layers.stacks import SeriesSource
from napari_dip.viewer.runs.warm_up import load_engine

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from napari_dip.images.stacks.stack import Stack
    from napari_dip.session.base import Restoration
    from napari_dip.session.series.target import Target
    from napari_dip.tasks.series.output import Output

# A number after it is napari's, for a name that was taken.
_RESULT = re.compile(
    r'(?P<source>.*) \[DIP (?P<steps>[^\[\]]+)\](?: \[\d+\])?', re.DOTALL
)

# Descriptions of layers.
_LAYERS = (GuideSource, ImageSource, MaskSource)

# What is checked before torch is loaded, where a message can name the layer.
_CHECKS: dict[str, Callable[..., Any]] = {
    'guide': read_guide,
    'mask': read_mask,
    'repeats': read_repeats,
}


class Trial(NamedTuple):
    """Of what a plane was restored, and which, without its pixels."""

    of: tuple[Any, ...]
    plane: Plane


@dataclass(frozen=True)
class Request:
    """A restoration of one image layer.

    Parameters
    ----------
    task : Task
        What to do.
    image : ImageSource
        What to restore.
    arguments : mapping of str to object
        Arguments of the task's function by name, in place of layers their
        descriptions; what is left out has its default.
    tried : ndarray, optional
        Result of one plane of it, to be shown until that is restored.
    tried_at : Plane
        Which plane.
    """

    task: Task
    image: ImageSource
    arguments: Mapping[str, Any] = field(default_factory=dict)
    tried: NDArray[np.float32] | None = None
    tried_at: Plane = WHOLE

    def trial(self) -> Trial | None:
        """What one plane was restored as; None of a whole series."""
        if isinstance(self.image, SeriesSource):
            return None
        return Trial(self._of(), self.image.plane)

    def after(
        self, trial: Trial | None, result: NDArray[np.float32]
    ) -> Request:
        """Return it with the result of a trial, if that was one of it."""
        series = isinstance(self.image, SeriesSource)
        if trial is None or not series or trial.of != self._of():
            return self
        return replace(self, tried=result, tried_at=trial.plane)

    def _of(self) -> tuple[Any, ...]:
        return self.task, self.image.identity, self.image.region

    def start(self) -> Restoration:
        """Check everything, load torch and prepare; in the worker."""
        if isinstance(self.image, SeriesSource):
            return self._start_series(self.image)
        image = self.read_image()
        values = {
            **self.arguments,
            **{
                one.name: self._read(one.kind, one.name, image)
                for one in self.task.own
                if one.name in self.arguments
            },
        }
        load_engine()
        # The interface has to go on drawing.
        return self.task.begin(image=image, spare_cores=1, **values)

    def _start_series(self, image: SeriesSource) -> Restoration:
        """Prepare all planes, each of which is checked in its turn."""
        stack = image.stack
        values: dict[str, Any] = {
            name: value.array() if isinstance(value, _LAYERS) else value
            for name, value in self.arguments.items()
        }
        load_engine()
        from napari_dip.tasks.series.acquisition import has_room, make_target

        if values.get('output') is not None:
            values['output'] = self._output(values['output'], image)
        lazy = not isinstance(image.pixels, np.ndarray)

        def target(shape: tuple[int, ...]) -> Target:
            on_disk = lazy or not has_room(shape)
            return make_target(shape, stack.letters, on_disk=on_disk)

        session = self.task.begin(
            image=image.pixels,
            target=target,
            axes=stack.letters,
            fit=image.fit,
            channel_axis=stack.channel_axis,
            spare_cores=1,
            **values,
        )
        session.show_plane(image.shown)
        self._show_tried(session, stack)
        return session

    def _output(self, folder: Path, image: SeriesSource) -> Output:
        """Go on with an OME-Zarr that was chosen, or make one in a folder."""
        from napari_dip.tasks.series.output import Output

        if is_zarr(folder):
            return Output(folder, resume=True)
        name = f'{suggest_name(self.result_name())}.ome.zarr'
        if (folder / name).exists():
            raise ValueError(
                f'output: "{name}" is in it already; choose that itself to '
                'make the planes that it lacks, or another folder.'
            )
        return Output(folder / name, like=image.like())

    def _show_tried(self, session: Restoration, stack: Stack) -> None:
        index: list[Any] = list(self.tried_at.index)
        if self.tried is None or len(index) <= max(stack.counted, default=0):
            return
        place: list[Any] = [slice(None)] * len(stack.shape)
        for axis in stack.counted:
            place[axis] = index[axis]
        if None not in place:
            session.show_estimate(tuple(place), self.tried)

    def layers_beside(self) -> dict[str, Any]:
        """Layers besides the image, for the record."""
        return {
            name: value.tell()
            for name, value in self.arguments.items()
            if isinstance(value, _LAYERS)
        }

    def layer_attributes(self) -> dict[str, Any]:
        """Attributes of a layer over the rectangle of the source."""
        factors = self.task.scale_of(self.arguments)
        if set(factors) == {1}:
            return dict(self.image.attributes)
        return enlarge(self.image.attributes, self._layer_factors(factors))

    def title(self) -> str:
        """Say what is done to which layer."""
        return f'{self.task.title} "{self.image.name}"'

    def result_name(self) -> str:
        """Name of the result; the layer list makes it unique."""
        return name_result(self.image.name, self.task.say_step(self.arguments))

    def uncertainty_attributes(self) -> dict[str, Any]:
        """Attributes of the layer of the uncertainty, which is no colour."""
        attributes = place_of(self.layer_attributes())
        # On top of the result it would hide what was asked for.
        return attributes | {'colormap': 'inferno', 'visible': False}

    def uncertainty_name(self) -> str:
        """Name of the layer of the uncertainty."""
        return f'{self.result_name()} uncertainty'

    def read_image(self) -> AcquiredImage:
        """Read and check the image, so that a message can name its layer."""
        image = self.image
        axis = None if image.has_alpha else image.channel_axis
        return acquire(image.pixels, axis, f'layer "{image.name}"')

    def _read(self, kind: str, name: str, image: AcquiredImage) -> Any:
        """Read the pixels of a layer, and check whatever it is."""
        value = self.arguments[name]
        if kind == 'factor':
            return check_factor(value)
        if not isinstance(value, _LAYERS):
            return value
        array = value.array()
        if kind in _CHECKS:
            _CHECKS[kind](array, image, f'layer "{value.name}"')
        return array

    def _layer_factors(self, factors: tuple[int, ...]) -> list[int]:
        """Factor for every axis of the layer: 1 for channels."""
        found = [1] * len(self.image.data.shape)
        axes = self.image.spatial_axes
        if len(factors) > len(axes) and isinstance(self.image, SeriesSource):
            axes = as_volumes(self.image.stack).plane_axes
        for axis, factor in zip(axes, factors, strict=True):
            found[axis] = factor
        # An RGB layer has no axis for its channels.
        return found[: len(self.image.attributes['scale'])]


def name_result(source: str, step: str) -> str:
    """Name the result of a step; steps on a result share its brackets.

    Examples
    --------
    >>> name_result('cells', 'denoised')
    'cells [DIP denoised]'
    >>> name_result('cells [DIP denoised] [1]', 'denoised')
    'cells [DIP denoised]'
    >>> name_result('cells [DIP denoised]', '×2')
    'cells [DIP denoised, ×2]'
    """
    found = _RESULT.fullmatch(source)
    if found is None:
        return f'{source} [DIP {step}]'
    steps = found['steps'].split(', ')
    if steps[-1] != step:
        steps.append(step)
    return f'{found["source"]} [DIP {", ".join(steps)}]'


def suggest_name(layer: str) -> str:
    """Make a file name of the name of a layer.

    Examples
    --------
    >>> suggest_name('a/b: [DIP ×2]')
    'a b [DIP ×2]'
    """
    kept = (c if c.isalnum() or c in '-_.,+×[]()' else ' ' for c in layer)
    return ' '.join(''.join(kept).split()) or 'result'
