"""Where a result came from, as JSON-safe metadata of its layer."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from napari_dip import __version__
from napari_dip.viewer.layers.placement import tell_place

if TYPE_CHECKING:
    import numpy as np

    from napari_dip.viewer.request import Request


class Provenance:
    """Gathers the account of a run over its continuations.

    Parameters
    ----------
    request : Request
        What was asked for; only descriptions are kept, no pixels.
    rgb_dtype : dtype or None
        Integer dtype that an RGB result was rounded to.
    """

    def __init__(
        self, request: Request, rgb_dtype: np.dtype[Any] | None
    ) -> None:
        self._task = request.task.name
        self._common = {
            'source': request.image.tell(),
            'layers': request.layers_beside(),
            'result': {
                'name': request.result_name(),
                'rgb': request.image.attributes['rgb'],
                **tell_place(request.layer_attributes()),
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
