"""From a run to its layer, and the iterates to choose from afterwards."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_dip.viewer.layers.joined import ResultLayers
from napari_dip.viewer.layers.placement import is_automatic
from napari_dip.viewer.layers.provenance import Provenance
from napari_dip.viewer.layers.result import (
    Display,
    ResultLayer,
    above_images,
    join_colours,
)
from napari_dip.viewer.layers.stacks import SeriesSource

if TYPE_CHECKING:
    from napari.components import LayerList
    from napari.layers import Image
    from numpy.typing import NDArray

    from napari_dip.viewer.layers.layers import ImageSource
    from napari_dip.viewer.layers.planes import Plane
    from napari_dip.viewer.request import Request
    from napari_dip.viewer.runs.job import Outcome, Update


@dataclass(frozen=True)
class Iterate:
    """An estimate that the user can go back to.

    Parameters
    ----------
    iteration : int
        Iteration it was taken after.
    leg : int
        0 for the first run, 1 for its first continuation and so on.
    is_result : bool
        Whether it is the result of the leg, or a snapshot on the way.
    image : ndarray of float32
        The estimate.
    uncertainty : ndarray of float32 or None
        Of a result, if it was asked for.
    """

    iteration: int
    leg: int
    is_result: bool
    image: NDArray[np.float32]
    uncertainty: NDArray[np.float32] | None = None

    @property
    def label(self) -> str:
        """What it is, for the user."""
        what = 'result' if self.is_result else 'iterate'
        return f'{what} at iteration {self.iteration:,}'


class Stream:
    """Sink of a run: shows what it has to show in a layer of its own.

    The uncertainty of the result, if there is one, gets a second, and each
    further image one more.

    Parameters
    ----------
    request : Request
        What the run does.
    layers : LayerList
        Where the layer goes.
    """

    def __init__(self, request: Request, layers: LayerList) -> None:
        self.provenance: dict[str, Any] | None = None
        self.iterates: list[Iterate] = []
        self._account = Provenance(request, _rgb_dtype(request))
        self._layers = layers
        # Not to keep a layer alive that nobody wants any more.
        self._shown: weakref.ref[Image] | None = None
        # Not the request itself, which holds all pixels.
        self._trial = request.trial()
        self._make_companion = _result_layers(request, layers)
        self._result: Shown | None = _shown(
            request, layers, lambda one, among: _result_layers(one, among)('')
        )
        self._uncertainty: Shown | None = _shown(
            request, layers, _uncertainty_layer
        )

    def tried_before(self, request: Request) -> Request:
        """Return a request with what this run has made of one plane."""
        if not self.iterates:
            return request
        return request.after(self._trial, self.iterates[-1].image)

    @property
    def layer(self) -> Image | None:
        """Layer of the result, also after the end; None once it is gone."""
        return None if self._shown is None else self._shown()

    @property
    def streamed(self) -> Image | None:
        """Layer that previews go to; None before the first."""
        return None if self._result is None else self._result.layer

    def show_update(self, update: Update) -> None:
        """Show a preview, if the update has one."""
        if update.preview is not None and self._result is not None:
            self._result.stream(update.preview.image)

    def show_outcome(self, outcome: Outcome) -> None:
        """Show the result and gather the iterates."""
        leg = self._account.add(outcome.record)
        done = _end(self.iterates)
        # The session goes on thinning the snapshots of earlier legs.
        kept = {snapshot.iteration for snapshot in outcome.snapshots}
        earlier = [
            i
            for i in self.iterates
            # A series goes on in the same array.
            if i.image is not outcome.image
            and (i.is_result or i.iteration in kept)
        ]
        snapshots = [
            Iterate(s.iteration, leg, False, s.image)
            for s in outcome.snapshots
            if s.iteration > done
        ]
        result = Iterate(
            outcome.progress.iteration,
            leg,
            True,
            outcome.image,
            outcome.uncertainty,
        )
        self.iterates = [*earlier, *snapshots, result]
        self.show_iterate(result)
        self._show_companions(outcome.companions)

    def show_iterate(self, iterate: Iterate) -> None:
        """Show one of the iterates."""
        if self._result is None:
            return
        snapshot = None if iterate.is_result else iterate.iteration
        self.provenance = self._account.describe(iterate.leg, snapshot)
        self._result.settle(iterate.image, self.provenance)
        assert self._result.layer is not None
        self._shown = weakref.ref(self._result.layer)
        if iterate.uncertainty is not None and self._uncertainty is not None:
            active = self._layers.selection.active
            self._uncertainty.settle(iterate.uncertainty, self.provenance)
            # A new layer takes the selection, and this one is hidden.
            self._layers.selection.active = active

    def _show_companions(
        self, companions: dict[str, NDArray[np.float32]]
    ) -> None:
        """Show each further image in a layer of its own, below the result."""
        if self._result is None or self.provenance is None:
            return
        for name, image in companions.items():
            layer = self._make_companion(name)
            layer.settle(image, self.provenance)
            layer.show_by_itself()
        if companions and self.layer is not None:
            place = self._layers.index(self.layer)
            self._layers.move(place, above_images(self._layers))
            self._layers.selection.active = self.layer

    def discard(self) -> None:
        """Remove the layer; of a continued run only the continuation."""
        if self._result is None:
            return
        if self.iterates:
            self.show_iterate(self.iterates[-1])
        else:
            self._result.remove()

    def fail(self, message: str) -> None:
        """Keep the last preview, and say in it what happened."""
        if self._result is None:
            return
        if self.iterates:
            self.show_iterate(self.iterates[-1])
        else:
            self._result.mark(self._account.describe_failure(message))

    def close(self) -> None:
        """Let go of all layers and images."""
        self._result = self._uncertainty = None
        self.iterates = []


#: One layer, or one for each channel that was a layer.
Shown = ResultLayer | ResultLayers


def _shown(
    request: Request,
    layers: LayerList,
    make: Callable[[Request, LayerList], ResultLayer],
) -> Shown:
    members = request.image.members
    if not members:
        return make(request, layers)
    parts = [replace(request, image=member) for member in members]
    return ResultLayers([make(part, layers) for part in parts])


def _result_layers(
    request: Request, layers: LayerList
) -> Callable[[str], ResultLayer]:
    """Make layers of a result, and of further images beside it by name."""
    image, title = request.image, request.result_name()
    attributes = request.layer_attributes()
    copies = not isinstance(image, SeriesSource)
    display = Display(_rgb_dtype(request), image.plane, copies=copies)
    keep_contrast = not _has_automatic_contrast(image)

    def make(name: str) -> ResultLayer:
        return ResultLayer(
            layers,
            f'{title} {name}'.rstrip(),
            attributes,
            display,
            keep_contrast=keep_contrast and not name,
        )

    return make


def _uncertainty_layer(request: Request, layers: LayerList) -> ResultLayer:
    is_rgb = bool(request.image.attributes['rgb'])
    return ResultLayer(
        layers,
        request.uncertainty_name(),
        request.uncertainty_attributes(),
        _uncertainty_display(request.image.plane, rgb=is_rgb),
    )


def _end(iterates: list[Iterate]) -> int:
    return iterates[-1].iteration if iterates else 0


def _uncertainty_display(
    plane: Plane, *, rgb: bool
) -> Callable[[NDArray[np.float32]], NDArray[Any]]:
    """From an uncertainty to what a layer can show."""

    def show(uncertainty: Any) -> Any:
        if rgb:
            return plane.put_back(join_colours(uncertainty))
        if not isinstance(uncertainty, np.ndarray):
            # On disk.
            return uncertainty
        return plane.put_back(uncertainty.copy())

    return show


def _has_automatic_contrast(image: ImageSource) -> bool:
    limits = image.attributes.get('contrast_limits')
    if limits is None:
        return True
    return is_automatic(limits, image.data, image.plane)


def _rgb_dtype(request: Request) -> np.dtype[Any] | None:
    """Integer dtype of an RGB source."""
    if not request.image.attributes['rgb']:
        return None
    dtype = np.dtype(request.image.data.dtype)
    return dtype if dtype.kind in 'iu' else None
