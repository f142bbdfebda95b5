from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch

from napari_dip.engine.early_stopping import HeldOut, MovingVariance, NoRule
from napari_dip.engine.fit import Fit
from napari_dip.engine.metrics import WindowedVariance
from napari_dip.images.output import Output
from napari_dip.latents.noise import (
    FixedLatent,
    MeshGridSpec,
    UniformNoiseSpec,
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
        copies=None,
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
        (MeshGridSpec(jitter=0.1), mesh_grid((80, 132))),
    ],
    ids=['noise', 'mesh'],
)
def test_a_latent_has_the_shape_of_the_image_behind_the_data(latent, expected):
    settings = Settings(latent=latent)
    latent = build(settings, Downsample((2, 3)), seed=6).problem.latent
    assert isinstance(latent, FixedLatent)
    assert latent.jitter == 0.1
    assert torch.equal(latent.values, expected)
