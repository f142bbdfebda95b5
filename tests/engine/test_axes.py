"""Fits of a volume, with every part of the equation in three axes."""

from __future__ import annotations

import math

import pytest
import torch
from torch import Tensor, nn

from napari_dip.engine.early_stopping import EarlyStopping
from napari_dip.engine.fit import Fit
from napari_dip.engine.metrics import HeldOutError
from napari_dip.engine.problem import Problem
from napari_dip.engine.settings import FitSettings
from napari_dip.filters.chains.earlier_fit import FrequencySplit
from napari_dip.filters.refinement import (
    BackProjection,
    Bm3d,
    Calibrate,
    LowRank,
    refine,
)
from napari_dip.latents.base import Latent
from napari_dip.latents.blind_spot import BlindSpot
from napari_dip.latents.internal import InternalPairs
from napari_dip.latents.noise import FixedLatent, mesh_grid, uniform_noise
from napari_dip.latents.noise2noise import Noise2Noise
from napari_dip.latents.power_spectrum import measure_spectrum
from napari_dip.networks import (
    CNNSpec,
    SkipSpec,
    UNetSpec,
    build_network,
    initialise,
)
from napari_dip.operators.base import Operator
from napari_dip.operators.blur import Blur
from napari_dip.operators.compose import Compose
from napari_dip.operators.downsample import Downsample
from napari_dip.operators.identity import Identity

SHAPE = (32, 48, 40)
PUBLISHED = SkipSpec((4,) * 5, (4,) * 5, (2,) * 5)


def smooth(shape: tuple[int, ...], channels: int = 1) -> Tensor:
    axes = [torch.linspace(0, 3, n) for n in shape]
    z, y, x = torch.meshgrid(*axes, indexing='ij')
    return (torch.sin(z + y) * torch.cos(x)).expand(1, channels, *shape)


def noisy(shape: tuple[int, ...]) -> Tensor:
    generator = torch.Generator().manual_seed(1)
    noise = torch.randn((1, 1, *shape), generator=generator)
    return smooth(shape) + 0.3 * noise


def chosen(data: Tensor, part: float) -> Tensor:
    generator = torch.Generator().manual_seed(2)
    return (torch.rand(data.shape, generator=generator) < part).to(data)


def fit(
    spec,
    latent: Latent,
    operator: Operator | None = None,
    *,
    shape: tuple[int, ...] = SHAPE,
    seed: int = 0,
    num_iter: int = 4,
    judged: bool = True,
    **settings,
) -> Fit:
    data = noisy(shape)
    network = build_network(spec, latent.channels, 1, len(shape))
    initialise(network, seed)
    problem = Problem(
        network,
        latent,
        operator or Identity(),
        data,
        torch.ones_like(data),
        chosen(data, 0.05),
    )
    options = FitSettings(num_iter=num_iter, check_every=2, **settings)
    rule = EarlyStopping(HeldOutError(), patience=100) if judged else None
    fit = Fit(problem, options, rule, seed=seed)
    for _ in fit:
        pass
    return fit


def blind_spot(**options) -> BlindSpot:
    data = noisy(SHAPE)
    ones = torch.ones_like(data)
    return BlindSpot(data, ones, chosen(data, 0.05), 0.2, **options)


def noise() -> FixedLatent:
    return FixedLatent(uniform_noise(2, SHAPE, 0, 1.0), 0.03)


SPECS = {
    'published': PUBLISHED,
    'U-Net': UNetSpec((4, 6)),
    'U-Net with batch norm': UNetSpec((4, 6), norm='batch'),
    'CNN': CNNSpec(4, 3),
}


@pytest.mark.parametrize(
    'name',
    [
        # It has twice 2 million weights; networks/test_axes.py has it too.
        pytest.param('published', marks=pytest.mark.slow),
        *(name for name in SPECS if name != 'published'),
    ],
)
def test_a_plain_fit_of_a_volume_depends_on_the_seed_alone(name):
    def weights(seed: int) -> list[Tensor]:
        run = fit(SPECS[name], noise(), seed=seed)
        assert run.estimate().shape == (1, 1, *SHAPE)
        assert all(map(math.isfinite, run.loss_history()))
        assert run.problem is not None
        return convolutions(run.problem.network)

    first, again, other = weights(0), weights(0), weights(1)
    assert len(first) > 2
    assert all(map(torch.equal, first, again))
    assert not any(map(torch.equal, first, other))


