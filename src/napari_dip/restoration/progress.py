"""Where a restoration stands, and what was asked for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from napari_dip.restoration.settings import Settings


@dataclass(frozen=True)
class Progress:
    """Where a restoration stands.

    Parameters
    ----------
    iteration, num_iter : int
        Iterations done and planned; it may stop before.
    loss : float
        Data term in the network's range; NaN before the first look.
    figure : float or None
        Stopping figure.
    best_iteration : int
        Iteration of the lowest stopping figure.
    elapsed : float
        Seconds of work so far, pauses not counted.
    remaining : float
        Seconds until the planned iterations are done.
    reason : str or None
        Why it ended, in words; None while it goes on.
    """

    iteration: int
    num_iter: int
    loss: float
    figure: float | None
    best_iteration: int
    elapsed: float
    remaining: float
    reason: str | None


@dataclass(frozen=True)
class Brief:
    """What was asked for, to be written into the record.

    Parameters
    ----------
    task : str
        Name of the public function.
    arguments : dict
        Its arguments, the images aside.
    settings : Settings
        What the preset stands for.
    seed : int
        Seed of every draw.
    notes : tuple of str
        What the user should know of the data before the fit, a sentence each.
    """

    task: str
    arguments: dict[str, Any]
    settings: Settings
    seed: int
    notes: tuple[str, ...] = ()
