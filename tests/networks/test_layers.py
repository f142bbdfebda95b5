from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional as F

from napari_dip.networks import initialise
from napari_dip.networks.layers import (
    Merge,
    Padded,
    padded_length,
    reflected_indices,
)


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


@given(
    length=st.integers(1, 400),
    multiple=st.sampled_from([2, 16, 32, 64]),
    least=st.integers(2, 4),
)
def test_padded_length_is_the_smallest_that_will_do(length, multiple, least):
    padded = padded_length(length, multiple, least)
    assert padded % multiple == 0
    assert padded >= max(length, least * multiple)
    assert padded - multiple < max(length, least * multiple)


@given(length=st.integers(2, 40), margin=st.integers(0, 150))
def test_reflection_is_that_of_numpy(length, margin):
    indices = reflected_indices(length, length + margin, torch.device('cpu'))
    expected = np.pad(np.arange(length), (0, margin), mode='reflect')
    np.testing.assert_array_equal(indices.numpy(), expected)


def test_a_single_pixel_is_repeated():
    indices = reflected_indices(1, 4, torch.device('cpu'))
    assert indices.tolist() == [0, 0, 0, 0]


class Spy(nn.Module):
    def forward(self, x):
        self.seen = x
        return x


@given(
    height=st.integers(1, 50),
    width=st.integers(1, 50),
    multiple=st.sampled_from([4, 16]),
    least=st.integers(2, 3),
)
def test_body_sees_a_reflected_multiple_and_the_size_returns(
    height, width, multiple, least
):
    spy = Spy()
    image = torch.arange(float(height * width)).reshape(1, 1, height, width)
    assert torch.equal(Padded(spy, multiple, least)(image), image)
    margins = [padded_length(n, multiple, least) - n for n in (height, width)]
    expected = np.pad(
        image[0, 0].numpy(), [(0, m) for m in margins], mode='reflect'
    )
    np.testing.assert_array_equal(spy.seen[0, 0].numpy(), expected)


def test_a_border_is_reflected_on_all_sides_and_cut_off():
    spy = Spy()
    image = torch.rand(1, 1, 20, 24)
    assert torch.equal(Padded(spy, 4, border=8)(image), image)
    expected = np.pad(image[0, 0].numpy(), 8, mode='reflect')
    np.testing.assert_array_equal(spy.seen[0, 0].numpy(), expected)
