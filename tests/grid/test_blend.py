from __future__ import annotations

import numpy as np

from napari_dip.grid.blend import Blend
from napari_dip.grid.regions import Region
from napari_dip.grid.tiles import lay_tiles

SHAPE = (1, 150, 400)
STEP = (1, 1)
WINDOWS = lay_tiles(Region.whole(SHAPE[1:]), STEP, 200)
IMAGE = np.random.default_rng(0).normal(50, 9, SHAPE).astype(np.float32)


def test_tiles_of_one_image_give_the_image():
    blend = Blend(np.full(SHAPE, np.nan, np.float32), STEP)
    for window in WINDOWS:
        blend.put((window, window.cut(IMAGE)))
    assert len(WINDOWS) == 3
    np.testing.assert_allclose(blend.image(), IMAGE, rtol=1e-5)


def test_a_second_tile_in_a_place_is_averaged_in():
    blend = Blend(np.zeros(SHAPE, np.float32), STEP)
    whole = Region.whole(SHAPE[1:])
    blend.put((whole, IMAGE))
    blend.put((whole, IMAGE + 2))
    np.testing.assert_allclose(blend.image(), IMAGE + 1, rtol=1e-5)


def test_two_tiles_that_differ_pass_smoothly_into_each_other():
    blend = Blend(np.zeros(SHAPE, np.float32), STEP)
    for level, window in enumerate(WINDOWS):
        tile = np.full((1, *window.shape), level, np.float32)
        blend.put((window, tile))
    steps = np.diff(blend.image()[0, 75])
    assert steps.min() >= -1e-6
    assert steps.max() < 0.13


def test_the_ground_shows_where_no_tile_is():
    ground = np.full(SHAPE, 3, np.float32)
    blend = Blend(ground, STEP)
    np.testing.assert_array_equal(blend.image(), ground)
    first, second, _ = WINDOWS
    blend.put((first, first.cut(IMAGE)))
    with_more = blend.image((second, second.cut(IMAGE)))
    # It was not kept.
    image = blend.image()
    inner = image[..., : first.shape[1] - 64]
    np.testing.assert_allclose(inner, IMAGE[..., : first.shape[1] - 64])
    assert (image[..., first.shape[1] :] == 3).all()
    end = second.stop[1]
    np.testing.assert_allclose(
        with_more[..., : end - 64], IMAGE[..., : end - 64], rtol=1e-5
    )


def test_tiles_of_a_volume_give_the_volume():
    volume = np.random.default_rng(0).normal(50, 9, (2, 20, 150, 240))
    volume = volume.astype(np.float32)
    step = (1, 1, 1)
    blend = Blend(np.full(volume.shape, np.nan, np.float32), step)
    windows = lay_tiles(Region.whole(volume.shape[1:]), step, 120)
    assert len(windows) > 4
    for window in windows:
        blend.put((window, window.cut(volume)))
    np.testing.assert_allclose(blend.image(), volume, rtol=1e-5)
