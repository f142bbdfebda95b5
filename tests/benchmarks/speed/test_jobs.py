from __future__ import annotations

import pytest
import torch

from benchmarks import results
from benchmarks.speed import iterations, jobs, sizes


@pytest.fixture
def small(monkeypatch):
    """An iteration of a small image, measured in no time."""
    monkeypatch.setitem(iterations.ITERATIONS, 'tiny', ('denoise', 'fast', 64))
    monkeypatch.setitem(sizes.SIZES, 'tiny, 64²', ('lines', 'fast', 64))
    monkeypatch.setattr(iterations, '_SECONDS', 0.0)


@pytest.mark.usefixtures('small')
def test_an_iteration_has_work_time_and_limits(monkeypatch):
    monkeypatch.setattr(iterations, 'product_rate', lambda device, dtype: 1e12)
    monkeypatch.setattr(iterations, 'copy_rate', lambda device: 1e10)
    record = jobs.measure('iterations', 'tiny', None, 'cpu', None)
    figures = record['figures']
    assert figures['flop'] > 1e8
    assert figures['bytes'] > 1e6
    assert 0 < figures['seconds'] < 10
    assert record['device'] == 'cpu'
    assert figures['busy'] is None


@pytest.mark.usefixtures('small')
def test_what_is_stored_is_not_measured_again(tmp_path):
    work = jobs.jobs(['sizes'], ['tiny'])
    assert work == [('sizes', 'tiny, 64²')]
    record = jobs.measure(*work[0], None, 'cpu', tmp_path)
    assert record['figures']['memory'] >= 0
    assert jobs.pending(work, tmp_path, 'cpu', stale=True) == work
    results.store(record, tmp_path)
    assert jobs.pending(work, tmp_path, 'cpu', stale=True) == []
    results.store({**record, 'source': 'another'}, tmp_path)
    assert jobs.pending(work, tmp_path, 'cpu', stale=False) == []
    assert jobs.pending(work, tmp_path, 'cpu', stale=True) == work


@pytest.mark.usefixtures('small')
def test_figures_of_another_device_replace_none(monkeypatch, tmp_path):
    work = jobs.jobs(['sizes'], ['tiny'])
    record = jobs.measure(*work[0], None, 'cpu', tmp_path)
    results.store(record, tmp_path)
    monkeypatch.setattr(jobs, 'resolve_device', torch.device)
    assert jobs.stored(tmp_path, 'cpu') == [record]
    assert jobs.pending(work, tmp_path, 'cuda:0', stale=False) == work


def test_an_unknown_part_is_named():
    with pytest.raises(ValueError, match="no part 'x'; there are iterations"):
        jobs.jobs(['x'], [])
