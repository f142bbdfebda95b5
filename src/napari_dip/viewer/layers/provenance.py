"""Where a result came from, as JSON-safe metadata of its layer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from napari_dip import __version__
from napari_dip.viewer.layers.placement import tell_place
from napari_dip.viewer.tasks import tell_source

if TYPE_CHECKING:
    import numpy as np

    from napari_dip.viewer.tasks import Task


class Provenance:
    """Gathers the account of a run over its continuations.

    Parameters
    ----------
    task : Task
        What was asked for; only descriptions are kept, no pixels.
    rgb_dtype : dtype or None
        Integer dtype that an RGB result was rounded to.
    """

    def __init__(self, task: Task, rgb_dtype: np.dtype[Any] | None) -> None:
        self._task = task.function
        self._common = {
            'source': tell_source(task.image),
            **task.layers_beside(),
            'result': {
                'name': task.result_name(),
                'rgb': task.image.attributes['rgb'],
                **tell_place(task.layer_attributes()),
            },
            'rgb_dtype': None if rgb_dtype is None else rgb_dtype.name,
        }
        self._records: list[dict[str, Any]] = []

    def add(self, record: dict[str, Any]) -> int:
        """Add the record of the run, or of its continuation.

        Returns
        -------
        int
            Which leg of the run it was, from 0.
        """
        self._records.append(record)
        return len(self._records) - 1

    def describe(
        self, leg: int, snapshot: int | None = None
    ) -> dict[str, Any]:
        """Return the account of an iterate.

        Parameters
        ----------
        leg : int
            0 for the first run, 1 for its first continuation and so on.
        snapshot : int, optional
            Iteration of the snapshot that is shown; None for the result of
            the leg.
        """
        legs = [
            {'iterations': record['iterations'], 'reason': record['reason']}
            for record in self._records[: leg + 1]
        ]
        return {
            **self._records[leg],
            **self._common,
            'legs': legs,
            'snapshot': snapshot,
            'date': _now(),
        }

    def describe_failure(self, message: str) -> dict[str, Any]:
        """Return the account of a run that failed half-way."""
        return {
            'version': __version__,
            'task': self._task,
            **self._common,
            'failure': message,
            'date': _now(),
        }


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec='seconds')
