"""Where a result came from, as JSON-safe metadata of its layer."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any

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
        image = task.image
        self._source = {
            'layer': image.name,
            'path': None if image.path is None else str(image.path),
            'multiscale': image.multiscale,
            'has_alpha': image.has_alpha,
        }
        self._arguments = task.arguments()
        self._rgb_dtype = None if rgb_dtype is None else rgb_dtype.name
        self._legs: list[dict[str, Any]] = []
        self._record: dict[str, Any] = {}

    def add(self, record: dict[str, Any]) -> None:
        """Add the record of the run, or of the run continued."""
        self._record = record
        self._legs.append(
            {
                'iterations': record['iterations'],
                'reason': record['reason'],
            }
        )

    def describe(self, snapshot: int | None = None) -> dict[str, Any]:
        """Return the account of an iterate.

        Parameters
        ----------
        snapshot : int, optional
            Iteration of the snapshot that is shown; None for the result.
        """
        return {
            **self._record,
            'source': self._source,
            **self._arguments,
            'legs': list(self._legs),
            'snapshot': snapshot,
            'rgb_dtype': self._rgb_dtype,
            'date': datetime.now(timezone.utc).isoformat(timespec='seconds'),
        }
