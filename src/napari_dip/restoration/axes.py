"""Between a user's image and the (channels, rows, columns) of a fit."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def to_channels_first(
    image: NDArray[Any], channel_axis: int | None
) -> NDArray[Any]:
    """View a 2-D or 3-D image as ``(channels, rows, columns)``."""
    if channel_axis is None:
        return image[np.newaxis]
    return np.moveaxis(image, channel_axis, 0)


def from_channels_first(
    image: NDArray[Any], channel_axis: int | None
) -> NDArray[Any]:
    """Undo :func:`to_channels_first`; C-contiguous."""
    if channel_axis is None:
        return np.ascontiguousarray(image[0])
    return np.ascontiguousarray(np.moveaxis(image, 0, channel_axis))
