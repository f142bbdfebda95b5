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
