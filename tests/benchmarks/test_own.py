from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import own
from benchmarks.cases import Problem
from benchmarks.trajectory import Watch
from napari_dip.presets import published
from napari_dip.tasks import denoise_settings as denoising_settings


@pytest.fixture
def called(monkeypatch):
    calls = []

    class Account:
        def to_dict(self, *, histories):
            assert not histories
            return {'iterations': 3}

    class Session(list):
        preview = None

        def result(self):
            return calls[-1][0]

        def record(self):
            return Account()

        def close(self):
            calls.append('closed')

    def function(image, **named):
        calls.append((image, named))
        return Session()

    for module, name in own._START.values():
        where = f'napari_dip.tasks.{module}.{name}'
        monkeypatch.setattr(where, function)
    return calls


def test_neither_truth_nor_noise_level_is_handed_over(called):
    image = np.zeros((8, 8, 3))
    problem = Problem(image, image + 1, channel_axis=2, sigma=25.0)
    result, info = own.restore(
        'denoise', problem, Watch(), preset='fast', seed=4, device='cpu'
    )
    assert result is image
    assert json.dumps(info)
    (given, named), closed = called
    assert given is image
    assert named.keys() == {'channel_axis', 'options'}
    options = named['options']
    assert (options.preset, options.seed, options.device) == ('fast', 4, 'cpu')
    assert options.adjust is None
    assert options.rules == ()
    assert closed == 'closed'


@pytest.mark.parametrize(
    ('task', 'argument', 'value'),
    [
        ('inpaint', 'mask', np.ones((8, 8), bool)),
        ('super_resolve', 'factor', 4),
    ],
)
def test_arguments_of_the_task_are_handed_over(called, task, argument, value):
    image = np.zeros((8, 8))
    problem = Problem(image, image, **{argument: value})
    own.restore(task, problem, Watch(), preset='best', seed=0, device='auto')
    assert called[0][1][argument] is value


def test_the_published_rule_has_its_published_numbers():
    settings = own.with_windowed_variance(published.DENOISING)
    assert settings.stopping.rule == 'variance'
    assert settings.stopping.window == 100
    assert settings.fit.patience == 1000
    assert settings.fit.num_iter == 5000
    assert settings.network == published.DENOISING.network
    longer = own.with_windowed_variance(published.INPAINTING_HALF_MISSING)
    assert longer.fit.num_iter == 11000


def test_settings_can_be_adjusted(tmp_path):
    image = np.random.default_rng(0).poisson(50, (24, 24))
    _, info = own.restore(
        'denoise',
        Problem(image),
        Watch(),
        preset='fast',
        seed=0,
        device='cpu',
        adjust=lambda settings: replace(
            settings, fit=replace(settings.fit, num_iter=2)
        ),
    )
    assert info['iterations'] == 2
    assert denoising_settings.SETTINGS['fast'].fit.num_iter != 2


def test_source_digest_is_short_and_stable():
    assert own.source_digest() == own.source_digest()
    assert len(own.source_digest()) == 12


@pytest.mark.parametrize(
    ('task', 'fits', 'looked_at'),
    [
        ('denoise', 1, 'preview'),
        ('denoise', 2, 'result'),
        ('super_resolve', 1, 'result'),
    ],
)
def test_looks_are_of_what_earlier_looks_were_of(
    monkeypatch, task, fits, looked_at
):
    seen = []

    class Session(list):
        def record(self):
            return SimpleNamespace(
                fits=[None] * fits, to_dict=lambda histories: {}
            )

        def preview(self):
            return 'preview'

        def result(self):
            return 'result'

        def close(self):
            pass

    monkeypatch.setattr(own, 'start', lambda *_: Session(['progress']))
    watch = SimpleNamespace(follow=lambda _, look: seen.append(look()))
    own.restore(task, None, watch, preset='fast', seed=0, device='cpu')
    assert seen == [looked_at]
