from __future__ import annotations

import pytest
import torch

from napari_dip.filters.block_groups import (
    Overlap,
    pixels_of_a_block,
    restore_planes,
    similar_blocks,
)
from tests.filters.drawn import white_noise


def test_blocks_that_overlap_are_weighed():
    plane = torch.zeros(2, 3)
    block = pixels_of_a_block(plane, 2)
    assert block.tolist() == [0, 1, 3, 4]
    pixels = torch.tensor([[0], [1]])[..., None] + block
    overlap = Overlap(plane)
    values = torch.tensor([1.0, 5.0])[:, None, None].expand(2, 1, 4)
    overlap.add(values, torch.tensor([3.0, 1.0])[:, None, None], pixels)
    assert overlap.mean().tolist() == [[1, 2, 5]] * 2


@pytest.mark.parametrize('noise', [None, torch.zeros(1, 3, 31, 45)])
def test_each_channel_is_restored_and_comes_back(noise):
    image = white_noise((1, 3, 31, 45))
    given = []

    def keep(firsts, plane, *others):
        given.append((firsts.shape[1], len(others)))
        assert int(firsts[:, 0].max()) < plane.numel()
        return plane

    restored = restore_planes(image, image, noise, 6, 7, keep)
    assert torch.allclose(restored, image, atol=1e-5)
    assert given == [(7, 1 if noise is None else 2)] * 3


def _repeated_texture(side):
    """A random tile of 8 pixels, over and over."""
    generator = torch.Generator().manual_seed(1)
    tile = torch.randn(1, 1, 8, 8, generator=generator)
    return tile.repeat(1, 1, side // 8, side // 8)


def test_similar_blocks_are_found_wherever_they_repeat():
    positions = similar_blocks(_repeated_texture(40))
    rows, columns = positions // 40, positions % 40
    own = positions[:, :1]
    assert torch.equal(own, own.unique()[:, None])
    # Nine copies lie within reach of a block in the middle.
    middle = (rows[:, 0] == 16) & (columns[:, 0] == 16)
    nearest = positions[middle][0, :9]
    assert set((nearest // 40 % 8).tolist()) == {0}
    assert set((nearest % 40 % 8).tolist()) == {0}
    assert rows.max() <= 32
    assert columns.max() <= 32
    assert positions.min() >= 0


def test_blocks_of_planes_beside_are_found_as_far_as_things_move():
    first = white_noise((1, 2, 40, 40))
    beside = first.roll((3, -4), (2, 3)), first.roll((5, 0), (2, 3))
    moved, far = torch.cat([first, *beside[:1]]), torch.cat([first, beside[1]])
    nearest = similar_blocks(moved, alike=2)
    inside = (nearest[:, 0] % 40 >= 4) & (nearest[:, 0] // 40 <= 28)
    # Down by three rows and to the left by four, in the second plane.
    by = 40 * 40 + 3 * 40 - 4
    assert (nearest[inside, 1] - nearest[inside, 0]).unique().tolist() == [by]
    again = similar_blocks(far, alike=2)
    assert not (again[:, 1] - again[:, 0] == 40 * 40 + 5 * 40).any()


def test_of_planes_the_first_is_restored():
    image = white_noise((3, 2, 31, 45))

    def keep(firsts, planes, pilots):
        assert planes.shape == pilots.shape == (3, 32, 48)
        assert int(firsts[:, 0].max()) < planes[0].numel()
        assert int(firsts.max()) > planes[0].numel()
        return planes

    restored = restore_planes(image, image, None, 8, 7, keep)
    torch.testing.assert_close(restored, image[:1])
