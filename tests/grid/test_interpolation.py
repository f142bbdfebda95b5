from __future__ import annotations

import pytest
import torch

from napari_dip.grid.interpolation import interpolate


def test_linear_between_the_knots_and_constant_beyond():
    knots, values = (
        torch.tensor([0.0, 2.0, 3.0]),
        torch.tensor([1.0, 5.0, 2.0]),
    )
    x = torch.tensor([[-9.0, 0.0, 0.5], [2.0, 2.5, 9.0]])
    expected = torch.tensor([[1.0, 1.0, 2.0], [5.0, 3.5, 2.0]])
    assert torch.allclose(interpolate(x, knots, values), expected)


@pytest.mark.parametrize('x', [-1.0, 2.0, 7.0])
def test_one_knot_has_one_value(x):
    one = torch.tensor([2.0])
    assert interpolate(torch.tensor([x]), one, 3 * one).item() == 6.0


def test_where_need_not_be_contiguous():
    x = torch.tensor([[0.0, 1.0], [0.25, 0.5]]).T
    knots = torch.tensor([0.0, 1.0])
    assert torch.equal(interpolate(x, knots, 10 * knots), 10 * x)
