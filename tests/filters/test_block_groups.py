from __future__ import annotations

import pytest
import torch

from napari_dip.filters.block_groups import (
    Overlap,
    pixels_of_a_block,
    restore_planes,
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
