from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from napari_dip.prior.latents import FixedLatent, mesh_grid, uniform_noise
from napari_dip.prior.networks import TrunkSpec
from napari_dip.prior.operators import Downsample, Identity
from napari_dip.prior.stopping import StopReason, WindowedVariance
from napari_dip.restoration.prepare import Options, prepare
from napari_dip.restoration.settings import (
    LatentSettings,
    Settings,
    StoppingSettings,
)

PLANES = np.random.default_rng(0).normal(50, 5, (1, 40, 44))


def build(settings: Settings, operator=None, known=None, **options):
    return prepare(
        PLANES,
        np.ones(PLANES.shape, bool) if known is None else known,
        operator=operator or Identity(),
        settings=settings,
        options=Options(device='cpu', **options),
        task='denoise',
        arguments={'factor': 1},
        channel_axis=None,
    )


def test_options_become_plain_numbers():
    options = Options(
        seed=np.int64(3), max_num_iter=4.0, time_limit=np.float32(2)
    )
    kinds = [
        type(v)
        for v in (options.seed, options.max_num_iter, options.time_limit)
    ]
    assert kinds == [int, int, float]
    with pytest.raises(ValueError, match='seed'):
        Options(seed=-1)


def test_held_out_pixels_are_the_part_asked_for_and_measured(tiny):
    stopping = StoppingSettings('held_out', held_out=0.2)
    known = np.ones(PLANES.shape, bool)
    known[:, :20] = False
    session = build(Settings(stopping=stopping), known=known)
    problem = session._fit.problem
    measured = torch.from_numpy(known)[None]
    assert not problem.held_out[~measured].any()
    assert problem.held_out[measured].mean().item() == pytest.approx(
        0.2, abs=0.04
    )
    assert torch.equal(problem.known.bool(), measured)
    assert (problem.data[~measured] == 0).all()


def test_without_held_out_pixels_all_are_fitted():
    problem = build(Settings(stopping=StoppingSettings('none')))._fit.problem
    assert not problem.held_out.any()


def test_the_moving_variance_can_be_chosen():
    stopping = StoppingSettings('variance', window=7, min_start=3)
    (rule,) = build(Settings(stopping=stopping))._fit._rules
    assert isinstance(rule, WindowedVariance)
    assert (rule.window, rule.min_start) == (7, 3)


@pytest.mark.parametrize('kind', ['noise', 'mesh'])
def test_a_latent_has_the_shape_of_the_image_behind_the_data(kind):
    settings = Settings(latent=LatentSettings(kind, channels=2, jitter=0.1))
    latent = build(settings, Downsample((2, 3)), seed=6)._fit.problem.latent
    assert isinstance(latent, FixedLatent)
    assert latent.jitter == 0.1
    expected = {
        'noise': uniform_noise(2, (80, 132), 6),
        'mesh': mesh_grid((80, 132)),
    }
    assert torch.equal(latent.values, expected[kind])


def test_the_number_of_iterations_is_only_ever_lowered():
    settings = Settings()
    planned = settings.fit.num_iter
    for most, expected in ((3, 3), (None, planned), (10 * planned, planned)):
        session = build(settings, max_num_iter=most)
        assert session.progress.num_iter == expected
    assert settings.fit.num_iter == planned


def test_the_users_settings_are_not_touched():
    settings = Settings()
    before = replace(settings)
    build(settings, max_num_iter=2)
    assert settings == before


def test_known_pixels_are_a_copy():
    planes = PLANES.copy()
    session = prepare(
        planes,
        planes < 55,
        operator=Identity(),
        settings=Settings(),
        options=Options(device='cpu'),
        task='inpaint',
        arguments={},
        channel_axis=None,
        keep_known=True,
    )
    expected = np.where(planes < 55, planes, 0)
    planes[:] = 0
    next(session)
    known = expected != 0
    np.testing.assert_array_equal(
        session.preview()[None][known], expected[known].astype(np.float32)
    )


class Counts:
    reason = StopReason.VARIANCE_MINIMUM

    def __init__(self):
        self.seen = 0

    def observe(self, observation):
        self.seen = observation.iteration

    def figure(self):
        return torch.tensor(float(self.seen))

    def rewind(self):
        self.seen = 0


def test_settings_can_be_adjusted_and_rules_added_that_end_nothing():
    rule = Counts()
    session = build(
        Settings(network=TrunkSpec((4, 4))),
        adjust=lambda settings: replace(
            settings,
            fit=replace(settings.fit, num_iter=30, patience=10),
            stopping=StoppingSettings('variance', window=100),
        ),
        rules=(rule,),
    )
    assert [progress.iteration for progress in session][-1] == 30
    assert session.brief.settings.fit.patience == 10
    # Its figure only rises, so it would have ended the fit at once.
    assert rule.seen == 30
    assert session.record().figure_history == []
