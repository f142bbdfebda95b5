from __future__ import annotations

import sys
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from benchmarks.cases import Problem
from benchmarks.peers import networks


@pytest.fixture
def library(monkeypatch):
    """A library whose prior gives its data back, with what it was asked."""
    asked = {}

    def decoder(**options):
        asked['decoder'] = options
        return torch.nn.Identity()

    def prior(network, **options):
        asked['prior'] = options

        def model(data, physics):
            asked['data'] = data
            return data.requires_grad_()

        return model

    stand_in = SimpleNamespace(
        models=SimpleNamespace(ConvDecoder=decoder, DeepImagePrior=prior),
        physics=SimpleNamespace(Denoising=lambda: None),
    )
    monkeypatch.setitem(sys.modules, 'deepinv', stand_in)
    return asked


@pytest.mark.parametrize('shape', [(20, 24), (20, 24, 3)])
def test_data_are_scaled_there_and_back(library, shape):
    image = np.random.default_rng(0).integers(100, 4000, shape, np.uint16)
    result = networks.deep_inverse(Problem(image), seed=0)
    np.testing.assert_allclose(result, image, atol=0.01)
    data = library['data']
    assert data.shape == (1, *((3,) if len(shape) == 3 else (1,)), 20, 24)
    assert (data.min(), data.max()) == (0, 1)


def test_defaults_are_those_of_the_library(library):
    networks.deep_inverse(Problem(np.eye(16)), seed=0)
    assert library['decoder']['img_size'] == (1, 16, 16)
    assert library['decoder']['channels'] == 256
    assert library['prior']['img_size'] == (256, 4, 4)
    assert library['prior']['iterations'] == 2500


def test_diagonals_are_means_of_disjoint_pixels():
    image = torch.arange(16.0).reshape(1, 1, 4, 4)
    down, up = networks._diagonals(image)
    assert down[0, 0].tolist() == [[2.5, 4.5], [10.5, 12.5]]
    assert up[0, 0].tolist() == down[0, 0].tolist()


def test_chequerboard_halves_share_no_pixel():
    image = torch.arange(16.0).reshape(1, 1, 4, 4)
    rows, columns = torch.meshgrid(
        torch.arange(4), torch.arange(4), indexing='ij'
    )
    colour = ((rows + columns) % 2).float()
    assert all(
        half.unique().numel() == 1
        for half in networks._squeezed(colour[None, None])
    )
    first, second = networks._squeezed(image)
    together = torch.cat([first.flatten(), second.flatten()])
    assert sorted(together.tolist()) == list(range(16))


@pytest.mark.parametrize(
    'train',
    [
        lambda problem: networks.noise2noise(problem, 0, 60),
        lambda problem: networks.chequerboard(problem, 0, 4),
    ],
)
@pytest.mark.parametrize('shape', [(17, 20), (16, 15, 3)])
def test_zero_shot_keeps_shape_units_and_seed(train, shape):
    truth = np.linspace(33000, 34000, int(np.prod(shape))).reshape(shape)
    noisy = truth + np.random.default_rng(0).normal(0, 50, shape)
    problem = Problem(noisy, truth)
    first = train(problem)
    assert first.shape == shape
    assert 32500 < first.mean() < 34500
    np.testing.assert_array_equal(first, train(problem))
