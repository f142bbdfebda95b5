"""Muon of our own against that of torch."""

from __future__ import annotations

import copy

import pytest
import torch

from napari_dip.engine.optimisers.adam import Adam
from napari_dip.engine.optimisers.muon import Muon, orthogonalise


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


def test_it_steps_as_torch_does():
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


def test_restored_moments_lead_the_same_way():
    weights = _weights()
    muon = Muon(weights, 0.05)
    _step(muon, weights)
    saved = copy.deepcopy((muon.state_dict(), [w.data for w in weights]))
    _step(muon, weights)
    after = [w.detach().clone() for w in weights]
    muon.load_state_dict(saved[0])
    for weight, before in zip(weights, saved[1], strict=True):
        weight.data.copy_(before)
    _step(muon, weights)
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
