from __future__ import annotations

import pytest
import torch

from napari_dip.operators.back_projection import agree, enlarge
from napari_dip.operators.downsample import Downsample


@pytest.mark.parametrize('factors', [(1, 1), (2, 2), (3, 1), (4, 5), (8, 2)])
def test_a_constant_stays_one(factors):
    image = torch.full((2, 3, 7, 9), 5.0)
    expected = torch.full((2, 3, 7 * factors[0], 9 * factors[1]), 5.0)
    torch.testing.assert_close(enlarge(image, factors), expected)


@pytest.mark.parametrize('factor', [2, 3, 4])
def test_a_slope_is_not_shifted(factor):
    rows = torch.arange(20.0)[:, None].expand(1, 1, 20, 16).contiguous()
    found = enlarge(rows, (factor, 1))[0, 0, :, 0]
    expected = (torch.arange(20.0 * factor) + 0.5) / factor - 0.5
    inner = slice(4 * factor, -4 * factor)
    assert (found - expected)[inner].abs().max() < 0.02


def test_what_agrees_gives_the_data_where_they_are_known():
    generator = torch.Generator().manual_seed(0)
    data = torch.randn((1, 1, 12, 12), generator=generator)
    known = torch.ones_like(data)
    known[..., 5, 6] = 0
    operator = Downsample((2, 3), 'lanczos3')
    start = torch.zeros(1, 1, 24, 36)
    left = (data - operator(agree(start, data, known, operator))) * known
    assert left[..., 2:-2, 2:-2].std() < 0.1
    unknown = agree(start, data, torch.zeros_like(data), operator)
    assert torch.equal(unknown, start)
