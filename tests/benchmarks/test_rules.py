from __future__ import annotations

import json

import pytest

from benchmarks import results, rules
from benchmarks.datasets import find_case, find_cases
from napari_dip.networks import TrunkSpec


def fit(psnr, figures=None, case='a') -> dict:
    return {
        'case': case,
        'iterations': [20 * (i + 1) for i in range(len(psnr))],
        'psnr': psnr,
        'rules': {'es-wmv': figures},
    }


def test_a_rule_is_judged_by_what_it_chose_and_when_it_was_sure():
    record = fit(
        [20, 26, 30, 29, 28, 27, 26],
        [None, 5, 4, 3, 4, 5, 1],
    )
    assert rules.stop(record, 'es-wmv', 40) == rules.Stop(80, 120, 1)
    # More patience: it goes past the valley to the end.
    assert rules.stop(record, 'es-wmv', 100) == rules.Stop(140, 140, 4)


def test_a_rule_without_a_figure_gives_what_there_is_at_the_end():
    record = fit([20, 26, 25], [None, None, None])
    assert rules.stop(record, 'es-wmv', 100) == rules.Stop(60, 60, 1)


def test_the_oracle_is_where_the_truth_says():
    assert rules.oracle(fit([20, 26, 25])) == 40


def test_fixed_number_is_the_best_of_the_other_images_alone():
    fits = [
        fit([20, 26, 25], case='a'),
        fit([20, 21, 25], case='b'),
        fit([30, 20, 20], case='c'),
    ]
    assert rules.best_fixed(fits, fits[2]) == 60
    assert rules.best_fixed(fits, fits[1]) == 20
    assert rules.best_fixed(fits[:1], fits[0]) is None
    assert rules.stop_at(fits[0], 60) == rules.Stop(60, 60, 1)


@pytest.fixture
def small(monkeypatch):
    def adjust(settings, num_iter):
        settings = rules._light(settings, num_iter)
        return rules.replace(settings, network=TrunkSpec((4, 4)))

    plan = rules.Plan('small', 'fast', adjust)
    monkeypatch.setitem(rules.PLANS, 'light', plan)


def test_all_rules_observe_one_fit_that_none_ends(data, small, tmp_path):
    case = find_case(data, 'missing-50', 'house')
    known = {'size': 32, 'num_iter': 240, 'seed': 0}
    record = rules.observe(case, 'light', device='cpu', **known)
    assert json.loads(json.dumps(record))['psnr'] == record['psnr']
    assert record['shape'] == [32, 32]
    assert record['iterations'] == list(range(20, 240, 20))
    assert record['rules'].keys() == rules.RULES.keys()
    for figures in record['rules'].values():
        assert len(figures) == len(record['psnr']) == 11
        assert all(value > 0 for value in figures[5:])
    results.store(record, tmp_path)
    assert rules.pending([case], 'light', folder=tmp_path, **known) == []
    longer = known | {'num_iter': 400}
    left = rules.pending([case], 'light', folder=tmp_path, **longer)
    assert left == [case]


def test_enlargement_is_refused_in_words(data, tmp_path):
    cases = find_cases(data, collections=['set5-x4'])
    with pytest.raises(ValueError, match="'set5-x4' enlarges"):
        rules.pending(
            cases, 'light', size=32, num_iter=200, seed=0, folder=tmp_path
        )
