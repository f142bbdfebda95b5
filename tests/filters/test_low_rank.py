from types import SimpleNamespace

import pytest
import torch

from napari_dip.engine.losses import squared_error
from napari_dip.fills.parts import judged_regions
from napari_dip.filters import low_rank as module
from napari_dip.filters.low_rank import complete, mix, mix_in

ROUNDS = 8


def _problem(data, known, held_out):
    return SimpleNamespace(
        data=data,
        known=known,
        held_out=held_out,
        loss=squared_error,
        half=None,
    )


def _half_missing(shape):
    generator = torch.Generator().manual_seed(0)
    known = (torch.rand(shape, generator=generator) < 0.5).float()
    chance = torch.rand(shape, generator=generator)
    return known, known * (chance < 0.02)


def _texture(side):
    rows, columns = torch.meshgrid(
        torch.arange(side), torch.arange(side), indexing='ij'
    )
    return torch.sin(1.1 * columns + 0.4 * rows)[None, None] * 1.4


def test_texture_is_told_from_half_of_its_pixels():
    texture = _texture(96)
    known, held_out = _half_missing(texture.shape)
    data = texture * known
    start = torch.zeros_like(texture)
    problem = _problem(data, known, held_out)
    estimate = complete(start, problem, ROUNDS)
    missing = known == 0
    error = (estimate - texture)[missing].square().mean()
    assert error < 0.02 * texture[missing].square().mean()


def test_held_out_pixels_are_never_looked_at_but_to_judge():
    texture = _texture(64)
    known, held_out = _half_missing(texture.shape)
    start = torch.zeros_like(texture)
    one = complete(start, _problem(texture * known, known, held_out), ROUNDS)
    # Too little to choose another round, too much to go unnoticed.
    changed = (texture + 1e-3 * held_out) * known
    other = complete(start, _problem(changed, known, held_out), ROUNDS)
    assert torch.equal(one, other)


def test_an_estimate_that_cannot_be_bettered_is_kept():
    generator = torch.Generator().manual_seed(1)
    noise = torch.randn((1, 1, 64, 64), generator=generator)
    known, held_out = _half_missing(noise.shape)
    start = torch.zeros_like(noise)
    problem = _problem(noise * known, known, held_out)
    estimate = mix_in(start, problem, ROUNDS)
    judged = (known * held_out) > 0
    before = noise[judged].square().mean()
    assert (noise - estimate)[judged].square().mean() <= before
    assert torch.equal(mix_in(noise, problem, ROUNDS), noise)


def test_texture_stays_within_the_range_of_what_is_known():
    texture = _texture(96).clamp(-0.5, 0.5)
    known, held_out = _half_missing(texture.shape)
    problem = _problem(texture * known, known, held_out)
    found = complete(torch.zeros_like(texture), problem, ROUNDS)
    assert found.abs().max() <= 0.5


def test_a_small_image_is_left_as_it_is():
    start = torch.ones(1, 1, 19, 40)
    known, held_out = _half_missing(start.shape)
    assert (
        complete(start, _problem(2 * start, known, held_out), ROUNDS) is start
    )


def test_a_better_estimate_is_mixed_in_and_a_worse_one_is_not():
    texture = _texture(96)
    known, held_out = _half_missing(texture.shape)
    problem = _problem(texture * known, known, held_out)
    generator = torch.Generator().manual_seed(2)
    noise = torch.randn(texture.shape, generator=generator)
    start, better = texture + 0.5 * noise, texture + 0.05 * noise
    missing = known == 0

    def error(image):
        return float((image - texture)[missing].square().mean())

    assert error(mix([start, better], problem)) < 0.2 * error(start)
    assert torch.equal(mix([better, start], problem), better)


def test_a_channel_that_is_known_tells_another():
    texture = _texture(64)
    both = torch.cat([texture, 0.5 - 2 * texture], dim=1)
    known, held_out = torch.ones_like(both), torch.zeros_like(both)
    known[:, :1], held_out[:, :1] = _half_missing(texture.shape)
    generator = torch.Generator().manual_seed(3)
    noise = torch.randn(both.shape, generator=generator)
    start = both + 0.7 * noise * (known - held_out == 0)
    error = []
    for part in (slice(0, 1), slice(0, 2)):
        given = (one[:, part] for one in (both * known, known, held_out))
        found = complete(start[:, part], _problem(*given), ROUNDS)
        missing = known[:, :1] == 0
        error.append((found[:, :1] - texture)[missing].square().mean())
    assert error[1] < error[0] < 1e-3


def test_the_half_judges_and_the_estimate_is_what_is_mixed_into():
    """Were the estimate judged, the known pixels around would tell it."""
    texture = _texture(96)
    known, held_out = _half_missing(texture.shape)
    problem = _problem(texture * known, known, held_out)
    generator = torch.Generator().manual_seed(2)
    noise = torch.randn(texture.shape, generator=generator)
    estimate = texture + 0.2 * noise
    problem.half = texture
    assert torch.equal(mix_in(estimate, problem, ROUNDS), estimate)
    problem.half = texture + 0.5 * noise
    found = mix_in(estimate, problem, ROUNDS)
    missing = known == 0
    before, after = (
        float((image - texture)[missing].square().mean())
        for image in (estimate, found)
    )
    assert after < 0.5 * before


@pytest.mark.parametrize('is_texture', [True, False])
def test_the_rest_is_looked_at_if_parts_that_judge_gain(
    monkeypatch, is_texture
):
    image = _texture(256)
    if not is_texture:
        generator = torch.Generator().manual_seed(1)
        image = torch.randn(image.shape, generator=generator)
    known, held_out = _half_missing(image.shape)
    part = judged_regions(known[0].numpy() == 0)[0]
    assert part.shape == (128, 128)
    one = torch.zeros_like(held_out)
    part.cut(one).copy_(part.cut(held_out))
    problem = _problem(image * known, known, one)
    looked_at = []

    def watched(start, problem, rounds, where=None):
        looked_at.append(where)
        return complete(start, problem, rounds, where)

    monkeypatch.setattr(module, 'complete', watched)
    start = torch.zeros_like(image)
    found = mix_in(start, problem, ROUNDS)
    assert looked_at == ([part, None] if is_texture else [part])
    assert torch.equal(found, start) == (not is_texture)
