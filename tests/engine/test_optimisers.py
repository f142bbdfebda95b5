"""Optimisers of our own against those of torch."""

from __future__ import annotations

import copy
import math
import subprocess
import sys

import pytest
import torch

from napari_dip.engine.optimisers import (
    Adam,
    GradientClipping,
    Muon,
    make_optimiser,
    orthogonalise,
)


def _vectors():
    generator = torch.Generator().manual_seed(0)
    return [
        torch.randn(shape, generator=generator).requires_grad_()
        for shape in ((3, 4), (5,))
    ]


def _loss(weights):
    return sum((w**4 + w).sum() for w in weights)


def test_adam_steps_as_that_of_torch():
    ours, theirs = _vectors(), _vectors()
    adam = Adam(ours, 0.05)
    reference = torch.optim.Adam(theirs, lr=0.05)
    for rate in (0.05, 0.05, 0.02, 0.1):
        adam.learning_rate = reference.param_groups[0]['lr'] = rate
        for optimiser, weights in ((adam, ours), (reference, theirs)):
            optimiser.zero_grad()
            _loss(weights).backward()
            optimiser.step()
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other)


# That of tests/viewer/test_fresh_process.py does not load it either.
@pytest.mark.slow
def test_a_fit_does_not_load_the_compiler():
    code = (
        'import sys, numpy as np; from napari_dip import denoise; '
        'image = np.random.default_rng(0).poisson(9, (16, 16)); '
        'denoise(image, preset="fast", max_num_iter=1, device="cpu"); '
        'sys.exit("torch._dynamo" in sys.modules)'
    )
    assert subprocess.run([sys.executable, '-c', code]).returncode == 0


def _weights():
    generator = torch.Generator().manual_seed(0)
    return [
        torch.randn(shape, generator=generator).requires_grad_()
        for shape in ((16, 8, 3, 3), (8, 16, 1, 1), (16, 2, 3, 3), (16,))
    ]


def _step(optimiser, weights):
    optimiser.zero_grad()
    sum((w**4 + w).sum() for w in weights).backward()
    optimiser.step()


def test_muon_steps_as_that_of_torch():
    ours, theirs = _weights()[:2], _weights()[:2]
    muon = Muon(ours, 0.05)
    # That of torch takes matrices, and keeps a mean that is not normalised.
    flat = [w.detach().flatten(1).requires_grad_() for w in theirs]
    reference = torch.optim.Muon(
        flat,
        lr=0.05,
        weight_decay=0.0,
        momentum=0.95,
        adjust_lr_fn='match_rms_adamw',
    )
    start = [w.detach().clone() for w in ours]
    for _ in range(3):
        _step(muon, ours)
        _step(reference, flat)
    for one, other, first in zip(ours, flat, start, strict=True):
        change = (one - first).detach().flatten(1)
        expected = (other - first.flatten(1)).detach()
        # Its steps are twice as long, and computed in bfloat16.
        assert torch.dist(2 * change, expected) < 0.05 * expected.norm()


def test_a_convolution_of_three_axes_steps_as_one_of_two():
    planes = _weights()[0]
    volumes = planes.detach()[..., None].requires_grad_()
    for weights in ([planes], [volumes]):
        _step(Muon(weights, 0.05), weights)
    assert torch.equal(volumes[..., 0], planes)


def test_weights_that_are_no_wide_convolution_are_left_to_adam():
    ours, theirs = _weights(), _weights()[2:]
    muon, adam = Muon(ours, 0.05), Adam(theirs, 0.05)
    for rate in (0.05, 0.02):
        muon.learning_rate = adam.learning_rate = rate
        _step(muon, ours)
        _step(adam, theirs)
    for one, other in zip(ours[2:], theirs, strict=True):
        torch.testing.assert_close(one, other)


@pytest.mark.parametrize('kind', [Adam, Muon])
def test_restored_moments_lead_the_same_way(kind):
    weights = _weights()
    optimiser = kind(weights, 0.05)
    _step(optimiser, weights)
    saved = copy.deepcopy((optimiser.state_dict(), [w.data for w in weights]))
    _step(optimiser, weights)
    after = [w.detach().clone() for w in weights]
    optimiser.load_state_dict(saved[0])
    for weight, before in zip(weights, saved[1], strict=True):
        weight.data.copy_(before)
    _step(optimiser, weights)
    for weight, expected in zip(weights, after, strict=True):
        torch.testing.assert_close(weight.detach(), expected)


@pytest.mark.parametrize('shape', [(8, 72), (72, 8), (8, 8)])
def test_singular_values_are_brought_near_one(shape):
    generator = torch.Generator().manual_seed(1)
    drawn = torch.randn(shape, generator=generator)
    u, _, v = torch.linalg.svd(drawn, full_matrices=False)
    turned = orthogonalise(u @ torch.diag(torch.logspace(-3, -5, 8)) @ v)
    values = torch.diagonal(u.T @ turned @ v.T)
    assert ((values > 0.6) & (values < 1.3)).all()
    # Nothing but the singular values has changed.
    torch.testing.assert_close(
        u @ torch.diag(values) @ v, turned, atol=1e-3, rtol=0
    )


def test_a_gradient_of_zeros_moves_nothing():
    weight = torch.ones(8, 8, 1, 1, requires_grad=True)
    muon = Muon([weight], 0.1)
    muon.zero_grad()
    (0 * weight).sum().backward()
    muon.step()
    torch.testing.assert_close(weight.detach(), torch.ones(8, 8, 1, 1))


def shortened(limit: GradientClipping, *parts: float) -> list[float]:
    weights = [torch.zeros(1, requires_grad=True) for _ in parts]
    for weight, part in zip(weights, parts, strict=True):
        weight.grad = torch.tensor([part])
    limit(weights)
    return [weight.grad.item() for weight in weights]


def test_usual_gradients_are_taken_as_they_are():
    limit = GradientClipping(2.0)
    for n in range(200):
        assert shortened(limit, 1 + 0.5 * math.sin(n)) == [
            torch.tensor(1 + 0.5 * math.sin(n)).item()
        ]


def test_one_that_is_far_longer_keeps_its_direction():
    limit = GradientClipping(2.0)
    for _ in range(50):
        shortened(limit, 3.0, 4.0)
    torch.testing.assert_close(
        torch.tensor(shortened(limit, -6e6, 8e6)), torch.tensor([-6.0, 8.0])
    )
    # It is no measure of those after it.
    assert shortened(limit, 3.0, 4.0) == [3.0, 4.0]


def test_nothing_is_shortened_before_it_is_known_what_is_usual():
    limit = GradientClipping(2.0)
    assert shortened(limit, 1e3) == [1e3]
    assert shortened(limit, 1e6) == [1e6]


def test_longer_gradients_that_stay_become_usual():
    limit = GradientClipping(2.0)
    for length in [1.0] * 50 + [10.0] * 50:
        last = shortened(limit, length)
    assert last == [10.0]


def test_weights_without_a_gradient_are_left_out():
    weight = torch.zeros(1, requires_grad=True)
    other = torch.zeros(1, requires_grad=True)
    other.grad = torch.ones(1)
    GradientClipping(2.0)([weight, other])
    assert weight.grad is None


@pytest.mark.parametrize(('name', 'kind'), [('adam', Adam), ('muon', Muon)])
def test_an_optimiser_is_made_by_its_name(name, kind):
    weight = torch.ones(8, 8, 3, 3, requires_grad=True)
    optimiser = make_optimiser(name, [weight], 0.1)
    assert isinstance(optimiser, kind)
    assert optimiser.learning_rate == 0.1
