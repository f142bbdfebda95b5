"""Why a restoration ended as it did, in words of the user."""

from __future__ import annotations

from napari_dip.engine.state import StopReason, name_channels
from napari_dip.session.progress import Brief

_ALL_DONE = (StopReason.SCHEDULE_COMPLETE, StopReason.MAX_NUM_ITER)
# Of several reasons why tiles ended, the user is told the first of these.
_TOLD_FIRST = (
    StopReason.OUT_OF_MEMORY,
    StopReason.DIVERGED,
    StopReason.TIME_LIMIT,
)


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


def reason_of_all(ends: list[StopReason]) -> StopReason:
    """Say why a restoration ended all of whose tiles have."""
    return next((one for one in _TOLD_FIRST if one in ends), ends[-1])


def describe_tiles(complete: int, left: int) -> str:
    """Say how far tiles went, after the reason; nothing if all the way."""
    if not left:
        return ''
    return (
        f'; {complete} of {complete + left} tiles are complete, and what '
        'no tile has reached is interpolated'
    )


def describe_harmed(harmed: list[bool]) -> list[str]:
    """Say which channels were given back as they were, in a sentence."""
    if not any(harmed):
        return []
    told = f'{name_channels(harmed)} given back as before'
    return [f'{told}: the fit changed more than there is noise to speak of.']
