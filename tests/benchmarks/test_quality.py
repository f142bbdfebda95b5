from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks import quality
from benchmarks.datasets.folder import find_case
from benchmarks.methods import LABELS, METHODS, methods_for


def measure(data, name, method, *given):
    case = find_case(data, 'fmd', name)
    (chosen,) = methods_for('denoise', [method])
    return case, quality.measure(case, chosen, 0, 'cpu', *given)


def test_slow_methods_are_run_by_name_or_on_request():
    usual = {method.name for method in methods_for('denoise')}
    every = {method.name for method in methods_for('denoise', slow=True)}
    assert 'dip-best' in every - usual
    named = methods_for('denoise', ['dip-best'])
    assert [method.name for method in named] == ['dip-best']


def test_an_unknown_method_is_named():
    with pytest.raises(ValueError, match="no method 'bm4d'"):
        methods_for('denoise', ['noisy', 'bm4d'])


def test_names_are_unique_in_each_task_and_peers_can_be_loaded():
    names = [(method.task, method.name) for method in METHODS]
    assert len(set(names)) == len(names)
    assert {method.name for method in METHODS} == set(LABELS)
    for method in METHODS:
        assert method.load() if method.where else not method.installed()


def test_a_record_is_plain_data(data):
    _, record = measure(data, 'Confocal_MICE', 'noisy')
    assert json.loads(json.dumps(record)) == record
    assert record['figures'].keys() == {'psnr', 'ssim', 'si_psnr'}
    assert record['group'] == 'confocal'
    assert record['seconds'] >= 0
    assert not record.keys() & {'oracle', 'iterations', 'quick'}


@pytest.mark.usefixtures('tiny')
def test_ours_has_its_account_and_oracle(data):
    _, record = measure(data, 'Confocal_MICE-crop', 'dip-fast')
    assert record['oracle'] >= record['automatic'] > 5
    assert record['iterations'] >= record['oracle_iteration'] > 0
    assert record['reason']
    assert record['noise']
    assert record['quick']
    assert record['seconds'] > 0


def test_results_are_kept_where_it_is_asked_for(data, tmp_path):
    case, _ = measure(data, 'Confocal_MICE', 'noisy', tmp_path)
    stored = np.load(quality.kept(tmp_path, case, 'noisy', 0))
    np.testing.assert_array_equal(stored, case.load().image)


def test_of_filled_pixels_the_told_error_is_set_beside_the_true(
    data, monkeypatch
):
    case = find_case(data, 'holes', 'scratch')
    (chosen,) = methods_for('inpaint', ['dip-fast'])
    problem = case.load()
    off = problem.truth + 3.0
    info = {'iterations': 1, 'noise': '', 'reason_text': '', 'told': 6.0}
    monkeypatch.setattr(type(chosen), 'solve', lambda *_: (off, info))
    record = quality.measure(case, chosen, 0, 'cpu')
    assert record['figures']['told_error'] == pytest.approx(6.0206, abs=0.01)
