from __future__ import annotations

import torch

from napari_dip.filters.block_matching import similar_blocks


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
