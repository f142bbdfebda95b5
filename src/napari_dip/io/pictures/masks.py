"""Which pixels a picture of a mask marks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.io.errors import FileError
from napari_dip.io.layout import settle
from napari_dip.io.stored import StoredImage


def marked(image: StoredImage) -> NDArray[Any]:
    """Find what is painted in a mask.

    Axes of length 1 are left out. Of a picture in colours, a pixel is marked
    where any of its colours is not zero. Where a picture has opacity and
    the colour is the same everywhere, the opacity is the mask; where both
    vary, what is fully transparent is not painted.

    Parameters
    ----------
    image : StoredImage
        The mask as its file has it.

    Returns
    -------
    ndarray
        Nonzero where marked.

    Raises
    ------
    FileError
        If lossy compression has changed its values.
    """
    layout = settle(image)
    mask = layout.squeeze(image.data)
    _check_lossless(mask)
    if image.axes[-1:] == 'S' == layout.restored_axes[-1:]:
        mask = (mask != 0).any(axis=-1)
    opacity = None if image.opacity is None else image.opacity.values.squeeze()
    if opacity is None or opacity.shape != mask.shape:
        return mask
    if (opacity == opacity.flat[0]).all():
        return mask
    samples = image.data.reshape(opacity.size, -1)
    if (samples == samples[0]).all():
        _check_lossless(opacity)
        return opacity
    return np.where(opacity == 0, 0, mask)


def _check_lossless(mask: NDArray[Any]) -> None:
    """Refuse a mask of two values that a lossy format has made many of.

    Such values gather at both ends with nothing in between. Those of labels
    and soft edges are spread, and of a mask in black and white there are
    two.
    """
    if mask.dtype != np.uint8:
        return
    levels = np.unique(mask).astype(int)
    if len(levels) < 2:
        return
    gap = int(np.diff(levels).argmax())
    dark, bright = levels[: gap + 1], levels[gap + 1 :]
    apart = 2 * (bright[0] - dark[-1]) > levels[-1]
    if apart and min(len(dark), len(bright)) > 1:
        raise FileError(
            f'its values from {dark[0]} to {dark[-1]} and from {bright[0]} '
            f'to {bright[-1]} are those of a mask in black and white after '
            'lossy compression (JPEG); save it without, since all that is '
            'not quite black would be filled.'
        )
