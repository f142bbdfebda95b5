from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_dip.images.axes import settle_axes


@pytest.mark.parametrize('axis', [None, 0, 1, 2])
def test_there_and_back(axis):
    shape = (5, 6) if axis is None else (5, 6, 7)
    image = np.arange(np.prod(shape)).reshape(shape)
    axes = settle_axes(shape, axis)
    planes = axes.to_planes(image)
    assert planes.ndim == 3
    assert planes.shape == (axes.channels, *axes.plane)
    assert np.shares_memory(planes, image)
    back = axes.from_planes(planes)
    np.testing.assert_array_equal(back, image)
    assert back.flags.c_contiguous


def test_a_channel_is_a_plane():
    image = np.stack([np.zeros((4, 5)), np.ones((4, 5))], axis=1)
    planes = settle_axes(image.shape, 1).to_planes(image)
    assert (planes[1] == 1).all()


@st.composite
def shapes(draw):
    """A shape, its channel axis and those of the plane."""
    lengths = [20, 30]
    axis = None
    if draw(st.booleans()):
        axis = draw(st.integers(0, 2))
        lengths.insert(axis, draw(st.integers(1, 7)))
    names = list(range(len(lengths)))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(lengths)))
        lengths.insert(place, 1)
        names.insert(place, None)
    channel = None if axis is None else names.index(axis)
    if channel is not None and draw(st.booleans()):
        channel -= len(lengths)
    return tuple(lengths), channel


@given(shapes())
def test_axes_of_length_one_are_left_out_and_put_back(case):
    shape, channel_axis = case
    axes = settle_axes(shape, channel_axis)
    assert axes.plane == (20, 30)
    image = np.arange(np.prod(shape)).reshape(shape)
    planes = axes.to_planes(image)
    assert planes.shape == (axes.channels, 20, 30)
    np.testing.assert_array_equal(axes.from_planes(planes), image)
    larger = planes.repeat(2, 1).repeat(3, 2)
    assert axes.from_planes(larger).size == 6 * image.size


@pytest.mark.parametrize(
    ('shape', 'expected'),
    [
        ((1, 20, 30, 3), (3, (1, 2))),
        ((20, 1, 30, 4), (3, (0, 2))),
        ((20, 30, 1), (None, (0, 1))),
        ((1, 1, 20, 30), (None, (2, 3))),
        ((1, 30), (None, (0, 1))),
        ((1, 1, 30), (None, (1, 2))),
    ],
)
def test_colours_are_found_among_axes_of_length_one(shape, expected):
    axes = settle_axes(shape, None)
    assert (axes.channel_axis, axes.plane_axes) == expected


@pytest.mark.parametrize(
    ('shape', 'axis'),
    [((4, 20, 20, 3), 0), ((5, 20, 20), None), ((1, 3, 20, 20), None)],
)
def test_a_stack_is_called_one_whatever_axis_is_given(shape, axis):
    with pytest.raises(ValueError, match='stack'):
        settle_axes(shape, axis)


@pytest.mark.parametrize(
    ('shape', 'channel_axis', 'channels'),
    [
        ((8, 20, 30), None, 1),
        ((1, 8, 20, 1, 30), None, 1),
        ((8, 20, 30, 3), None, 3),
        ((8, 2, 20, 30), 1, 2),
    ],
)
def test_a_volume_there_and_back(shape, channel_axis, channels):
    volume = np.arange(np.prod(shape)).reshape(shape)
    axes = settle_axes(shape, channel_axis, ndim=3)
    assert axes.plane == (8, 20, 30)
    planes = axes.to_planes(volume)
    assert planes.shape == (channels, 8, 20, 30)
    np.testing.assert_array_equal(axes.from_planes(planes), volume)
