"""What of a restoration is known before it starts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from napari_dip.presets.settings import Settings


@dataclass(frozen=True)
class Outline:
    """What a task would fit, as far as time and memory depend on it.

    Parameters
    ----------
    settings : Settings
        What the preset stands for.
    missing : (C, M, N) ndarray of bool, optional
        True where a pixel is missing, where only parts of the image with
        such pixels are fitted.
    trims : bool
        Whether no more is fitted than the part with all missing pixels.
    repeated : int
        Fits of that kind, one after another.
    found : str
        What was found of the noise, in words; nothing if it was not looked
        for.
    parts : mapping of str to str
        The same by the names of what a user may set.
    """

    settings: Settings
    missing: NDArray[np.bool_] | None = None
    trims: bool = False
    repeated: int = 1
    found: str = ''
    parts: Mapping[str, str] = field(default_factory=dict)
