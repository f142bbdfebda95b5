"""The weight of the past in an average that has just begun."""

from __future__ import annotations


def growing_decay(longest: float, count: int) -> float:
    """Decay that averages all there is until that is more than wanted."""
    return min(longest, count / (count + 10))
