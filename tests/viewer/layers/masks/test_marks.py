"""Labels, shapes and points as masks of an image."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image, Labels, Points, Shapes

from napari_dip.viewer.layers.masks.marks import marked_over

PLANE = (None, None), (0, 1)


def image(shape=(24, 30), **attributes):
    return Image(np.zeros(shape), **attributes)


def test_labels_of_another_scale_and_offset():
    labels = np.zeros((12, 15), int)
    labels[2:4, 3:5] = 7
    coarse = Labels(labels, scale=(2, 2), translate=(0.5, 0.5))
    marked = marked_over(image(), coarse, *PLANE)
    expected = np.kron(labels, np.ones((2, 2), int))
    np.testing.assert_array_equal(marked, expected)
    moved = Labels(labels, scale=(2, 2), translate=(0.5 + 4, 0.5 - 2))
    rolled = np.roll(expected, (4, -2), (0, 1))
    np.testing.assert_array_equal(marked_over(image(), moved, *PLANE), rolled)
    # Both in the same place, whatever the unit.
    small = image(scale=(0.1, 0.1))
    again = Labels(labels, scale=(0.2, 0.2), translate=(0.05, 0.05))
    np.testing.assert_array_equal(marked_over(small, again, *PLANE), expected)


def test_labels_of_a_plane_over_a_stack_and_of_each_plane():
    stack = image((3, 24, 30))
    plane = np.zeros((24, 30), int)
    plane[4:6, 7:9] = 1
    over_all = marked_over(stack, Labels(plane), (None,) * 3, (0, 1, 2))
    np.testing.assert_array_equal(over_all, [plane] * 3)
    each = np.stack([plane * 0, plane, plane * 0])
    np.testing.assert_array_equal(
        marked_over(stack, Labels(each), (1, None, None), (1, 2)), plane
    )


def test_points_have_their_radius():
    points = Points([[10, 12], [3, 20]], size=[6, 2], scale=(2, 2))
    marked = marked_over(image(), points, *PLANE)
    rows, columns = np.mgrid[:24, :30]
    near = np.hypot(rows - 20, columns - 24) <= 6
    near |= np.hypot(rows - 6, columns - 40) <= 2
    assert np.mean(marked != near) < 0.01
    assert marked[20, 24]


def test_points_of_a_stack_lie_in_their_plane():
    points = Points([[1, 10, 12]], size=5)
    stack = image((3, 24, 30))
    marked = marked_over(stack, points, (None,) * 3, (0, 1, 2))
    assert [int(n > 0) for n in marked.sum((1, 2))] == [0, 1, 0]
    assert marked_over(stack, points, (1, None, None), (1, 2)).any()
    assert not marked_over(stack, points, (2, None, None), (1, 2)).any()


@pytest.mark.parametrize(
    ('kind', 'corners', 'inside', 'outside'),
    [
        ('rectangle', [[4, 5], [4, 15], [12, 15], [12, 5]], (8, 10), (2, 10)),
        ('ellipse', [[4, 5], [4, 15], [12, 15], [12, 5]], (8, 10), (4, 5)),
        ('polygon', [[4, 5], [4, 25], [20, 5]], (6, 8), (19, 24)),
        ('line', [[4, 5], [16, 25]], (10, 15), (16, 5)),
        ('path', [[4, 5], [4, 25], [20, 25]], (12, 25), (12, 15)),
    ],
)
def test_shapes_are_filled(kind, corners, inside, outside):
    shapes = Shapes([np.array(corners)], shape_type=kind, edge_width=3)
    marked = marked_over(image(), shapes, *PLANE)
    assert marked[inside]
    assert not marked[outside]


def test_an_empty_layer_marks_nothing():
    assert not marked_over(image(), Shapes(), *PLANE).any()
    assert not marked_over(image(), Points(), *PLANE).any()
