from __future__ import annotations

import json

import numpy as np
import pytest

from benchmarks import kept, own, results, runner
from benchmarks.datasets import find_cases
from benchmarks.methods import METHODS, methods_for


@pytest.fixture
def work(data):
    cases = find_cases(data, collections=['fmd'])
    return list(runner.jobs(cases, methods=['noisy', 'tv-vst']))


def test_slow_methods_are_run_by_name_or_on_request():
    usual = {method.name for method in methods_for('denoise')}
    every = {method.name for method in methods_for('denoise', slow=True)}
    assert 'dip-best' in every - usual
    named = methods_for('denoise', ['dip-best'])
    assert [method.name for method in named] == ['dip-best']


def test_unknown_method_is_named():
    with pytest.raises(ValueError, match="no method 'bm4d'"):
        methods_for('denoise', ['bm4d'])


def test_names_are_unique_in_each_task():
    names = [(method.task, method.name) for method in METHODS]
    assert len(set(names)) == len(names)


def test_measure_gives_a_record_that_json_can_hold(data):
    record = runner.measure(data, 'fmd', 'Confocal_MICE', 'noisy', 0, 'auto')
    assert json.loads(json.dumps(record)) == record
    assert record['figures'].keys() == {'psnr', 'ssim', 'si_psnr'}
    assert record['group'] == 'confocal'
    assert record['wall_time_s'] >= 0


def test_only_missing_figures_are_pending(data, work, tmp_path):
    folder = tmp_path / 'results'
    assert runner.pending(work, folder, stale=False) == work
    case, method, seed = work[0]
    record = runner.measure(
        data, case.collection, case.name, method.name, seed, 'cpu'
    )
    results.store(record, folder)
    assert runner.pending(work, folder, stale=False) == work[1:]


def test_figures_of_other_sources_are_stale(data, tmp_path, monkeypatch):
    folder = tmp_path / 'results'
    cases = list(find_cases(data, collections=['fmd']))[:1]
    (job,) = runner.jobs(cases, methods=['dip-fast'])
    keys = ('set', 'case', 'method', 'version', 'seed')
    expected = dict(zip(keys, results.expected_key(*job), strict=True))
    results.store(expected | {'source': own.source_digest()}, folder)
    assert runner.pending([job], folder, stale=True) == []
    monkeypatch.setattr(own, 'source_digest', lambda: 'changed')
    assert runner.pending([job], folder, stale=False) == []
    assert runner.pending([job], folder, stale=True) == [job]


def test_results_are_kept_where_it_is_asked_for(data, work, tmp_path):
    case, method, seed = work[0]
    runner.measure(
        data, case.collection, case.name, method.name, seed, 'cpu', tmp_path
    )
    stored = np.load(kept.path(tmp_path, case, method.name, seed))
    np.testing.assert_array_equal(stored, case.load().image)


def test_run_stores_figures_and_reports_failures(data, work, tmp_path):
    (data / 'microscopy' / 'fmd_WideField_BPAE_B_gt.png').unlink()
    folder, lines = tmp_path / 'results', []
    chosen = [job for job in work if job[1].name == 'noisy']
    failures = runner.run(
        chosen, data=data, folder=folder, device='cpu', report=lines.append
    )
    assert failures == 1
    assert 'failed: FileNotFoundError' in lines[1]
    (stored,) = results.load(folder)
    assert stored['case'] == 'Confocal_MICE'
    assert np.isfinite(stored['figures']['psnr'])
