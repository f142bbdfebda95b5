"""What becomes of the plane of a series that the viewer shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
from magicgui.widgets import Label

from napari_dip.viewer.layers.planes import point_shown
from napari_dip.viewer.layers.stacks import SeriesSource
from napari_dip.viewer.panel.text import prepare_label

if TYPE_CHECKING:
    from napari.components import Dims
    from napari.layers import Image

    from napari_dip.images.stacks.stack import Index
    from napari_dip.viewer.layers.layers import ImageSource
    from napari_dip.viewer.layers.stream import Stream

_LACKS = (
    'The plane that is shown is not restored yet: it is empty in the result, '
    'and what lies below may be seen.'
)


class ShownPlane(Label):
    """Says so where the viewer shows a plane that is not there yet.

    Such a plane is transparent but for colours, so that its source is seen,
    which may be taken for a result.

    Parameters
    ----------
    dims : Dims
        Sliders of the viewer.
    """

    def __init__(self, dims: Dims) -> None:
        super().__init__(name='shown_plane')
        prepare_label(self, lines=2)
        self.visible = False
        self._dims = dims
        self._source: SeriesSource | None = None
        self._stream: Stream | None = None
        self._ask: Callable[[Index], None] | None = None
        self._image: Any = None
        dims.events.current_step.connect(self._on_move)
        self.native.destroyed.connect(self._let_go)

    def follow(
        self,
        image: ImageSource,
        stream: Stream,
        ask: Callable[[Index], None],
    ) -> None:
        """Follow a run.

        Parameters
        ----------
        image : ImageSource
            What is restored.
        stream : Stream
            Where its estimates go.
        ask : callable
            Asks for previews of a plane.
        """
        self.forget()
        if isinstance(image, SeriesSource):
            self._source, self._stream, self._ask = image, stream, ask

    def forget(self) -> None:
        """Say nothing any more."""
        self._source = self._stream = self._ask = self._image = None
        self.value = ''
        self.visible = False

    def take(self, image: Any, num_planes: int) -> None:
        """Take in a result as far as it is, of so many planes."""
        if num_planes > 1:
            self._image = image
            self._tell()

    def _on_move(self) -> None:
        place = self._place()
        if place is not None and self._ask is not None:
            self._ask(place)
            self._tell()

    def _place(self) -> Index | None:
        """Where the plane lies that is shown."""
        layer = None if self._stream is None else self._stream.streamed
        if self._image is None or self._source is None or layer is None:
            return None
        return place_shown(self._source, layer, self._dims)

    def _tell(self) -> None:
        place = self._place()
        lacks = False
        if place is not None:
            # A pixel tells: of a result on disk no more is to be read.
            some = [one if isinstance(one, int) else 0 for one in place]
            lacks = bool(np.isnan(self._image[tuple(some)]))
        self.value = _LACKS if lacks else ''
        self.visible = lacks

    def _let_go(self) -> None:
        self._dims.events.current_step.disconnect(self._on_move)


def place_shown(source: SeriesSource, layer: Image, dims: Dims) -> Index:
    """Return where in a series the plane lies that the viewer shows.

    Parameters
    ----------
    source : SeriesSource
        The series.
    layer : Image
        A layer with all of its axes, but for that of channels which are
        layers of their own.
    dims : Dims
        Sliders of the viewer.
    """
    point = point_shown(layer, dims)
    if source.members:
        point.insert(0, 0)
    counted = source.stack.counted
    return tuple(
        point[axis] if axis in counted else slice(None)
        for axis in range(len(source.stack.shape))
    )
