from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st

from napari_dip.grid.regions import (
    Region,
    cut_all,
    draw_windows,
    tile_windows,
)

sides = st.integers(16, 200)


@given(height=sides, width=sides, side=st.integers(8, 64), seed=sides)
def test_windows_are_drawn_inside_the_image(height, width, side, seed):
    generator = torch.Generator().manual_seed(seed)
    windows = draw_windows((height, width), side, 3, generator)
    assert len(windows) == 3
    assert len({w.shape for w in windows}) == 1
    for window in windows:
        (top, left), (bottom, right) = window.start, window.stop
        assert 0 <= top <= bottom <= height
        assert 0 <= left <= right <= width
        assert max(window.shape) <= side


def test_windows_leave_room_to_shift_on_a_small_image():
    generator = torch.Generator().manual_seed(0)
    for shape, side in (((96, 96), 64), ((60, 200), 32), ((20, 20), 20)):
        (window,) = draw_windows(shape, 128, 1, generator)
        assert window.shape == (side, side)


def test_without_a_side_the_whole_image_is_the_window():
    windows = draw_windows((40, 50), None, 3, torch.Generator())
    assert windows == [Region((0, 0), (40, 50))]


def test_every_corner_is_reached():
    generator = torch.Generator().manual_seed(0)
    seen = torch.zeros(40, 50)
    for _ in range(3000):
        for window in draw_windows((40, 50), 20, 2, generator):
            window.cut(seen).add_(1)
    assert seen.min() > 0


def test_windows_depend_on_the_generator_alone():
    first, second = (
        draw_windows((90, 80), 20, 4, torch.Generator().manual_seed(3))
        for _ in range(2)
    )
    assert first == second


def test_no_side_is_the_whole_image():
    generator = torch.Generator()
    assert draw_windows((30, 40), None, 4, generator) == [
        Region((0, 0), (30, 40))
    ]


@given(
    shape=st.lists(st.integers(16, 100), min_size=1, max_size=3),
    side=st.integers(20, 90),
    halo=st.integers(0, 30),
)
def test_tiles_cover_each_pixel_once_inside_their_windows(shape, side, halo):
    covered = torch.zeros(shape)
    for tile, window in tile_windows(shape, side, halo):
        tile.cut(covered).add_(1)
        assert max(tile.shape) <= side
        for start, extent, at, size, limit in zip(
            tile.start,
            tile.shape,
            window.start,
            window.shape,
            shape,
            strict=True,
        ):
            assert at == max(0, start - halo)
            assert at + size == min(limit, start + extent + halo)
    assert (covered == 1).all()


def test_cutting_stacks_windows():
    image = torch.arange(48.0).reshape(1, 2, 4, 6)
    windows = [Region((0, 1), (2, 3)), Region((2, 3), (2, 3))]
    stack = cut_all(image, windows)
    assert stack.shape == (2, 2, 2, 3)
    assert torch.equal(stack[1], image[0, :, 2:4, 3:6])


def test_a_region_of_three_axes_is_cut_moved_and_found_again():
    volume = torch.arange(4 * 5 * 6.0).reshape(1, 4, 5, 6)
    region = Region((1, 2, 3), (2, 3, 2))
    assert torch.equal(region.cut(volume), volume[:, 1:3, 2:5, 3:5])
    assert np.array_equal(region.cut(volume.numpy()), region.cut(volume))
    same, outer = region.with_halo(1, volume.shape[1:])
    assert (same, outer) == (region, Region((0, 1, 2), (4, 4, 4)))
    inner = region.inside(outer)
    assert torch.equal(inner.cut(outer.cut(volume)), region.cut(volume))
    assert inner.moved(*outer.start) == region
    assert Region.whole(volume.shape[1:]).cut(volume).shape == volume.shape


def test_the_draws_of_two_axes_are_what_they_were():
    generator = torch.Generator().manual_seed(3)
    windows = draw_windows((90, 80), 20, 2, generator)
    assert [w.start for w in windows] == [(46, 19), (7, 3)]


def test_windows_of_a_volume_lie_inside_it():
    generator = torch.Generator().manual_seed(0)
    shape = (40, 100, 70)
    windows = draw_windows(shape, 64, 50, generator)
    assert {w.shape for w in windows} == {(32, 32, 32)}
    assert len({w.start for w in windows}) == 50
    for axis, length in enumerate(shape):
        assert max(w.stop[axis] for w in windows) <= length
