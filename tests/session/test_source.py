from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from napari_dip.engine.early_stopping import (
    HeldOut,
    HeldOutEstimate,
    MovingVariance,
    NoRule,
)
from napari_dip.engine.fit import Fit
from napari_dip.engine.losses import total_variation
from napari_dip.engine.metrics import WindowedVariance
from napari_dip.engine.settings import FitSettings
from napari_dip.images.output import Output
from napari_dip.latents.noise import (
    FixedLatent,
    GaussianNoiseSpec,
    ImageSpec,
    MeshGridSpec,
    UniformNoiseSpec,
    gaussian_noise,
    mesh_grid,
    uniform_noise,
)
from napari_dip.operators.downsample import Downsample
from napari_dip.operators.identity import Identity
from napari_dip.presets.settings import (
    Settings,
)
from napari_dip.session.source import Source, make_stage

PLANES = np.random.default_rng(0).normal(50, 5, (1, 40, 44))


def build(settings: Settings, operator=None, known=None, seed=0) -> Fit:
    source = Source(
        PLANES,
        np.ones(PLANES.shape, bool) if known is None else known,
        operator or Identity(),
        torch.device('cpu'),
        seed,
        partial(Output, image=None, defects=0, saturated=0),
        noise=None,
        repeats=None,
        keep_known=False,
        hold_out=False,
    )
    return make_stage(source, settings).fit


def test_held_out_pixels_are_the_part_asked_for_and_measured(tiny):
    stopping = HeldOut(part=0.2)
    known = np.ones(PLANES.shape, bool)
    known[:, :20] = False
    problem = build(Settings(stopping=stopping), known=known).problem
    measured = torch.from_numpy(known)[None]
    assert not problem.held_out[~measured].any()
    assert problem.held_out[measured].mean().item() == pytest.approx(
        0.2, abs=0.04
    )
    assert torch.equal(problem.known.bool(), measured)
    assert (problem.data[~measured] == 0).all()


def test_without_held_out_pixels_all_are_fitted():
    problem = build(Settings(stopping=NoRule())).problem
    assert not problem.held_out.any()


def test_the_moving_variance_can_be_chosen():
    stopping = MovingVariance(window=7, min_start=3)
    metric = build(Settings(stopping=stopping))._rule.metric
    assert isinstance(metric, WindowedVariance)
    assert (metric.window, metric.min_start) == (7, 3)


@pytest.mark.parametrize(
    ('latent', 'expected'),
    [
        (UniformNoiseSpec(2, jitter=0.1), uniform_noise(2, (80, 132), 6)),
        (GaussianNoiseSpec(2, jitter=0.1), gaussian_noise(2, (80, 132), 6)),
        (MeshGridSpec(jitter=0.1), mesh_grid((80, 132))),
    ],
    ids=['noise', 'gaussian', 'mesh'],
)
def test_a_latent_has_the_shape_of_the_image_behind_the_data(latent, expected):
    settings = Settings(latent=latent)
    latent = build(settings, Downsample((2, 3)), seed=6).problem.latent
    assert isinstance(latent, FixedLatent)
    assert latent.jitter == 0.1
    assert torch.equal(latent.values, expected)


def test_blocks_around_held_out_pixels_are_not_fitted():
    stopping = HeldOutEstimate(part=0.02, block=(3, 3))
    problem = build(Settings(stopping=stopping)).problem
    centres = problem.held_out[0, 0].numpy() > 0
    assert 0.01 < centres.mean() < 0.03
    fitted = problem.fitted[0, 0].numpy() > 0
    for row, column in np.argwhere(centres):
        top, left = max(row - 1, 0), max(column - 1, 0)
        assert not fitted[top : row + 2, left : column + 2].any()
    assert fitted.mean() == pytest.approx(1 - 9 * centres.mean(), abs=0.05)


def test_the_image_as_latent_is_a_copy_of_the_data():
    problem = build(Settings(latent=ImageSpec(optimised=True))).problem
    values = problem.latent.values
    assert torch.equal(values.detach(), problem.data)
    assert values.data_ptr() != problem.data.data_ptr()
    assert problem.latent.parameters() == [values]
    larger = build(Settings(latent=ImageSpec()), Downsample((2, 2))).problem
    assert larger.latent.values.shape[2:] == (80, 88)


def test_a_latent_that_is_fitted_changes():
    latent = UniformNoiseSpec(2, optimised=True)
    fit = build(Settings(latent=latent, fit=FitSettings(num_iter=3)))
    before = fit.problem.latent.values.detach().clone()
    for _ in fit:
        pass
    assert not torch.equal(fit.problem.latent.values.detach(), before)


@pytest.mark.slow
def test_total_variation_makes_a_smoother_image():
    found = []
    for weight in (0.0, 5.0):
        settings = FitSettings(num_iter=40, tv_weight=weight)
        latent = UniformNoiseSpec(2)
        fit = build(Settings(latent=latent, fit=settings, stopping=NoRule()))
        for _ in fit:
            pass
        found.append(total_variation(fit.estimate()).item())
    assert found[1] < found[0] / 2
