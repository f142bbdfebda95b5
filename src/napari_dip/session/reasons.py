"""Why a restoration ended, in words that name what the user asked for."""

from __future__ import annotations

from napari_dip.engine.state import StopReason
from napari_dip.session.progress import Brief

_ALL_DONE = (StopReason.SCHEDULE_COMPLETE, StopReason.MAX_NUM_ITER)


def describe_reason(
    reason: StopReason,
    brief: Brief,
    *,
    limit: float | None,
    extended: bool = False,
) -> str:
    """Say why, without a full stop.

    Parameters
    ----------
    reason : StopReason
        Why.
    brief : Brief
        What was asked for.
    limit : float or None
        Seconds that it had.
    extended : bool
        Whether it was continued, beyond what was asked for at first.
    """
    asked = brief.arguments.get('max_num_iter')
    binding = asked is not None and asked == brief.settings.num_iter
    if reason in _ALL_DONE and binding and not extended:
        times = 'iteration' if asked == 1 else 'iterations'
        return f'the limit of {asked:,} {times} was reached'
    if reason is StopReason.TIME_LIMIT and limit is not None:
        return f'the time limit of {limit:g} s was reached'
    return reason.value
