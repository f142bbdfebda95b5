"""What a restoration has learnt, to be taken over by those of like images."""

from __future__ import annotations

from dataclasses import dataclass

from napari_dip.engine.state import Trained
from napari_dip.noise.intensity import Intensity
from napari_dip.presets.settings import Settings


@dataclass(frozen=True)
class LearntFit:
    """What one of its fits has learnt.

    Parameters
    ----------
    trained : Trained
        Of the fit.
    intensity : Intensity
        The scale of intensities that it was done in.
    """

    trained: Trained
    intensity: Intensity


@dataclass(frozen=True)
class Learnt:
    """What all of them have.

    Parameters
    ----------
    settings : Settings
        How they were done.
    fits : tuple of LearntFit
        In their order.
    """

    settings: Settings
    fits: tuple[LearntFit, ...]
