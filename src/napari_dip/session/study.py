"""Several restorations, one after another, and what is made of them all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from napari_dip.device.clock import Clock
from napari_dip.session.base import Restoration, Snapshot, Snapshots
from napari_dip.session.progress import Brief, Phase, Progress
from napari_dip.session.record import Record


@dataclass(frozen=True)
class Part:
    """One of the restorations.

    Parameters
    ----------
    name : str
        What it is called.
    begin : callable
        Begins it.
    is_plain : bool
        Whether the estimate of its fit is taken as it is, without last steps
        and without a look at whether the data are nearer to the truth.
    """

    name: str
    begin: Callable[[], Restoration]
    is_plain: bool = False


@dataclass(frozen=True)
class Found:
    """What one of them has given.

    Parameters
    ----------
    name : str
        That of the part.
    image : ndarray of float32
        Its result.
    record : Record
        Its account.
    """

    name: str
    image: NDArray[np.float32]
    record: Record

    @property
    def losses(self) -> list[tuple[int, float]]:
        """The loss over the iterations, counted from 1."""
        return list(enumerate(self.record.loss_history, 1))


@dataclass(frozen=True)
class Made:
    """What is made of them all.

    Parameters
    ----------
    image : ndarray of float32
        The result.
    companions : dict of str to ndarray of float32
        Further images of its shape and axes, by name.
    curves : dict of str to list of (int, float)
        Figures over the iterations, by name.
    notes : list of str
        What they say, a sentence each.
    """

    image: NDArray[np.float32]
    companions: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    curves: dict[str, list[tuple[int, float]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class Study(Restoration):
    """Restorations, each begun when the one before has ended.

    Stopped early, it is made of those that there are.

    Parameters
    ----------
    parts : sequence of Part
        At least one.
    make : callable
        From what they have given to what is made of it.
    task : str
        Name of the public function.
    arguments : dict
        Its arguments, the images aside.
    clock : Clock, optional
        With the limit for all of them.
    """

    def __init__(
        self,
        parts: Sequence[Part],
        make: Callable[[list[Found]], Made],
        task: str,
        arguments: dict[str, object],
        *,
        clock: Clock | None = None,
    ) -> None:
        self.snapshots = Snapshots()
        self._parts = list(parts)
        self._make = make
        self._clock = clock or Clock()
        self._found: list[Found] = []
        self._made: Made | None = None
        self._ended = False
        self._now: Restoration | None = self._parts[0].begin()
        first = self._now.brief
        self.brief = Brief(
            task,
            dict(arguments),
            first.settings,
            first.seed,
            first.notes,
            first.threads,
        )
        self._progress = self._place(self._now.progress)

    def __next__(self) -> Progress:
        """Do one iteration of the one that is due.

        Raises
        ------
        StopIteration
            If all have ended.
        """
        session = self._now
        if session is None or self._ended:
            raise StopIteration
        session.check = None if self.check is None else self._pass_on
        with self._clock.running():
            if not session.finished:
                next(session)
            left = self._clock.left
            if left is not None and left <= 0:
                session.stop()
                self._ended = True
            self._progress = self._place(session.progress)
            if session.finished:
                self._keep(session)
        return self.progress

    @property
    def progress(self) -> Progress:
        """Where it stands."""
        if not self.finished:
            return self._progress
        phase = Phase.DONE if self._made is not None else Phase.ESTIMATE
        return replace(
            self._progress, reason=self._reason(), phase=phase, remaining=0.0
        )

    @property
    def finished(self) -> bool:
        """Whether all have ended."""
        return self._ended or self._now is None

    def preview(self) -> NDArray[np.float32]:
        """Return a quick estimate of the one that is due."""
        session = self._now
        begun = session is not None and session.progress.iteration > 0
        if session is None or (self._found and not begun):
            return self._found[-1].image
        return session.preview()

    def take_snapshot(self) -> Snapshot:
        """Return a quick estimate; those of several are not mixed."""
        return Snapshot(self.progress.iteration, self.preview())

    def result(self) -> NDArray[np.float32]:
        """Return what is made of all that there are."""
        if self._now is not None:
            self._keep(self._now)
        if self._made is None:
            self._made = self._make(self._found)
        return self._made.image

    def stop(self) -> None:
        """End with those that there are."""
        if self._now is not None:
            self._now.stop()
        self._ended = True

    @property
    def nothing_left(self) -> str:
        """Why it cannot go on: the memory of its fits was given back."""
        return (
            'Its fits have ended; start again with more iterations for longer '
            'ones.'
        )

    def extend(self, num_iter: int, time_limit: float | None = None) -> None:
        """Refuse: what has ended was given back.

        Raises
        ------
        ValueError
            Always.
        """
        raise ValueError(self.nothing_left)

    def record(self) -> Record:
        """Return the account of all of them."""
        made = self._made or Made(np.zeros(0, np.float32))
        records = [one.record for one in self._found]
        first = records[0]
        notes = [n for one in records for n in one.notes]
        return replace(
            first,
            task=self.brief.task,
            arguments=self.brief.arguments,
            iterations=sum(one.iterations for one in records),
            fits=[fit for one in records for fit in one.fits],
            reason=records[-1].reason,
            reason_text=self._reason(),
            best_iteration=0,
            wall_time=self._clock.elapsed,
            peak_memory=max(one.peak_memory for one in records),
            loss_history=[x for one in records for x in one.loss_history],
            metric_history=[],
            # Each once: all were made of the same image.
            notes=[*made.notes, *dict.fromkeys(notes)],
            companions=made.companions,
            curves=made.curves,
        )

    def close(self) -> None:
        """Give the memory back."""
        if self._now is not None:
            self._now.close()

    def _keep(self, session: Restoration) -> None:
        """Take what one has given, and begin the next."""
        part = self._parts[len(self._found)]
        image = session.preview() if part.is_plain else session.result()
        self._found.append(Found(part.name, image, session.record()))
        session.close()
        self._now = None
        if not self._ended and len(self._found) < len(self._parts):
            self._now = self._parts[len(self._found)].begin()

    def _pass_on(self, progress: Progress) -> object:
        assert self.check is not None
        return self.check(self._place(progress))

    def _place(self, progress: Progress) -> Progress:
        """Count the iterations and the time of all of them."""
        past = sum(one.record.iterations for one in self._found)
        left = len(self._parts) - len(self._found) - 1
        each = progress.elapsed + progress.remaining
        return replace(
            progress,
            iteration=past + progress.iteration,
            num_iter=past + progress.num_iter * (1 + left),
            best_iteration=0,
            elapsed=self._clock.elapsed,
            remaining=progress.remaining + left * each,
            reason=None,
        )

    def _reason(self) -> str:
        done, planned = len(self._found), len(self._parts)
        if done < planned:
            return f'{done} of {planned} fits are complete'
        if planned == 1:
            return 'the fit is complete'
        return f'all {planned} fits are complete'
