"""From float32 to the dtype a file shall have."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def round_and_clip(
    image: NDArray[np.floating[Any]], dtype: np.dtype[Any]
) -> NDArray[Any]:
    """Bring intensities to a dtype, in the same units.

    Nothing is rescaled: values are rounded to whole numbers where the dtype
    has only those, and what it cannot hold becomes its nearest value.

    Parameters
    ----------
    image : ndarray
        Finite intensities.
    dtype : dtype
        Boolean, integer or real floating point.

    Examples
    --------
    >>> import numpy as np
    >>> round_and_clip(np.array([-3.0, 1.6, 300.0]), np.dtype('uint8'))
    array([  0,   2, 255], dtype=uint8)
    """
    values = image.astype(np.float64)
    if dtype.kind == 'f':
        largest = float(np.finfo(dtype).max)
        return values.clip(-largest, largest).astype(dtype)
    if dtype.kind == 'b':
        return values.round() >= 1
    limits = np.iinfo(dtype)
    highest = float(limits.max)
    if highest > limits.max:
        # The nearest float64 to the greatest 64-bit integer is above it.
        highest = float(np.nextafter(highest, 0))
    return values.round().clip(limits.min, highest).astype(dtype)


def count_clipped(
    image: NDArray[np.floating[Any]], dtype: np.dtype[Any]
) -> int:
    """Count the values that a dtype cannot hold, even if rounded.

    Examples
    --------
    >>> import numpy as np
    >>> count_clipped(np.array([-3.0, 255.4, 300.0]), np.dtype('uint8'))
    2
    """
    if dtype.kind == 'f':
        limits: Any = np.finfo(dtype)
        return int((np.abs(image) > limits.max).sum())
    low, high = 0, 1
    if dtype.kind != 'b':
        low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    rounded = image.round()
    return int(((rounded < low) | (rounded > high)).sum())
