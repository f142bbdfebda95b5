"""The tag of TIFF that names the value of pixels without a measurement."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

_TAG = 'GDAL_NODATA'


def has_no_data_tag(page: Any) -> bool:
    """Whether a page has the tag."""
    return _TAG in page.tags


def find_no_data(
    page: Any, data: NDArray[Any]
) -> tuple[NDArray[np.bool_] | None, str]:
    """Find the pixels that have the value of the tag.

    Parameters
    ----------
    page : TiffPage
        Page with the tags.
    data : ndarray
        The pixels.

    Returns
    -------
    missing : ndarray of bool or None
        Shape of `data`; None if there is no such tag or it is no number.
    value : str
        As the file spells it.
    """
    text = str(page.tags.valueof(_TAG, default='')).strip().strip('\0')
    value = _number(text, data.dtype)
    if value is None or math.isnan(value):
        # What is no number in the image is missing anyway.
        return None, text
    missing: NDArray[np.bool_] = data == value
    return missing, text


def _number(text: str, dtype: np.dtype[Any]) -> Any:
    """Read a number of a dtype; None if it is not one."""
    text = text.replace(',', '.')
    try:
        number = float(text)
        if dtype.kind == 'f':
            with np.errstate(over='ignore'):
                return dtype.type(number)
        # Of 64-bit integers not all are floats.
        digits = text.lstrip('+-').isdigit()
        whole = int(text) if digits else int(number)
    except (ValueError, OverflowError):
        return None
    if dtype.kind not in 'iu' or not (digits or whole == number):
        return None
    limits = np.iinfo(dtype)
    return whole if limits.min <= whole <= limits.max else None
