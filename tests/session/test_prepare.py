from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from napari_dip.engine.early_stopping import MovingVariance, PlantedNoise
from napari_dip.engine.settings import FitSettings
from napari_dip.engine.state import StopReason
from napari_dip.images.acquired import acquire
from napari_dip.latents.noise import UniformNoiseSpec
from napari_dip.latents.planted import PlantedSpec
from napari_dip.networks import UNetSpec
from napari_dip.operators.identity import Identity
from napari_dip.presets.options import Options
from napari_dip.presets.settings import (
    Settings,
)
from napari_dip.session.prepare import prepare

PLANES = np.random.default_rng(0).normal(50, 5, (1, 40, 44))


def build(settings: Settings, operator=None, known=None, **options):
    return prepare(
        acquire(PLANES),
        np.ones(PLANES.shape, bool) if known is None else known,
        operator=operator or Identity(),
        settings=settings,
        options=Options(device='cpu', **options),
        task='denoise',
        arguments={'factor': 1},
    )


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
        acquire(planes),
        planes < 55,
        operator=Identity(),
        settings=Settings(),
        options=Options(device='cpu'),
        task='inpaint',
        arguments={},
        keep_known=True,
    )
    expected = np.where(planes < 55, planes, 0)
    planes[:] = 0
    next(session)
    known = expected != 0
    np.testing.assert_array_equal(
        session.preview()[known], expected[known].astype(np.float32)
    )


class Counts:
    reason = StopReason.VARIANCE_MINIMUM

    def __init__(self):
        self.seen = 0

    def observe(self, observation):
        self.seen = observation.iteration

    def value(self):
        return torch.tensor(float(self.seen))

    def rewind(self):
        self.seen = 0


def test_settings_can_be_adjusted_and_metrics_added_that_end_nothing():
    rule = Counts()
    session = build(
        Settings(network=UNetSpec((4, 4))),
        adjust=lambda settings: replace(
            settings,
            fit=replace(settings.fit, num_iter=30),
            stopping=MovingVariance(window=100, patience=10),
        ),
        metrics=(rule,),
    )
    assert [progress.iteration for progress in session][-1] == 30
    assert session.brief.settings.stopping.patience == 10
    # Its metric only rises, so it would have ended the fit at once.
    assert rule.seen == 30
    assert session.record().metric_history == []


def test_metrics_that_are_added_begin_anew_with_the_second_fit():
    rule = Counts()
    second = Settings(network=UNetSpec((4, 4)), fit=FitSettings(num_iter=3))
    session = build(
        replace(second, fit=FitSettings(num_iter=5), second=second),
        metrics=(rule,),
    )
    seen = []
    for _ in session:
        seen.append(rule.seen)
    assert seen == [1, 2, 3, 4, 0, 1, 2, 3]


def test_noise_that_is_planted_in_a_second_fit_ends_it_and_is_told():
    latent = UniformNoiseSpec(channels=2)
    second = Settings(
        network=UNetSpec((4, 4), norm='batch'),
        latent=PlantedSpec(latent),
        fit=FitSettings(60, learning_rate=0.1, schedule='constant'),
        stopping=PlantedNoise(patience=10),
    )
    session = build(
        replace(
            second,
            latent=latent,
            fit=replace(second.fit, num_iter=5),
            second=second,
        )
    )
    *_, last = session
    record = session.record()
    assert record.reason == StopReason.PLANTED_MINIMUM.name
    (_, first), (iterations, _) = record.fits
    assert first == StopReason.MAX_NUM_ITER.name
    assert iterations < second.fit.num_iter
    assert last.iteration == 5 + iterations
    # Of the second fit alone.
    assert all(n > 5 and value > 0 for n, value in record.metric_history)
    assert PlantedSpec.note in record.notes
    assert np.isfinite(session.result()).all()


def test_a_preset_can_stop_by_the_moving_variance():
    stopping = MovingVariance(window=5, patience=10, min_start=10)
    session = build(Settings(network=UNetSpec((4, 4)), stopping=stopping))
    *_, last = session
    record = session.record()
    assert last.iteration < session.brief.settings.fit.num_iter
    assert record.reason == StopReason.VARIANCE_MINIMUM.name
    assert len(record.metric_history) > 1


def test_the_moving_variance_is_of_whole_images():
    with pytest.raises(ValueError, match='other windows each time'):
        Settings(fit=FitSettings(window=32), stopping=MovingVariance())
