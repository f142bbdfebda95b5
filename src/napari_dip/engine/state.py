"""Where a fit stands."""

from __future__ import annotations

from dataclasses import dataclass

from napari_dip.engine.early_stopping import StopReason


@dataclass(frozen=True)
class FitState:
    """Where a fit stands after an iteration.

    `loss` and `metric` are the latest values that have left the device.

    Parameters
    ----------
    iteration : int
        Iterations done.
    num_iter : int
        Iterations planned; the fit may stop before.
    loss : float
        Data term.
    metric : float or None
        Stopping metric; None if there is none yet.
    best_iteration : int
        Iteration of the lowest stopping metric; in the end that of the
        estimate.
    reason : StopReason or None
        Why the fit ended; None while it goes on.
    """

    iteration: int
    num_iter: int
    loss: float
    metric: float | None
    best_iteration: int
    reason: StopReason | None = None
