from __future__ import annotations

import torch

from napari_dip.engine.problem import Problem
from napari_dip.filters.chains.self_similarity import SelfSimilarity
from napari_dip.operators.downsample import Downsample

REDUCE = Downsample((2, 2), 'lanczos3')
FILTER = SelfSimilarity()


def problem_of(data):
    ones = torch.ones_like(data)
    return Problem(
        torch.nn.Identity(),
        latent=None,
        operator=REDUCE,
        data=data,
        known=ones,
        held_out=0 * ones,
        deviation=torch.ones(1, 1, 1, 1),
    )


def test_what_similar_blocks_do_not_share_is_taken_out():
    generator = torch.Generator().manual_seed(0)
    stripes = torch.arange(96).div(6, rounding_mode='floor') % 2
    truth = (stripes - 0.5).expand(1, 1, 96, 96).contiguous()
    chance = 0.05 * torch.randn(truth.shape, generator=generator)
    data = REDUCE(truth)
    found = FILTER.apply(truth + chance, problem_of(data))
    before, after = (
        (image - truth).square().mean() for image in (truth + chance, found)
    )
    assert after < 0.3 * before
    torch.testing.assert_close(REDUCE(found), data, atol=0.01, rtol=0)


def test_an_image_smaller_than_its_blocks_is_left_alone():
    small = torch.rand(1, 1, 16, 16)
    assert FILTER.apply(small, problem_of(REDUCE(small))) is small
