"""Which pixels a picture of a mask marks."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import maximum_filter, minimum_filter

from napari_dip.io.errors import FileError
from napari_dip.io.layout import settle
from napari_dip.io.stored import StoredImage

# Pixels along a side of a block of JPEG.
_BLOCK = 8
# Half of the blocks vary, of few by chance. Of 400 drawings with soft edges
# none had both so few and so many fewer; of 60 masks after JPEG of quality 5
# to 95 all but one.
_FEWER, _CHANCE = 0.6, 10


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
    if image.axes[-1:] == 'S' == layout.restored_axes[-1:]:
        _check_lossless(mask.max(axis=-1))
        mask = (mask != 0).any(axis=-1)
    else:
        _check_lossless(mask)
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
    """Refuse a mask of two values that a lossy format has made many of."""
    if mask.dtype != np.uint8 or len(np.unique(mask)) < 3:
        return
    if _has_gathered_values(mask) or _has_blocks(mask):
        raise FileError(
            'its values are those of a mask in black and white after lossy '
            'compression (JPEG); save it without, since all that is not '
            'quite black would be filled.'
        )


def _has_gathered_values(mask: NDArray[Any]) -> bool:
    """Whether its values gather at both ends with nothing in between.

    Weak compression does that. Values of labels and soft edges are spread.
    """
    levels = np.unique(mask).astype(int)
    gap = int(np.diff(levels).argmax())
    dark, bright = levels[: gap + 1], levels[gap + 1 :]
    apart = 2 * (bright[0] - dark[-1]) > levels[-1]
    return apart and min(len(dark), len(bright)) > 1


def _has_blocks(mask: NDArray[Any]) -> bool:
    """Whether what varies fills blocks of JPEG, laid from the first pixel on.

    An edge leaves ripples in the whole of its block and none in the next, so
    that blocks laid otherwise, along one axis or both, vary about twice as
    often. What lies anywhere varies as often in all.
    """
    if mask.ndim != 2 or min(mask.shape) < 3 * _BLOCK:
        return False
    # Of the block that begins at a pixel.
    begins = {'size': _BLOCK, 'origin': -(_BLOCK // 2)}
    varies = maximum_filter(mask, **begins) > minimum_filter(mask, **begins)
    rows, columns = (n // _BLOCK * _BLOCK - _BLOCK for n in mask.shape)
    counts = [
        int(varies[r : r + rows : _BLOCK, c : c + columns : _BLOCK].sum())
        for r, c in np.ndindex(_BLOCK, _BLOCK)
    ]
    usual = float(np.median(counts))
    # In a picture that was magnified so much none of them vary.
    return 0 < counts[0] < _FEWER * usual and usual - counts[0] > _CHANCE
