"""Bits of small networks and fits of two axes, as they were written down.

They are compared where the processor and PyTorch are those that they were
written on; elsewhere the mean of the result is.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor

from napari_dip.engine.fit import Fit
from napari_dip.engine.problem import Problem
from napari_dip.engine.settings import FitSettings
from napari_dip.latents.blind_spot import BlindSpot
from napari_dip.latents.noise import FixedLatent, uniform_noise
from napari_dip.networks import (
    CNNSpec,
    DeepDecoderSpec,
    SkipSpec,
    UNetSpec,
    build_network,
    initialise,
)
from napari_dip.operators.downsample import Downsample
from napari_dip.operators.identity import Identity

MACHINE = ('AVX512', '2.13.0+cpu')
SHAPE = (45, 58)


def random(*shape: int, seed: int = 1) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator)


def network(spec, channels_in: int):
    made = build_network(spec, channels_in, 1)
    initialise(made, 3)
    return made


def skip(**options) -> SkipSpec:
    return SkipSpec(
        down=(8, 8, 9),
        up=(8, 9, 8),
        skip=(2, 0, 2),
        down_kernel=(3, 5, 3),
        up_kernel=(3, 3, 3),
        upsampling=('bilinear', 'nearest', 'bilinear'),
        **options,
    )


SPECS = {
    'published': skip(),
    'published, others': skip(
        downsampling='average', padding='zeros', pointwise=False, sigmoid=False
    ),
    'U-Net': UNetSpec((8, 9, 12)),
    'U-Net with batch norm': UNetSpec((8, 9, 12), norm='batch'),
    'U-Net at full resolution': UNetSpec((8, 9), reduction=1),
    'CNN': CNNSpec(8, 4),
    'deep decoder': DeepDecoderSpec(width=8, depth=4),
}


@torch.no_grad()
def evaluated(name: str) -> Tensor:
    return network(SPECS[name], 3)(random(1, 3, *SHAPE))


def fitted(spec, latent, operator=None, **settings) -> Tensor:
    operator = operator or Identity()
    data = random(1, 1, *SHAPE, seed=2)
    held_out = (random(1, 1, *SHAPE, seed=4) > 1.5).float()
    known = torch.ones_like(data)
    if latent is None:
        latent = BlindSpot(data, known, held_out, 0.3)
    problem = Problem(
        network(spec, latent.channels),
        latent,
        operator,
        data,
        known,
        held_out,
    )
    fit = Fit(problem, FitSettings(num_iter=6, **settings), seed=5)
    for _ in fit:
        pass
    return fit.estimate()


def noise(factor: int = 1) -> FixedLatent:
    shape = tuple(factor * n for n in SHAPE)
    return FixedLatent(uniform_noise(3, shape, 0, 1.0), 0.03)


WINDOWS = {
    'window': 32,
    'num_windows': 2,
    'average': 'weights',
    'num_samples': 2,
    'augment': True,
    'optimiser': 'muon',
    'gradient_clipping': 2.0,
}
FITS: dict[str, Callable[[], Tensor]] = {
    'published': lambda: fitted(skip(), noise(), schedule='constant'),
    'U-Net with batch norm': lambda: fitted(
        UNetSpec((8, 8), norm='batch'), noise(), optimiser='muon'
    ),
    'windows': lambda: fitted(UNetSpec((8, 8, 9)), None, **WINDOWS),
    'windows, CNN': lambda: fitted(CNNSpec(8, 4), None, **WINDOWS),
    'super-resolution': lambda: fitted(
        UNetSpec((8, 8)), noise(2), Downsample((2, 2), 'lanczos2')
    ),
}

#: First digits of the bits' digest, and mean of the result.
EVALUATED: dict[str, tuple[str, float]] = {
    'published': ('624241d44fd07e1b', 0.521747),
    'published, others': ('8644482e729dfbe6', -0.081631),
    'U-Net': ('b6025f8654e4e0bf', -0.004099),
    'U-Net with batch norm': ('cce006fe16d6b87f', -0.00686),
    'U-Net at full resolution': ('2cdb6b8e2cf364f3', 0.006068),
    'CNN': ('90a602b0db736499', 0.018698),
    'deep decoder': ('a82d79a9f94caeed', 0.208548),
}
FITTED: dict[str, tuple[str, float]] = {
    'published': ('40353f08f79ad6f2', 0.486409),
    'U-Net with batch norm': ('141bf1ad8ac5cdb3', 0.01091),
    'windows': ('8927ff363d9f6c06', -0.005118),
    'windows, CNN': ('c0b817d42999d224', 0.103532),
    'super-resolution': ('97fdcecb55bc5158', 0.011122),
}


@pytest.fixture(autouse=True)
def one_thread():
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


def look(result: Tensor) -> tuple[str, float]:
    values = np.ascontiguousarray(result.numpy())
    digest = hashlib.sha256(values.tobytes()).hexdigest()[:16]
    return digest, float(values.mean(dtype=float))


def compare(result: Tensor, expected: tuple[str, float]) -> None:
    found = look(result)
    machine = torch.backends.cpu.get_cpu_capability(), torch.__version__
    if machine == MACHINE:
        assert found[0] == expected[0]
    assert found[1] == pytest.approx(expected[1], abs=1e-3)


@pytest.mark.parametrize('name', SPECS)
def test_a_network_gives_what_it_gave(name):
    compare(evaluated(name), EVALUATED[name])


@pytest.mark.parametrize('name', FITS)
def test_a_fit_gives_what_it_gave(name):
    compare(FITS[name](), FITTED[name])
