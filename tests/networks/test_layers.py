from __future__ import annotations

import pytest
import torch
from torch.nn import functional as F

from napari_dip.networks import initialise
from napari_dip.networks.layers import Merge


def enlarged_and_concatenated(merge: Merge, coarse, fine):
    doubled = F.interpolate(coarse, scale_factor=2, mode='nearest')
    together = torch.cat([doubled, fine], dim=1)
    return F.conv2d(together, merge.weight, merge.bias, padding=1)


@pytest.mark.parametrize('shape', [(1, 1), (2, 3), (8, 5)])
def test_it_is_the_convolution_of_the_enlarged_and_concatenated(shape):
    merge = Merge[2](5, 3, 4)
    initialise(merge, 0)
    coarse = torch.randn(2, 5, *shape, requires_grad=True)
    fine = torch.randn(2, 3, *(2 * n for n in shape), requires_grad=True)
    inputs = (coarse, fine, merge.weight, merge.bias)
    found, expected = (
        function(coarse, fine)
        for function in (
            merge,
            lambda *both: enlarged_and_concatenated(merge, *both),
        )
    )
    torch.testing.assert_close(found, expected)
    slope = torch.randn_like(expected)
    for mine, plain in zip(
        torch.autograd.grad(found, inputs, slope),
        torch.autograd.grad(expected, inputs, slope),
        strict=True,
    ):
        torch.testing.assert_close(mine, plain, rtol=1e-4, atol=1e-5)


def test_sums_of_weights_are_not_rounded_by_autocast():
    merge = Merge[2](3, 1, 2)
    with torch.autocast('cpu', torch.bfloat16):
        inside = merge._kernel()
    assert inside.dtype == torch.float32
    assert torch.equal(inside, merge._kernel())
