from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from napari_dip.engine.averaging.uncertainty import DRAWS, Evidence
from napari_dip.latents.base import Draw
from napari_dip.operators.downsample import Downsample
from napari_dip.operators.identity import Identity

SHAPE = (1, 1, 160, 160)
NOISE = 1.0


def smooth(image: torch.Tensor) -> torch.Tensor:
    """Make neighbours share most of their value, at unit variance."""
    kernel = torch.ones(1, 1, 7, 7) / 7
    return F.conv2d(F.pad(image, (3, 3, 3, 3), 'circular'), kernel)


def draws(error: torch.Tensor, wobble: torch.Tensor | float, seed: int = 1):
    """Predictions that are off by `error` and differ from draw to draw."""
    generator = torch.Generator().manual_seed(seed)
    for _ in range(DRAWS):
        kept = torch.rand(SHAPE, generator=generator) > 0.15
        noise = torch.randn(SHAPE, generator=generator)
        draw = Draw(torch.empty(0), hidden=(~kept).float())
        yield draw, error + wobble * smooth(noise)


@pytest.fixture
def generator() -> torch.Generator:
    return torch.Generator().manual_seed(0)


@pytest.mark.parametrize('size', [0.2, 0.5])
def test_the_error_is_told_from_noise_of_unknown_variance(generator, size):
    error = size * smooth(torch.randn(SHAPE, generator=generator))
    data = NOISE * torch.randn(SHAPE, generator=generator)
    deviation = Evidence.from_draws(data, draws(error, 0.05)).deviation()
    assert deviation.shape == SHAPE
    found = deviation.square().mean().sqrt().item()
    assert found == pytest.approx(size, rel=0.2)


def test_it_is_greater_where_the_draws_differ_more(generator):
    worse = torch.ones(SHAPE)
    worse[..., :80] = 0.2
    error = 0.6 * worse * smooth(torch.randn(SHAPE, generator=generator))
    data = NOISE * torch.randn(SHAPE, generator=generator)
    evidence = Evidence.from_draws(data, draws(error, 0.05 * worse))
    deviation = evidence.deviation()
    right = deviation[..., 100:].square().mean().sqrt().item()
    assert right == pytest.approx(0.6, rel=0.2)
    assert deviation[..., :60].mean() < 0.4 * right


def test_it_is_never_less_than_the_data_can_tell(generator):
    data = NOISE * torch.randn(SHAPE, generator=generator)
    none = torch.zeros(SHAPE)
    evidence = Evidence.from_draws(data, draws(none, 0.001))
    deviation = evidence.deviation()
    pairs = evidence.count.sum().item()
    assert deviation.min() > 0.5 * NOISE / pairs**0.25
    assert deviation.max() < 0.3 * NOISE


def test_variance_over_the_draws():
    outputs = [torch.full(SHAPE, value) for value in (1.0, 3.0, 8.0)]
    nothing = torch.zeros(SHAPE)
    evidence = Evidence.from_draws(
        nothing, [(Draw(nothing, hidden=nothing), x) for x in outputs]
    )
    torch.testing.assert_close(evidence.variance, torch.full(SHAPE, 13.0))
    assert evidence.count.sum() == 0


def test_channels_are_judged_apart(generator):
    sizes = torch.tensor([0.2, 0.8]).reshape(1, 2, 1, 1)
    noise = torch.randn((1, 2, *SHAPE[2:]), generator=generator)
    error = sizes * torch.cat([smooth(x[None, None]) for x in noise[0]], 1)
    data = torch.randn(error.shape, generator=generator)

    def both():
        for draw, output in draws(torch.zeros(SHAPE), 0.05):
            hidden = draw.hidden.expand(error.shape)
            yield Draw(draw.latent, hidden=hidden), output + error

    deviation = Evidence.from_draws(data, both()).deviation()
    found = deviation.square().mean(dim=(0, 2, 3)).sqrt()
    torch.testing.assert_close(found, sizes.flatten(), rtol=0.2, atol=0)


def test_through_one_tensor_and_back(generator):
    data = torch.randn((1, 3, 8, 9), generator=generator)
    draw = Draw(data, hidden=torch.ones_like(data))
    evidence = Evidence.from_draws(data, [(draw, data / 2)])
    back = Evidence.from_tensor(evidence.to_tensor())
    assert torch.equal(back.deviation(), evidence.deviation())


def test_held_out_errors_scale_the_deviation(make_problem, generator):
    problem = make_problem(shape=(96, 96), operator=Identity())
    noise = torch.randn(problem.data.shape, generator=generator)
    estimate = problem.data + 0.3 * noise
    spread = torch.full_like(estimate, 1e-4)
    found = Evidence.from_held_out(spread, problem, estimate).deviation()
    torch.testing.assert_close(
        found, torch.full_like(found, 0.3), rtol=0.15, atol=0
    )


def test_fewer_data_than_pixels(make_problem):
    problem = make_problem(shape=(40, 40), operator=Downsample((2, 2)))
    estimate = torch.zeros(1, 1, 80, 80)
    spread = torch.ones_like(estimate)
    found = Evidence.from_held_out(spread, problem, estimate).deviation()
    assert found.shape == estimate.shape
    judged = problem.held_out > 0
    expected = problem.data[judged].square().mean().sqrt().item()
    assert found.mean().item() == pytest.approx(expected, rel=0.05)
