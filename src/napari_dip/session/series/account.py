"""What the restorations of the planes of a series have to say, together."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from napari_dip.engine.state import StopReason
from napari_dip.images.stacks.stack import TOLD
from napari_dip.session.progress import Brief
from napari_dip.session.record import Record, describe_reason, reason_of_all
from napari_dip.session.series.plan import SeriesPlan, say_of_planes
from napari_dip.session.stages import Past


class Account:
    """Gathers the records of a series.

    Parameters
    ----------
    plan : SeriesPlan
        What the series is.
    """

    def __init__(self, plan: SeriesPlan) -> None:
        self._plan = plan
        self._said: dict[str, list[str]] = {}
        self._noises: dict[str, None] = {}
        self._first: Record | None = None
        self._past = Past()
        self._ends: list[StopReason] = []
        self._peak_memory = 0

    def add(self, record: Record, plane: str, *, fitted: bool) -> None:
        """Take in what was done to a plane; to all, if it is not named."""
        self._first = self._first or record
        for note in record.notes:
            self.say(note, plane)
        self._peak_memory = max(self._peak_memory, record.peak_memory)
        if fitted:
            self._noises[record.noise] = None
            self._past = self._past.then_all_of(record)
            self._ends.append(StopReason[record.reason])

    def say(self, note: str, plane: str) -> None:
        """Take in a sentence about a plane."""
        told = self._said.setdefault(note, [])
        if plane and plane not in told:
            told.append(plane)

    @property
    def iterations(self) -> int:
        """Iterations that were done."""
        return self._past.iterations

    def notes(self) -> list[str]:
        """Return every sentence once, with the planes it is about."""
        total = self._plan.stack.num_planes
        told = [say_of_planes(x, on, total) for x, on in self._said.items()]
        return [*self._plan.notes, *told]

    def reason(self) -> StopReason:
        """Why it ended, as far as its fits tell."""
        return reason_of_all(self._ends) if self._ends else StopReason.USER

    def record(
        self,
        brief: Brief,
        reason: StopReason,
        reason_text: str,
        wall_time: float,
        uncertainty: Any,
    ) -> Record:
        """Write it all down."""
        first = self._first
        several = '; '.join([*self._noises][:TOLD])
        if len(self._noises) > TOLD:
            several += f'; and {len(self._noises) - TOLD} more'
        return Record.of(
            brief,
            self._past,
            device='' if first is None else first.device,
            reason=reason.name,
            reason_text=reason_text,
            best_iteration=0 if first is None else first.best_iteration,
            noise=several,
            wall_time=wall_time,
            peak_memory=self._peak_memory,
            uncertainty=uncertainty,
            notes=list(dict.fromkeys([*brief.notes, *self.notes()])),
        )


def brief_of(brief: Brief, plan: SeriesPlan) -> Brief:
    """Return what was asked for of the series, from one of its parts."""
    return replace(
        brief,
        arguments={**brief.arguments, **plan.arguments},
        notes=(),
    )


def say_end(
    reason: StopReason, brief: Brief, limit: float | None, left: int, all_: int
) -> str:
    """Say why a series ended, and how far it went."""
    text = describe_reason(reason, brief, limit=limit)
    if not left:
        return text
    return (
        f'{text}; {all_ - left} of {all_} planes are restored, and the '
        'others are empty (NaN)'
    )
