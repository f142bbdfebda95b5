from __future__ import annotations

import torch
from hypothesis import given
from hypothesis import strategies as st

from napari_dip.grid.regions import (
    Window,
    cut_all,
    draw_windows,
    tile_windows,
    whole,
)

sides = st.integers(16, 200)


@given(height=sides, width=sides, side=st.integers(8, 64), seed=sides)
def test_windows_are_drawn_inside_the_image(height, width, side, seed):
    generator = torch.Generator().manual_seed(seed)
    windows = draw_windows((height, width), side, 3, generator)
    assert len(windows) == 3
    assert len({(w.height, w.width) for w in windows}) == 1
    for window in windows:
        assert 0 <= window.top <= window.top + window.height <= height
        assert 0 <= window.left <= window.left + window.width <= width
        assert max(window.height, window.width) <= side


def test_windows_leave_room_to_shift_on_a_small_image():
    generator = torch.Generator().manual_seed(0)
    for shape, side in (((96, 96), 64), ((60, 200), 32), ((20, 20), 20)):
        (window,) = draw_windows(shape, 128, 1, generator)
        assert (window.height, window.width) == (side, side)


def test_without_a_side_the_whole_image_is_the_window():
    windows = draw_windows((40, 50), None, 3, torch.Generator())
    assert windows == [Window(0, 0, 40, 50)]


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
    assert draw_windows((30, 40), None, 4, generator) == [Window(0, 0, 30, 40)]


@given(
    height=sides,
    width=sides,
    side=st.integers(10, 90),
    halo=st.integers(0, 30),
)
def test_tiles_cover_each_pixel_once_inside_their_windows(
    height, width, side, halo
):
    covered = torch.zeros(height, width)
    for tile, window in tile_windows((height, width), side, halo):
        tile.cut(covered).add_(1)
        assert max(tile.height, tile.width) <= side
        for start, extent, at, size, limit in (
            (tile.top, tile.height, window.top, window.height, height),
            (tile.left, tile.width, window.left, window.width, width),
        ):
            assert at == max(0, start - halo)
            assert at + size == min(limit, start + extent + halo)
    assert (covered == 1).all()


def test_cutting_stacks_windows_and_whole_is_all():
    image = torch.arange(48.0).reshape(1, 2, 4, 6)
    windows = [Window(0, 1, 2, 3), Window(2, 3, 2, 3)]
    stack = cut_all(image, windows)
    assert stack.shape == (2, 2, 2, 3)
    assert torch.equal(stack[1], image[0, :, 2:4, 3:6])
    assert whole(image) == Window(0, 0, 4, 6)
