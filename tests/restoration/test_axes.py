from __future__ import annotations

import numpy as np
import pytest

from napari_dip.restoration.axes import from_channels_first, to_channels_first


@pytest.mark.parametrize('axis', [None, 0, 1, 2])
def test_there_and_back(axis):
    shape = (5, 6) if axis is None else (5, 6, 7)
    image = np.arange(np.prod(shape)).reshape(shape)
    planes = to_channels_first(image, axis)
    assert planes.ndim == 3
    assert planes.shape[0] == (1 if axis is None else shape[axis])
    assert np.shares_memory(planes, image)
    back = from_channels_first(planes, axis)
    np.testing.assert_array_equal(back, image)
    assert back.flags.c_contiguous


def test_a_channel_is_a_plane():
    image = np.stack([np.zeros((4, 5)), np.ones((4, 5))], axis=1)
    planes = to_channels_first(image, 1)
    assert (planes[1] == 1).all()
