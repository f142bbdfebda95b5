from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pytest

from benchmarks import own, runner
from benchmarks.cases import Problem
from benchmarks.trajectory import Watch
from napari_dip.networks import TrunkSpec
from napari_dip.tasks import denoise_settings as denoising_settings


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


def test_oracle_is_the_best_look_and_the_result_counts_as_one():
    watch = Watch(float, looks=6)
    follow(watch, [20, 25, 30, 28, 26, 29], best_iteration=4)
    assert watch.summary() == {
        'automatic': 29.0,
        'automatic_iteration': 4,
        'oracle': 30.0,
        'oracle_iteration': 3,
        'ended': 6,
        'iterations': [1, 2, 3, 4, 5],
        'psnr': [20.0, 25.0, 30.0, 28.0, 26.0],
    }
    best = Watch(float, looks=6)
    follow(best, [20, 25, 30, 28, 26, 31])
    assert best.summary()['oracle_iteration'] == 6
    assert best.summary()['oracle'] == best.summary()['automatic'] == 31


def test_looks_are_regular_and_few():
    watch = Watch(float)
    follow(watch, range(601))
    iterations = watch.summary()['iterations']
    assert iterations == list(range(20, 601, 20))


def test_nothing_is_asked_without_a_truth():
    def estimate():
        raise AssertionError

    watch = Watch()
    watch.follow(Stand(10, reason='ended'), estimate)
    assert watch.summary() is None
    assert watch.seconds == 0


@pytest.fixture
def tiny(monkeypatch):
    settings = denoising_settings.SETTINGS['fast']
    monkeypatch.setitem(
        denoising_settings.SETTINGS,
        'fast',
        replace(settings, network=TrunkSpec((4, 4))),
    )


def restore(watch: Watch):
    image = np.random.default_rng(0).poisson(50, (24, 24))
    return own.restore(
        'denoise',
        Problem(image),
        watch,
        preset='fast',
        seed=3,
        device='cpu',
        adjust=lambda settings: replace(
            settings, fit=replace(settings.fit, num_iter=40)
        ),
    )


def test_a_fit_that_is_watched_gives_the_same_result(tiny):
    alone, _ = restore(Watch())
    watch = Watch(lambda estimate: float(estimate.mean()))
    watched, info = restore(watch)
    np.testing.assert_array_equal(alone, watched)
    course = watch.summary()
    assert course['ended'] == info['iterations'] == 40
    assert len(course['psnr']) == len(course['iterations']) >= 30
    assert watch.seconds > 0


def test_record_has_the_course_of_a_fit_and_of_no_peer(data, tiny):
    words = ('fmd', 'Confocal_MICE')
    record = runner.measure(data, *words, 'dip-fast', 0, 'cpu')
    course = record['trajectory']
    assert course['oracle'] >= course['automatic']
    assert course['ended'] == record['info']['iterations']
    # Thirty looks with SSIM take longer than rounding does.
    assert record['wall_time_s'] >= 0
    peer = runner.measure(data, *words, 'noisy', 0, 'cpu')
    assert 'trajectory' not in peer
