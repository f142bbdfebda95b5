from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image

from napari_dip.viewer.layers.guide import describe_guide
from napari_dip.viewer.layers.layers import describe_image

PIXELS = np.random.default_rng(0).normal(size=(20, 24))


def guide_for(image: Image, guide: Image):
    return describe_guide(guide, image, describe_image(image, None))


def test_pixel_for_pixel_nothing_is_resampled():
    layer = Image(PIXELS, scale=(0.5, 0.5), translate=(3, 4))
    guide = Image(PIXELS + 1, name='other', scale=(0.5, 0.5), translate=(3, 4))
    found = guide_for(layer, guide)
    assert found.matrix is None
    np.testing.assert_array_equal(found.array(), PIXELS + 1)


def test_a_finer_layer_is_brought_to_the_pixels_of_the_image():
    rows = np.repeat(np.arange(60.0)[:, None], 72, axis=1)
    image = Image(PIXELS, scale=(3, 3), translate=(1, 1))
    guide = Image(rows, name='finer')
    found = guide_for(image, guide)
    expected = np.repeat(3.0 * np.arange(20)[:, None] + 1, 24, axis=1)
    np.testing.assert_allclose(
        found.array()[1:-1, 1:-1], expected[1:-1, 1:-1], atol=1e-3
    )
    assert found.tell()['matrix'] == [[3, 0, 1], [0, 3, 1]]


def test_of_a_stack_the_plane_of_the_image_is_taken():
    stack = np.random.default_rng(1).normal(size=(5, 20, 24))
    image = Image(stack)
    from napari.components import Dims

    dims = Dims(ndim=3, range=((0, 4, 1), (0, 19, 1), (0, 23, 1)))
    dims.set_point(0, 3)
    source = describe_image(image, None, dims)
    guide = Image(-stack, name='other')
    found = describe_guide(guide, image, source)
    np.testing.assert_array_equal(found.array(), -stack[3])


def test_colours_guide_without_their_opacity():
    image = Image(PIXELS)
    colours = np.zeros((20, 24, 4), np.uint8)
    found = guide_for(image, Image(colours, rgb=True))
    assert found.array().shape == (20, 24, 3)


def test_the_image_is_no_guide_of_its_own():
    image = Image(PIXELS, name='cells')
    with pytest.raises(ValueError, match='"cells" is the image itself'):
        guide_for(image, image)


def test_a_layer_elsewhere_is_no_guide():
    image = Image(PIXELS, name='cells')
    with pytest.raises(ValueError, match='does not lie over layer "cells"'):
        guide_for(image, Image(PIXELS, translate=(100, 0)))
