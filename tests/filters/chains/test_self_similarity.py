from __future__ import annotations

import torch

from napari_dip.engine.problem import Problem
from napari_dip.filters.chains import self_similarity
from napari_dip.filters.chains.self_similarity import SelfSimilarity
from napari_dip.operators.downsample import Downsample

REDUCE = Downsample((2, 2), 'lanczos3')
FILTER = SelfSimilarity()


def problem_of(data, half=None):
    ones = torch.ones_like(data)
    return Problem(
        torch.nn.Identity(),
        latent=None,
        operator=REDUCE,
        data=data,
        known=ones,
        held_out=0 * ones,
        deviation=torch.ones(1, 1, 1, 1),
        half=half,
    )


def stripes_and_chance():
    generator = torch.Generator().manual_seed(0)
    stripes = torch.arange(96).div(6, rounding_mode='floor') % 2
    truth = (stripes - 0.5).expand(1, 1, 96, 96).contiguous()
    chance = 0.1 * torch.randn((2, *truth.shape), generator=generator)
    return truth, chance


def test_what_similar_blocks_do_not_share_is_taken_out():
    truth, (one, other) = stripes_and_chance()
    data, estimate = REDUCE(truth), truth + (one + other) / 2
    found = FILTER.apply(estimate, problem_of(data, truth + one))
    before, after = (
        (image - truth).square().mean() for image in (estimate, found)
    )
    assert after < 0.3 * before
    torch.testing.assert_close(REDUCE(found), data, atol=0.02, rtol=0)


def test_what_all_samples_have_in_common_stays():
    _, (common, chance) = stripes_and_chance()
    data, few = REDUCE(common), 0.01 * chance
    found = FILTER.apply(common, problem_of(data, common + few))
    kept = FILTER.apply(common, problem_of(data, common + chance))
    torch.testing.assert_close(found, common, atol=2e-3, rtol=0)
    assert (kept - common).std() > 10 * (found - common).std()


def test_where_chance_is_another_a_part_has_its_own_strength():
    truth, (one, other) = stripes_and_chance()
    # Chance in the left half alone, detail that is common in the right.
    one[..., 48:] = other[..., 48:] = 3 * one[..., 48:]
    estimate = truth + (one + other) / 2
    found = FILTER.apply(estimate, problem_of(REDUCE(estimate), truth + one))
    left, right = (found - estimate).abs().split(48, dim=3)
    assert left.mean() > 3 * right.mean()


def test_an_estimate_of_one_sample_is_left_alone():
    image = torch.rand(1, 1, 96, 96)
    assert FILTER.apply(image, problem_of(REDUCE(image))) is image


def test_an_image_smaller_than_its_blocks_is_left_alone():
    small = torch.rand(1, 1, 16, 16)
    problem = problem_of(REDUCE(small), small + 0.1)
    assert FILTER.apply(small, problem) is small


def test_it_ends_where_ever_stronger_is_ever_better(monkeypatch):
    _, (one, other) = stripes_and_chance()
    tried = []

    def nearer(image, problem, strength):
        tried.append(strength)
        return image / (1 + len(tried))

    monkeypatch.setattr(self_similarity, '_drawn', nearer)
    FILTER.apply((one + other) / 2, problem_of(REDUCE(one), one))
    assert max(tried) < 1
    assert len(tried) == 12
