"""A part of an image is restored where it lies."""

from __future__ import annotations

import numpy as np
import pytest

from napari_dip import denoise
from napari_dip.viewer.layers.result import METADATA_KEY


@pytest.fixture
def cells(viewer, noisy):
    image = np.tile(noisy, (2, 2))
    return viewer.add_image(
        image, name='cells', scale=(0.5, 0.5), translate=(3, 4)
    )


def test_a_rectangle_is_restored_where_it_lies(
    viewer, cells, open_form, finish, run_script
):
    # Rows 10 to 33 and columns 20 to 43, from rim to rim.
    corners = np.array([[9.5, 19.5], [9.5, 43.5], [33.5, 43.5], [33.5, 19.5]])
    viewer.add_shapes([corners * 0.5 + [3, 4]], name='here')
    form = open_form()
    form.image.value = cells
    form.region.widget.value = viewer.layers['here']
    form.start()
    finish(form)
    result = viewer.layers['cells [DIP denoised]']
    part = cells.data[10:34, 20:44]
    expected = denoise(part, preset='fast', max_num_iter=4)
    np.testing.assert_allclose(result.data, expected, rtol=1e-4)
    np.testing.assert_allclose(result.translate, [8, 14])
    told = result.metadata[METADATA_KEY]
    assert told['source']['region'] == [[0, [10, 34]], [1, [20, 44]]]
    np.testing.assert_allclose(run_script(told), expected, rtol=1e-4)


def test_what_the_view_shows_and_a_mask_of_all(viewer, cells, open_form):
    labels = np.zeros((64, 64), int)
    labels[30:40, 30:40] = 1
    viewer.add_labels(labels, name='gap', scale=(0.5, 0.5), translate=(3, 4))
    form = open_form('Inpaint')
    form.image.value = cells
    cells.corner_pixels = np.array([[20, 24], [51, 71]])
    form.region.widget.value = 'what the view shows'
    request = form.make_request()
    assert request.image.region == ((0, (20, 52)), (1, (24, 64)))
    np.testing.assert_array_equal(
        request.arguments['mask'].array(), labels[20:52, 24:64] > 0
    )


def test_a_region_beside_the_image_is_told(viewer, cells, open_form, notices):
    viewer.add_shapes([[[90, 90], [90, 99], [99, 99], [99, 90]]], name='far')
    viewer.add_shapes(name='none')
    form = open_form()
    form.image.value = cells
    form.region.widget.value = viewer.layers['far']
    form.start()
    form.region.widget.value = viewer.layers['none']
    form.start()
    far, none = notices()
    assert 'Nothing of layer "cells" lies in the region' in far
    assert 'Shapes layer "none" is empty' in none
