from __future__ import annotations

import numpy as np
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from napari_dip.networks.padding import (
    Padded,
    padded_length,
    reflected_indices,
)


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
