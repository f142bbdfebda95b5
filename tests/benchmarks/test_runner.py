from __future__ import annotations

import pytest

from benchmarks import engine, quality, results, runner
from benchmarks.datasets.folder import find_cases
from benchmarks.methods import methods_for


def jobs_of(cases, *names):
    methods = {'denoise': methods_for('denoise', names)}
    return list(quality.jobs(cases, methods, [0], 'cpu'))


@pytest.fixture
def jobs(data):
    return jobs_of(find_cases(data, ['fmd']), 'noisy', 'tv-vst')


@pytest.mark.usefixtures('in_process')
def test_only_missing_figures_are_pending(jobs, tmp_path):
    assert runner.pending(jobs, tmp_path, stale=False) == jobs
    assert runner.run(jobs[:1], tmp_path, print) == 0
    assert runner.pending(jobs, tmp_path, stale=False) == jobs[1:]


def test_figures_of_other_sources_are_stale(data, tmp_path, monkeypatch):
    (job,) = jobs_of(find_cases(data, ['fmd'])[:1], 'dip-fast')
    record = dict(zip(results.KEY, job.key, strict=True))
    record |= {'source': job.source, 'machine': {}}
    results.store(record, tmp_path, job.file)
    assert runner.pending([job], tmp_path, stale=True) == []
    monkeypatch.setattr(engine, 'source_digest', lambda: 'changed')
    assert runner.pending([job], tmp_path, stale=False) == []
    assert runner.pending([job], tmp_path, stale=True) == [job]


def test_figures_are_stored_and_failures_reported(data, jobs, tmp_path):
    (data / 'microscopy' / 'fmd_WideField_BPAE_B_gt.png').unlink()
    lines = []
    chosen = [job for job in jobs if 'noisy' in job.names]
    assert runner.run(chosen, tmp_path, lines.append) == 1
    assert 'dB in 0.0 s' in lines[0]
    assert 'failed: FileNotFoundError' in lines[1]
    (stored,) = results.load_sets(tmp_path)
    assert stored['case'] == 'Confocal_MICE'
    assert 0 < stored['figures']['psnr'] < 60
    # A peer does not depend on our sources.
    assert 'source' not in stored
