from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.comparisons.uncertainty import POSTERIOR, compare, jobs
from napari_dip.networks import UNetSpec
from napari_dip.tasks.presets.deep_image_prior import LIGHT

RNG = np.random.default_rng(0)


def test_a_perfect_map_is_found_perfect():
    deviation = np.where(np.arange(128) < 64, 1.0, 4.0) * np.ones((128, 1))
    error = deviation * RNG.normal(size=(128, 128))
    figures = compare(error, deviation, np.zeros_like(error))
    assert figures['ratio'] == pytest.approx(1, abs=0.03)
    assert figures['within_1'] == pytest.approx(0.683, abs=0.02)
    assert figures['within_2'] == pytest.approx(0.954, abs=0.01)
    assert figures['correlation'] > 0.95


def test_noise_of_the_truth_is_allowed_for_and_told_apart():
    deviation = np.full((128, 128), 3.0)
    error = 5 * RNG.normal(size=(128, 128))
    figures = compare(error, deviation, np.full((128, 128), 16.0))
    assert figures['within_1'] == pytest.approx(0.683, abs=0.02)
    assert figures['within_1_plain'] < 0.5
    assert figures['correlation'] == 0


@pytest.mark.usefixtures('tiny')
def test_a_case_is_restored_and_compared(data):
    (job,) = jobs(data, ['MICE'], ['fast'], 'cpu')
    assert job.names == ('fmd', 'Confocal_MICE', 'fast')
    record = job.run()
    assert record['group'] == 'confocal'
    assert record['figures']['ratio'] > 0
    assert record['seconds'] > 0


def test_the_posterior_is_compared_too(data, monkeypatch):
    light = LIGHT['fast']
    fit = replace(light.fit, num_iter=20)
    small = replace(light, network=UNetSpec((4, 4), norm='batch'), fit=fit)
    monkeypatch.setitem(LIGHT, 'fast', small)
    (job,) = jobs(data, ['MICE'], [POSTERIOR], 'cpu')
    assert job.names[2] == POSTERIOR
    assert job.run()['figures']['predicted'] > 0
