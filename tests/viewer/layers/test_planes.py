from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel

from napari_dip.viewer.layers.planes import Plane, describe_plane, shown_plane


@pytest.fixture
def viewer():
    return ViewerModel()


@pytest.mark.parametrize(
    ('shape', 'steps', 'index'),
    [
        ((20, 21), (), (None, None)),
        ((1, 1, 20, 21), (), (0, 0, None, None)),
        ((5, 20, 21), (3,), (3, None, None)),
        ((5, 1, 20, 21), (3,), (3, 0, None, None)),
        ((20, 21, 1), (), (None, None, 0)),
        ((1, 20, 1, 21), (), (0, None, 0, None)),
    ],
)
def test_plane_shown(viewer, shape, steps, index):
    layer = viewer.add_image(np.zeros(shape))
    for axis, step in enumerate(steps):
        viewer.dims.set_current_step(axis, step)
    plane = shown_plane(layer, None, viewer.dims)
    assert plane == Plane(index)
    taken = plane.take(layer.data)
    assert plane.shape_of(shape) == taken.shape
    restored = plane.put_back(taken)
    assert restored.ndim == len(shape)


def test_channels_are_taken_whole(viewer):
    layer = viewer.add_image(np.zeros((5, 3, 20, 21)))
    viewer.dims.set_current_step(0, 4)
    plane = shown_plane(layer, 1, viewer.dims)
    assert plane == Plane((4, None, None, None))
    assert plane.axis_after(1) == 0


def test_channels_that_are_shown_are_no_rows(viewer):
    layer = viewer.add_image(np.zeros((5, 20, 21, 3)))
    assert shown_plane(layer, 3, viewer.dims) == Plane((2, None, None, None))


def test_planes_of_other_axes(viewer):
    layer = viewer.add_image(np.zeros((18, 20, 21)))
    viewer.dims.order = (1, 0, 2)
    viewer.dims.set_current_step(1, 7)
    assert shown_plane(layer, None, viewer.dims) == Plane((None, 7, None))


def test_a_layer_among_others_of_more_axes_and_other_units(viewer):
    viewer.add_image(np.zeros((2, 9, 20, 21)), units=('s', 'nm', 'nm', 'nm'))
    layer = viewer.add_image(
        np.zeros((5, 20, 21)),
        scale=(0.5, 1, 1),
        translate=(1, 0, 0),
        units=('um', 'um', 'um'),
    )
    viewer.dims.set_point(1, 2500)
    [shown] = {int(i) for i in layer._data_slice.point[:1]}
    assert shown_plane(layer, None, viewer.dims).index == (shown, None, None)
    assert shown == 3


def test_sliders_beyond_a_layer_mean_its_last_plane(viewer):
    viewer.add_image(np.zeros((9, 20, 21)))
    layer = viewer.add_image(np.zeros((5, 20, 21)))
    viewer.dims.set_current_step(0, 8)
    assert shown_plane(layer, None, viewer.dims).index[0] == 4


def plain(text):
    return text.replace('\N{NO-BREAK SPACE}', ' ')


def test_what_is_said_counts_as_the_sliders_do(viewer):
    layer = viewer.add_image(np.zeros((5, 1, 20, 21)), axis_labels='tzyx')
    viewer.dims.set_current_step(0, 3)
    plane = shown_plane(layer, None, viewer.dims)
    assert plain(describe_plane(layer, plane)) == 'as shown: t = 3 (0 … 4)'
    layer = viewer.add_image(np.zeros((5, 20, 21)))
    plane = shown_plane(layer, None, viewer.dims)
    assert plain(describe_plane(layer, plane)).startswith('as shown: axis 0 =')


def test_there_is_nothing_to_say_of_axes_of_length_one(viewer):
    layer = viewer.add_image(np.zeros((1, 1, 20, 21)))
    plane = shown_plane(layer, None, viewer.dims)
    assert describe_plane(layer, plane) == ''
