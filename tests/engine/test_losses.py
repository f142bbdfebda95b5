from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from napari_dip.engine.losses import squared_error


@given(seed=st.integers(0, 10**6))
def test_it_is_the_weighted_mean_of_squares(seed):
    generator = np.random.default_rng(seed)
    prediction, data = generator.normal(size=(2, 2, 3, 4, 5))
    weight = generator.uniform(size=(2, 3, 4, 5))
    expected = np.average((prediction - data) ** 2, weights=weight)
    tensors = (torch.from_numpy(a) for a in (prediction, data, weight))
    assert squared_error(*tensors).item() == pytest.approx(expected)


def test_pixels_without_weight_count_for_nothing():
    data = torch.zeros(1, 1, 2, 2)
    weight = torch.tensor([[[[1.0, 0.0], [1.0, 0.0]]]])
    prediction = torch.tensor([[[[1.0, 1e18], [3.0, -1e18]]]])
    prediction.requires_grad_()
    error = squared_error(prediction, data, weight)
    error.backward()
    assert error.item() == 5
    assert torch.equal(prediction.grad != 0, weight != 0)


def test_nothing_with_weight_is_no_error():
    one = torch.ones(1, 1, 2, 2)
    assert squared_error(one, 0 * one, 0 * one).item() == 0