def convolutions(network: nn.Module) -> list[Tensor]:
    return [
        module.weight.detach()
        for module in network.modules()
        if isinstance(module, nn.Conv3d)
    ]


WINDOWS = {
    'window': 32,
    'num_windows': 2,
    'average': 'weights',
    'num_samples': 2,
    'augment': True,
    'optimiser': 'muon',
    'learning_rate': 0.02,
}


@pytest.mark.parametrize('block', [(1, 1), (3, 5), (1, 3, 5)], ids=str)
def test_the_default_fit_runs_on_windows_of_a_volume(block):
    run = fit(UNetSpec((8, 8)), blind_spot(block=block), **WINDOWS)
    estimate = run.estimate()
    assert estimate.shape == (1, 1, *SHAPE)
    deviation = run.deviation(estimate)
    assert deviation.shape == estimate.shape
    assert torch.isfinite(deviation).all()


def test_muon_takes_the_weights_of_a_volume():
    rates = {}
    for optimiser in ('adam', 'muon'):
        options = {**WINDOWS, 'optimiser': optimiser}
        run = fit(UNetSpec((8, 8)), blind_spot(), num_iter=1, **options)
        assert run.problem is not None
        rates[optimiser] = convolutions(run.problem.network)
    assert len(rates['adam']) > 2
    pairs = list(zip(rates['adam'], rates['muon'], strict=True))
    differ = [not torch.equal(a, b) for a, b in pairs]
    # All but the first and the last, of few channels.
    wide = [min(a.shape[:2]) >= 8 for a, _ in pairs]
    assert differ == wide


@pytest.mark.slow
def test_a_volume_is_learned_from():
    """Noise goes, and the structure stays."""
    run = fit(
        CNNSpec(8, 4),
        blind_spot(),
        num_iter=60,
        **{**WINDOWS, 'window': 16, 'num_samples': 4},
    )
    error = (run.estimate() - smooth(SHAPE)).square().mean()
    assert error < 0.3 * (noisy(SHAPE) - smooth(SHAPE)).square().mean()


def test_blur_and_decimation_are_fitted_through():
    operator = Compose(Blur((0.7, 1.0, 0.0)), Downsample((1, 2, 2)))
    shape = (16, 24, 20)
    wide = operator.image_shape(shape)
    assert wide == (16, 48, 40)
    assert operator.halo(3) == (3, 4, 0)
    latent = FixedLatent(mesh_grid(wide))
    assert latent.channels == 3
    run = fit(UNetSpec((4, 6)), latent, operator, shape=shape)
    estimate = run.estimate()
    assert estimate.shape == (1, 1, *wide)
    assert run.deviation(estimate).shape == estimate.shape


def test_a_volume_is_upsampled_from_coarse_to_fine():
    shape, factors = (16, 24, 20), (1, 2, 2)
    data = noisy(shape)
    latent = InternalPairs(
        data, torch.ones_like(data), factors, 'area', side=12, seed=0
    )
    options = {**WINDOWS, 'augment': False, 'judged': False}
    run = fit(
        CNNSpec(8, 3), latent, Downsample(factors), shape=shape, **options
    )
    estimate = run.estimate(num_samples=2)
    assert estimate.shape == (1, 1, 16, 48, 40)
    assert run.deviation(estimate).shape == estimate.shape


def test_what_has_no_form_for_a_volume_says_so():
    run = fit(CNNSpec(4, 3), noise(), num_iter=1)
    estimate, problem = run.estimate(), run.problem
    assert problem is not None
    for step in (Calibrate(), Bm3d(), LowRank(1), FrequencySplit()):
        with pytest.raises(NotImplementedError, match='filters after a fit'):
            refine(estimate, problem, (step,))
    assert refine(estimate, problem, ()) is estimate
    agreeing = refine(estimate, problem, (BackProjection(),))
    assert agreeing.shape == estimate.shape
    with pytest.raises(NotImplementedError, match='noise power spectrum'):
        measure_spectrum(problem.data - estimate, estimate, problem.known)


def test_repeats_of_a_volume_are_split():
    repeats = torch.cat([noisy(SHAPE), noisy(SHAPE).flip(2), smooth(SHAPE)])
    ones = torch.ones(1, 1, *SHAPE)
    latent = Noise2Noise(repeats, ones, 0 * ones)
    run = fit(CNNSpec(4, 3), latent, **WINDOWS)
    assert run.estimate().shape == (1, 1, *SHAPE)
