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
