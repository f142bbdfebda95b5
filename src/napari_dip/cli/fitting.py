"""A restoration under way, shown to the user and ended by signals."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from napari_dip.cli.errors import engine_problems, load_engine
from napari_dip.cli.interrupt import Interrupt
from napari_dip.cli.job import Job
from napari_dip.cli.monitor import Monitor, open_monitor
from napari_dip.cli.words import in_options
from napari_dip.io.layout import Layout
from napari_dip.io.stored import StoredImage

if TYPE_CHECKING:
    from napari_dip.session.base import Restoration
    from napari_dip.session.progress import Progress
    from napari_dip.session.record import Record


@dataclass(frozen=True)
class Outcome:
    """What a fit has given.

    Parameters
    ----------
    image : ndarray of float32
        The restored image.
    record : Record
        How it came about.
    interrupted : bool
        Whether a signal has cut it short.
    """

    image: NDArray[np.float32]
    record: Record
    interrupted: bool

    def with_notes(self, notes: list[str]) -> Outcome:
        """Add what else the user should know."""
        record = replace(self.record, notes=[*self.record.notes, *notes])
        return replace(self, record=record)


def restore(
    job: Job, source: StoredImage, layout: Layout, interrupt: Interrupt
) -> Outcome:
    """Restore the pixels of a file.

    Raises
    ------
    ArgumentError
        If the restoration refuses them.
    KeyboardInterrupt
        If a signal came before the first iteration, or a second one.
    """
    load_engine()
    with (
        engine_problems(job.names),
        open_monitor(job.title, quiet=job.quiet) as monitor,
    ):
        pixels = layout.squeeze(source.masked)
        session = job.start(pixels, layout.known_channel_axis)
        try:
            interrupt.ask_first()
            return _fit(session, source.notes, monitor, interrupt)
        finally:
            session.close()


def _fit(
    session: Restoration,
    notes: tuple[str, ...],
    monitor: Monitor,
    interrupt: Interrupt,
) -> Outcome:
    interrupted = False
    asks = 'Keeping the best so far; Ctrl-C again discards it.'

    def check(progress: Progress) -> bool:
        """Show the last steps, and end them after a first signal."""
        nonlocal interrupted
        monitor.show(progress)
        if interrupt.requested and not interrupted:
            interrupted = True
            monitor.note(asks)
            return True
        return False

    session.check = check
    for progress in session:
        monitor.show(progress)
        if interrupt.requested and not session.finished:
            interrupted = True
            monitor.note(asks)
            session.stop()
    image, record = session.result(), session.record()
    # What the file was read as comes before what was found in it.
    record = replace(record, notes=[*notes, *record.notes])
    for note in record.notes:
        monitor.note(in_options(note))
    return Outcome(image, record, interrupted)
