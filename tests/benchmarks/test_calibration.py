from __future__ import annotations

import numpy as np
import pytest

from benchmarks.calibration import compare, is_stored, measure
from benchmarks.datasets import fmd
from benchmarks.report.uncertainty import write_uncertainty
from benchmarks.results import store

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


def test_from_a_case_to_the_page(data, tmp_path):
    [case, _] = [c for c in fmd.cases(data) if not c.quick]
    record = measure(case, 'fast', device='cpu')
    folder = tmp_path / 'figures'
    assert not is_stored(case, 'fast', folder, stale=False)
    store(record, folder)
    assert is_stored(case, 'fast', folder, stale=True)
    assert not is_stored(case, 'balanced', folder, stale=False)
    page = write_uncertainty([record], tmp_path / 'docs')
    text = page.read_text(encoding='utf-8')
    assert case.name in text
    assert f'{record["figures"]["ratio"]:.2f}' in text


def test_a_page_without_figures_says_so(tmp_path):
    page = write_uncertainty([], tmp_path)
    assert 'not yet run' in page.read_text(encoding='utf-8')
