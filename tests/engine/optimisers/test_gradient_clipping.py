from __future__ import annotations

import math

import torch

from napari_dip.engine.optimisers.gradient_clipping import GradientClipping


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
