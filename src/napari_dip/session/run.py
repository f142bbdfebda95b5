"""A session run to its end."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from napari_dip.session.base import Restoration
from napari_dip.session.progress import Progress
from napari_dip.session.record import Record

#: Called after each iteration; returning True stops the fit and keeps the
#: best estimate so far.
Callback = Callable[[Progress], object]

Restored = NDArray[np.float32] | tuple[NDArray[np.float32], Record]


def run(
    session: Restoration,
    callback: Callback | None = None,
    return_info: bool = False,
) -> Restored:
    """Run a session to its end and close it.

    A keyboard interrupt ends the fit with the best estimate so far, once
    there is one; one in the last steps ends these.

    Parameters
    ----------
    session : Restoration
        A prepared restoration.
    callback : callable, optional
        Called with each :class:`Progress`; returning True stops.
    return_info : bool
        Whether to return the record too.

    Returns
    -------
    image : ndarray of float32
        The restored image.
    info : Record
        Only with `return_info`.
    """
    try:
        try:
            for progress in session:
                answer = callback(progress) if callback else None
                if isinstance(answer, (bool, np.bool_)) and answer:
                    session.stop()
        except KeyboardInterrupt:
            if session.progress.iteration == 0:
                raise
            session.stop()
        image = _result(session)
        return (image, session.record()) if return_info else image
    finally:
        session.close()


def _result(session: Restoration) -> NDArray[np.float32]:
    """Compute the result, in haste after a keyboard interrupt."""
    try:
        return session.result()
    except KeyboardInterrupt:
        session.check = lambda _: True
        return session.result()
