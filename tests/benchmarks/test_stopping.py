from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks import runner
from benchmarks import stopping as rules
from benchmarks.cases import Problem
from benchmarks.datasets.folder import find_case
from napari_dip.tasks.presets import deep_image_prior as plain


@pytest.fixture
def small(monkeypatch):
    tiny = plain._light((4, 4), 1, 300)
    monkeypatch.setitem(plain.LIGHT, 'balanced', tiny)


@pytest.mark.usefixtures('small')
def test_all_rules_observe_one_fit_that_none_ends(data):
    case = find_case(data, 'missing-50', 'house')
    record = rules.observe(case, 'light', 48, 240, 'cpu')
    assert json.loads(json.dumps(record)) == record
    assert record['side'] == 48
    assert record['kept'] == sorted(record['kept'])
    assert record['every'] == 10
    assert record['rules'].keys() == rules.RULES.keys()
    for name, metrics in record['rules'].items():
        assert len(metrics) == len(record['psnr']) == 23
        told = name not in ('discrepancy', 'whitest')
        # Half of the pixels are missing, the others have no noise.
        assert all((value is not None) == told for value in metrics[10:])


def test_a_fit_is_named_by_its_size_and_plan(data, tmp_path):
    case = find_case(data, 'missing-50', 'house')
    (job,) = rules.jobs([case], 'jpeg', 64, 300, 'cpu')
    assert job.names == ('missing-50', 'house-64', 'dip-jpeg')
    assert runner.pending([job], tmp_path, stale=False) == [job]


def test_residuals_tell_noise_from_structure():
    rows, columns = np.mgrid[:64, :64]
    truth = 100 + 40 * np.sin(columns / 7) * np.cos(rows / 9)
    noise = np.random.default_rng(0).normal(0, 10, truth.shape)
    look = rules.residual_of(Problem(truth + noise))
    right, blurred = look(truth), look(np.full_like(truth, 100))
    assert right['discrepancy'] < 1.2 < blurred['discrepancy']
    assert right['whitest'] < 2.5 < blurred['whitest']
    assert look(truth + noise)['whitest'] is None


def test_what_is_reduced_is_fitted_whole_and_unknown_plans_are_refused(data):
    case = find_case(data, 'set5-x4', 'butterfly')
    (job,) = rules.jobs([case], 'published', 32, 200, 'cpu')
    assert job.names == ('set5-x4', 'butterfly', 'dip-published')
    with pytest.raises(ValueError, match="no fit 'nonsense'"):
        rules.jobs([], 'nonsense', 32, 200, 'cpu')
