from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks import own
from benchmarks.cases import Problem


@pytest.fixture
def called(monkeypatch):
    calls = []

    class Account:
        def to_dict(self, *, histories):
            assert not histories
            return {'iterations': 3}

    def function(image, *positional, **named):
        calls.append((positional, named))
        return image, Account()

    for task in ('denoise', 'inpaint', 'super_resolve'):
        monkeypatch.setattr(f'napari_dip.{task}', function, raising=False)
    return calls


def test_neither_truth_nor_noise_level_is_handed_over(called):
    image = np.zeros((8, 8, 3))
    problem = Problem(image, image, channel_axis=2, sigma=25.0)
    result, info = own.restore(
        'denoise', problem, preset='fast', seed=4, device='cpu'
    )
    assert result is image
    assert json.dumps(info)
    assert called == [
        (
            (),
            {
                'channel_axis': 2,
                'preset': 'fast',
                'seed': 4,
                'device': 'cpu',
                'return_info': True,
            },
        )
    ]


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
    own.restore(task, problem, preset='best', seed=0, device='auto')
    ((_, named),) = called
    assert named[argument] is value


def test_source_digest_is_short_and_stable():
    assert own.source_digest() == own.source_digest()
    assert len(own.source_digest()) == 12
