from __future__ import annotations

import json

import pytest

from benchmarks import runner
from benchmarks import stopping as rules
from benchmarks.datasets.folder import find_case, find_cases
from napari_dip.tasks.presets import deep_image_prior as plain


@pytest.fixture
def small(monkeypatch):
    tiny = plain._light((4, 4), 1, 300)
    monkeypatch.setitem(plain.LIGHT, 'balanced', tiny)


@pytest.mark.usefixtures('small')
def test_all_rules_observe_one_fit_that_none_ends(data):
    case = find_case(data, 'missing-50', 'house')
    record = rules.observe(case, 'light', 48, 240, 0, 'cpu')
    assert json.loads(json.dumps(record)) == record
    assert record['side'] == 48
    assert record['kept'] == sorted(record['kept'])
    assert record['every'] == 10
    assert record['rules'].keys() == rules.RULES.keys()
    for metrics in record['rules'].values():
        assert len(metrics) == len(record['psnr']) == 23
        assert all(value > 0 for value in metrics[10:])


def test_a_fit_is_named_by_its_size_plan_and_seed(data, tmp_path):
    case = find_case(data, 'missing-50', 'house')
    (job,) = rules.jobs([case], 'jpeg', 64, 300, 7, 'cpu')
    assert job.names == ('missing-50', 'house-64', 'dip-jpeg')
    assert job.seed == 7
    assert runner.pending([job], tmp_path, stale=False) == [job]


def test_super_resolution_and_unknown_plans_are_refused_in_words(data):
    cases = find_cases(data, ['set5-x4'])
    with pytest.raises(ValueError, match="'set5-x4' is for super-resolution"):
        rules.jobs(cases, 'light', 32, 200, 0, 'cpu')
    with pytest.raises(ValueError, match="no fit 'nonsense'"):
        rules.jobs([], 'nonsense', 32, 200, 0, 'cpu')
