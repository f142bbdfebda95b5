from __future__ import annotations

import json
from dataclasses import dataclass
from types import SimpleNamespace

import numpy as np
import pytest

from benchmarks import engine
from benchmarks.cases import Problem
from benchmarks.engine import Watch


@dataclass(frozen=True)
class Stand:
    iteration: int
    num_iter: int = 100
    best_iteration: int = 0
    reason: str | None = None


def follow(watch: Watch, values, best_iteration=0) -> None:
    """A fit whose running estimate has these PSNRs, the last the result."""
    *running, result = values
    for iteration, value in enumerate(running, start=1):
        watch.follow(Stand(iteration, len(values)), lambda v=value: v)
    end = Stand(len(values), len(values), best_iteration, 'ended')
    watch.follow(end, lambda: result)


def test_oracle_is_the_best_estimate_and_the_result_counts_as_one():
    watch = Watch(float, looks=6)
    follow(watch, [20, 25, 30, 28, 26, 29], best_iteration=4)
    assert watch.summary() == {
        'automatic': 29.0,
        'oracle': 30.0,
        'oracle_iteration': 3,
    }
    best = Watch(float, looks=6)
    follow(best, [20, 25, 30, 28, 26, 31])
    assert best.summary()['oracle_iteration'] == 6
    assert best.summary()['oracle'] == best.summary()['automatic'] == 31


def test_estimates_are_scored_regularly_and_seldom():
    scored = []
    watch = Watch(lambda value: scored.append(value) or value)
    follow(watch, range(601))
    # The last is the result.
    assert scored == [*range(19, 600, 20), 600]


def test_nothing_is_asked_without_a_truth():
    watch = Watch()
    watch.follow(Stand(10, reason='ended'), lambda: 1 / 0)
    assert watch.summary() == {}
    assert watch.seconds == 0


@pytest.mark.usefixtures('tiny')
def test_a_fit_that_is_watched_gives_the_same_result():
    problem = Problem(np.random.default_rng(0).poisson(50, (48, 48)))
    named = {'preset': 'fast', 'seed': 3, 'device': 'cpu'}
    watch = Watch(lambda estimate: float(estimate.mean()))
    alone, _ = engine.restore('denoise', problem, Watch(), **named)
    watched, info = engine.restore('denoise', problem, watch, **named)
    np.testing.assert_array_equal(alone, watched)
    assert info['iterations'] == 40
    assert json.dumps(info)
    assert watch.seconds > 0


@pytest.mark.parametrize(
    ('task', 'argument', 'value'),
    [
        ('denoise', 'channel_axis', 2),
        ('inpaint', 'mask', np.ones((8, 8), bool)),
        ('super_resolve', 'factor', 4),
    ],
)
def test_neither_truth_nor_noise_level_is_handed_over(
    monkeypatch, task, argument, value
):
    calls = []
    asked = SimpleNamespace(start=lambda *_, **named: calls.append(named))
    where = 'napari_dip.tasks.base.find_task'
    monkeypatch.setattr(where, {task: asked}.get)
    image = np.zeros((8, 8, 3))
    problem = Problem(image, image + 1, sigma=25.0, **{argument: value})
    engine.start(task, problem, 'fast', seed=4, device='cpu')
    options = calls[0].pop('options')
    assert calls == [{argument: value}]
    assert (options.preset, options.seed, options.device) == ('fast', 4, 'cpu')


@pytest.mark.parametrize(
    ('task', 'fits', 'scored'),
    [
        ('denoise', 1, 'preview'),
        ('denoise', 2, 'result'),
        ('super_resolve', 1, 'result'),
    ],
)
def test_what_is_scored_is_one_sample_or_the_whole(
    monkeypatch, task, fits, scored
):
    seen = []

    class Session(list):
        def record(self):
            record = {'fits': [None] * fits, 'to_dict': lambda histories: {}}
            return SimpleNamespace(**record)

        def preview(self):
            return 'preview'

        def result(self):
            return 'result'

        def close(self):
            pass

    monkeypatch.setattr(engine, 'start', lambda *_, **__: Session([None]))
    watch = SimpleNamespace(follow=lambda _, look: seen.append(look()))
    engine.restore(task, None, watch)
    assert seen == [scored]


def test_source_digest_is_short_and_stable():
    assert engine.source_digest() == engine.source_digest()
    assert len(engine.source_digest()) == 12
