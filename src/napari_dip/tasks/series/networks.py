"""How many networks planes of a series share, told before they are fitted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from napari_dip.images.acquired import read_planes
from napari_dip.images.stacks.exposure import group_alike, measure_exposure
from napari_dip.session.series.sheet import MOST_PIXELS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_dip.images.stacks.stack import Stack


def count_networks(image: NDArray[Any], stack: Stack) -> int:
    """Tell how many networks planes that share them will have.

    Of large planes the middle is looked at: it is for a forecast.

    Parameters
    ----------
    image : ndarray
        All planes.
    stack : Stack
        Its axes.

    Examples
    --------
    >>> import numpy as np
    >>> from napari_dip.images.stacks.stack import Stack
    >>> light = np.add.outer(10 ** np.arange(3), np.zeros((32, 32)))
    >>> light += np.arange(32)
    >>> counts = np.random.default_rng(0).poisson(light)
    >>> count_networks(counts, Stack(counts.shape, 'TYX'))
    2
    """
    most = int((MOST_PIXELS / stack.num_planes) ** 0.5)
    number = 0
    for places in stack.series():
        exposures = []
        for place in places:
            index = list(place)
            for axis in stack.plane_axes:
                begin = max(0, (stack.shape[axis] - most) // 2)
                index[axis] = slice(begin, begin + most)
            pixels = read_planes(image[tuple(index)], stack.plane_channel_axis)
            exposures.append(measure_exposure(pixels))
        # Planes without any contrast are left as they are.
        left = [one for one in exposures if one.contrast != 0]
        number += len(group_alike(left))
    return max(number, 1)
