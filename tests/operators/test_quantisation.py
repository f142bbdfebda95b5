from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_dip.operators.quantisation import Quantisation

STEPS = torch.arange(4.0, 68.0).reshape(1, 8, 8)
firsts = st.tuples(st.integers(0, 7), st.integers(0, 7))


def drawn(height: int, width: int, seed: int = 0) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return 40 * torch.randn((1, 1, height, width), generator=generator)


@settings(deadline=None, max_examples=10)
@given(st.integers(2, 4), st.integers(2, 4))
def test_what_was_compressed_is_an_image_that_can_have_been(rows, columns):
    image = drawn(8 * rows, 8 * columns)
    zero = torch.zeros(1)
    data = Quantisation(image, STEPS, zero=zero).compress(image)
    found = Quantisation(data, STEPS)
    torch.testing.assert_close(found.project(image), image, atol=1e-3, rtol=0)
    torch.testing.assert_close(found(image), data, atol=1e-3, rtol=0)


@settings(deadline=None, max_examples=10)
@given(firsts, st.integers(16, 30), st.integers(16, 30))
def test_a_projection_is_one_wherever_blocks_begin(first, height, width):
    operator = Quantisation(drawn(height, width), STEPS, first)
    once = operator.project(drawn(height, width, seed=1))
    assert once.shape == (1, 1, height, width)
    top, left = first
    inside = (
        ...,
        slice(top, top + (height - top) // 8 * 8),
        slice(left, left + (width - left) // 8 * 8),
    )
    again = operator.project(once)[inside]
    torch.testing.assert_close(again, once[inside], atol=1e-3, rtol=0)


def test_what_is_compressed_twice_stays():
    image = drawn(32, 24)
    operator = Quantisation(image, STEPS)
    once = operator.compress(image)
    torch.testing.assert_close(operator.compress(once), once)
    assert not torch.equal(once, image)


def test_a_level_that_was_kept_is_kept_by_all_blocks():
    # Steps of the mean of a block are 20 / 8 of a level.
    flat = torch.full((1, 1, 32, 32), 2.5 * 41 + 0.9)
    flat[..., 8:16, 8:16] += 2.5 * 7
    operator = Quantisation(flat, torch.full((1, 8, 8), 20.0))
    torch.testing.assert_close(operator.compress(flat), flat)
    spread = operator.average(flat)[..., 24:, 24:]
    torch.testing.assert_close(spread, flat[..., 24:, 24:])


def test_the_gradient_leads_to_the_set():
    data = drawn(16, 16)
    operator = Quantisation(data, STEPS)
    image = (data + drawn(16, 16, seed=1)).requires_grad_()
    loss = (operator(image) - data).square().sum() / 2
    (gradient,) = torch.autograd.grad(loss, image)
    torch.testing.assert_close(
        image.detach() - gradient,
        operator.project(image).detach(),
        atol=1e-3,
        rtol=0,
    )


def test_units_are_of_no_account():
    data, image = drawn(16, 16), drawn(16, 16, seed=1)
    plain = Quantisation(data, STEPS).project(image)
    scaled = Quantisation(data, STEPS).in_units(data / 5, torch.tensor([5.0]))
    torch.testing.assert_close(5 * scaled.project(image / 5), plain)


def test_blocks_of_the_mean_are_laid_in_all_ways():
    rows = torch.arange(48.0)[:, None].expand(1, 1, 48, 48).contiguous()
    operator = Quantisation(rows, torch.full((1, 8, 8), 20.0))
    once = operator.compress(rows)
    assert (operator.average(once) - rows).std() < (once - rows).std()


def test_faint_coefficients_go_and_the_others_stay_as_they_are():
    rows = torch.arange(64.0).expand(1, 1, 64, 64)
    noisy = rows + torch.randn(rows.shape, generator=torch.manual_seed(0))
    operator = Quantisation(noisy, torch.full((1, 8, 8), 12.0))
    error = (operator.average(noisy) - rows).square().mean()
    assert error < 0.1 < (noisy - rows).square().mean()
    strong = 100 * noisy
    torch.testing.assert_close(
        Quantisation(strong, operator.steps).average(strong),
        strong,
        atol=12.0,
        rtol=0,
    )


def test_it_takes_planes():
    with pytest.raises(NotImplementedError, match='JPEG'):
        Quantisation(torch.zeros(1, 1, 8, 8, 8), STEPS)
