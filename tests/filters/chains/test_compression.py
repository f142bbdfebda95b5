from types import SimpleNamespace

import torch

from napari_dip.filters.chains.compression import Decompress
from napari_dip.operators.quantisation import Quantisation


def test_it_comes_nearer_and_stays_what_can_have_been_compressed():
    rows, columns = torch.meshgrid(
        torch.arange(48.0), torch.arange(48.0), indexing='ij'
    )
    truth = (100 + 40 * torch.sin(columns / 4 + rows / 9))[None, None]
    steps = torch.full((1, 8, 8), 30.0)
    data = Quantisation(truth, steps).compress(truth)
    operator = Quantisation(data, steps)
    problem = SimpleNamespace(data=data, operator=operator)
    estimate = operator.average(data)
    shown = Decompress().preview(estimate, problem)
    torch.testing.assert_close(shown, operator.project(estimate))
    found = Decompress().apply(estimate, problem)
    torch.testing.assert_close(
        operator.project(found), found, atol=1e-2, rtol=0
    )
    error = (found - truth).square().mean()
    assert error < 0.8 * (data - truth).square().mean()


def test_an_image_smaller_than_a_block_group_is_only_projected():
    data = torch.full((1, 1, 8, 8), 3.0)
    operator = Quantisation(data, torch.full((1, 8, 8), 2.0))
    problem = SimpleNamespace(data=data, operator=operator)
    found = Decompress().apply(data + 10, problem)
    torch.testing.assert_close(found, operator.project(data + 10))
