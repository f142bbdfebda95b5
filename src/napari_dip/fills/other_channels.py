"""A fill by the other channels, where they are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from napari_dip.fills.base import Image, Mask
from napari_dip.fills.smooth import Harmonic


@dataclass(frozen=True)
class OtherChannels(Harmonic):
    """What a linear map of the other channels tells; the rest is harmonic.

    Its coefficients are those of least squares where all are known.

    References
    ----------
    Residual interpolation of D. Kiku et al., "Residual interpolation for
    color image demosaicking", ICIP 2013.
    """

    @property
    def name(self) -> str:
        """What the record calls it."""
        return 'a linear map of the other channels'

    def explained(self, planes: Image, missing: Mask, channel: int) -> Image:
        """Predict a channel from those that are known in its holes."""
        holes = missing[channel]
        guides = [
            i
            for i, lost in enumerate(missing)
            if i != channel and not (lost & holes).any()
        ]
        known = ~(holes | missing[guides].any(axis=0))
        if not guides or np.count_nonzero(known) <= len(guides):
            return super().explained(planes, missing, channel)
        seen = np.concatenate([np.ones_like(planes[:1]), planes[guides]])
        learnt = np.linalg.lstsq(
            seen[:, known].T, planes[channel][known], rcond=None
        )
        told: Image = np.tensordot(learnt[0], seen, axes=1)
        return told
