from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_dip.grid.regions import Region
from napari_dip.grid.tiles import (
    Blend,
    halve,
    lay_tiles,
    overlap,
    trim,
    trim_all,
    weights,
)


@pytest.mark.parametrize('step', [(1, 1), (2, 3), (1, 8), (4, 4)])
@pytest.mark.parametrize('shape', [(240, 960), (1008, 1248), (240, 240)])
def test_tiles_cover_all_and_their_weights_sum_to_one(shape, step):
    windows = lay_tiles(Region.whole(shape), step, 288)
    total = np.zeros(shape)
    for window in windows:
        assert max(window.shape) <= 288
        corner = window.start
        assert [n % s for n, s in zip(corner, step, strict=True)] == [0, 0]
        sides = window.shape
        assert [n % s for n, s in zip(sides, step, strict=True)] == [0, 0]
        window.cut(total)[:] += weights(window, shape, step)
    assert len({w.shape for w in windows}) == 1
    assert total.min() > 1 - 1e-6
    # More only where tiles overlap further than they must.
    assert np.median(total) == pytest.approx(1)
    if len(windows) == 1:
        assert (total == 1).all()


def test_weights_sum_to_exactly_one_where_tiles_overlap_as_they_must():
    shape = (100, 2 * 136 - 36)
    windows = lay_tiles(Region.whole(shape), (1, 1), 136)
    assert [w.start[1] for w in windows] == [0, 100]
    total = np.zeros(shape)
    for window in windows:
        window.cut(total)[:] += weights(window, shape, (1, 1))
    np.testing.assert_allclose(total, 1, atol=1e-6)


@pytest.mark.parametrize('factor', [1, 4, 8])
def test_the_end_of_a_tile_counts_for_nothing_that_of_the_image_does(factor):
    shape = (480, 960)
    first, *_ = lay_tiles(Region.whole(shape), (factor, factor), 480)
    weight = weights(first, shape, (factor, factor))
    margin = overlap(factor) // 3
    assert (weight[:, -margin:] == 0).all()
    assert (weight[:, : -overlap(factor) - factor] == 1).all()
    assert (np.diff(weight[0]) <= 0).all()
    assert np.abs(np.diff(weight[0])).max() < 0.13


def test_a_tile_is_halved_where_it_is_and_loses_no_weight():
    shape, step = (800, 1600), (4, 4)
    window = Region((200, 400), (400, 480))
    parts = halve(window, step)
    assert len(parts) == 4
    assert max(max(w.shape) for w in parts) <= 272
    total = np.zeros(shape)
    for part in parts:
        part.cut(total)[:] += weights(part, shape, step)
    before = weights(window, shape, step)
    assert (window.cut(total) >= before - 1e-6).all()
    assert total.sum() == pytest.approx(window.cut(total).sum())


def test_only_the_long_side_of_a_strip_is_halved():
    parts = halve(Region((0, 0), (100, 600)), (1, 1))
    assert [w.shape for w in parts] == [(100, 318)] * 2


def test_a_small_tile_is_not_halved():
    assert halve(Region((0, 0), (200, 255)), (1, 1)) == []


def test_a_tile_that_misses_nothing_is_not_needed():
    shape = (600, 900)
    missing = np.zeros((1, *shape), bool)
    first, second = lay_tiles(Region((0, 0), (600, 900)), (1, 1), 600)
    missing[:, 100:104, 0:300] = True
    assert trim(first, missing, shape, (1, 1)) is not None
    assert trim(second, missing, shape, (1, 1)) is None
    # Its outermost pixels count for nothing.
    missing[:] = False
    missing[:, :, second.start[1] : second.start[1] + 8] = True
    assert trim(second, missing, shape, (1, 1)) is None


@pytest.mark.parametrize('channel', [0, 1])
def test_of_a_tile_the_missing_pixels_and_their_surroundings_are_needed(
    channel,
):
    shape = (1000, 1000)
    missing = np.zeros((2, *shape), bool)
    window = Region((200, 300), (600, 600))
    missing[channel, 500, 430:630] = True
    trimmed = trim(window, missing, shape, (1, 1))
    # Half of 200 pixels on each side, and 256 in all at least.
    assert trimmed == Region((372, 330), (257, 400))
    # All that is missing counts fully.
    weight = weights(trimmed, shape, (1, 1))
    assert (weight[trimmed.cut(missing)[channel]] == 1).all()
    # It does not reach beyond the tile.
    missing[channel, 230, 330] = True
    assert trim(window, missing, shape, (1, 1)).start == (200, 300)


@given(
    first=st.integers(0, 500),
    length=st.integers(1, 200),
    step=st.sampled_from([1, 2, 5]),
)
def test_what_is_left_of_a_tile_begins_and_ends_with_pixels_of_the_data(
    first, length, step
):
    shape = (600, 600)
    missing = np.zeros((1, *shape), bool)
    missing[:, 300, first : first + length] = True
    trimmed = trim(Region.whole(shape), missing, shape, (step, step))
    start, stop = trimmed.start[1], trimmed.stop[1]
    assert start % step == (stop - start) % step == 0
    assert start <= first
    assert min(first + length, 600) <= stop <= 600


def test_tiles_of_a_volume_cover_it_and_their_weights_sum_to_one():
    shape, step = (40, 200, 240), (1, 2, 2)
    missing = np.zeros((1, *shape), bool)
    missing[:, 20, 150, 60:80] = True
    windows = lay_tiles(Region.whole(shape), step, 144)
    total = np.zeros(shape)
    for window in windows:
        window.cut(total)[:] += weights(window, shape, step)
    assert len(windows) > 1
    assert total.min() > 1 - 1e-6
    trimmed = trim_all(windows, missing, shape, step)
    assert 0 < len(trimmed) <= len(windows)
    for window in trimmed:
        assert window.cut(missing).any()
    assert len(halve(Region.whole((20, 300, 300)), step)) == 4


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
