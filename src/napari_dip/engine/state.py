"""Where a fit stands."""

from __future__ import annotations

from dataclasses import dataclass

from napari_dip.engine.early_stopping import StopReason


@dataclass(frozen=True)
class FitState:
    """Where a fit stands after an iteration.

    `loss` and `figure` are the latest values that have left the device.

    Parameters
    ----------
    iteration : int
        Iterations done.
    num_iter : int
        Iterations planned; the fit may stop before.
    loss : float
        Data term.
    figure : float or None
        Stopping figure; None if there is none yet.
    best_iteration : int
        Iteration of the lowest stopping figure; in the end that of the
        estimate.
    reason : StopReason or None
        Why the fit ended; None while it goes on.
    """

    iteration: int
    num_iter: int
    loss: float
    figure: float | None
    best_iteration: int
    reason: StopReason | None = None
