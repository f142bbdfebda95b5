"""Stopping rules that the settings name."""

from __future__ import annotations

from napari_dip.engine.early_stopping import (
    HeldOutError,
    StoppingRule,
    WindowedVariance,
)
from napari_dip.presets.settings import Settings


def make_rules(settings: Settings, seed: int) -> list[StoppingRule]:
    """Make the rules that end a fit, the one that is followed first."""
    stopping = settings.stopping
    if stopping.rule == 'held_out':
        return [HeldOutError(min_start=stopping.min_start)]
    if stopping.rule == 'variance':
        return [
            WindowedVariance(
                stopping.window, min_start=stopping.min_start, seed=seed
            )
        ]
    return []
