"""From a run to its layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from napari_dip.viewer.provenance import Provenance
from napari_dip.viewer.result import Display, ResultLayer
from napari_dip.viewer.run import Run, State

if TYPE_CHECKING:
    from napari.components import LayerList
    from numpy.typing import NDArray

    from napari_dip.restoration.snapshots import Snapshot
    from napari_dip.viewer.job import Outcome, Update
    from napari_dip.viewer.tasks import Task


class Stream:
    """Shows what a run has to show in a layer of its own.

    Parameters
    ----------
    run : Run
        The run, not yet started.
    task : Task
        What it does.
    layers : LayerList
        Where the layer goes.
    """

    def __init__(self, run: Run, task: Task, layers: LayerList) -> None:
        dtype = _rgb_dtype(task)
        self.provenance = Provenance(task, dtype)
        self.results: list[tuple[int, NDArray[np.float32]]] = []
        self._result = ResultLayer(
            layers,
            task.result_name(),
            task.layer_attributes(),
            Display(dtype, task.read_alpha()),
        )
        run.updated.connect(self._on_updated)
        run.finished.connect(self._on_finished)
        run.state_changed.connect(self._on_state)

    def show_snapshot(self, snapshot: Snapshot) -> None:
        """Show an earlier iterate instead of the result."""
        self._result.settle(
            snapshot.image, self.provenance.describe(snapshot.iteration)
        )

    def _on_updated(self, update: Update) -> None:
        if update.preview is not None:
            self._result.stream(update.preview.image)

    def _on_finished(self, outcome: Outcome) -> None:
        self.provenance.add(outcome.record)
        self._result.settle(outcome.image, self.provenance.describe())

    def _on_state(self, state: State) -> None:
        if state is State.DISCARDED:
            self._result.remove()


def _rgb_dtype(task: Task) -> np.dtype[Any] | None:
    """Integer dtype of an RGB source."""
    if not task.image.attributes['rgb']:
        return None
    dtype = np.dtype(task.image.data.dtype)
    return dtype if dtype.kind in 'iu' else None
