from __future__ import annotations

import numpy as np
import pytest

from benchmarks.cases import Problem
from benchmarks.comparisons.series import CHANGES, compare
from benchmarks.datasets.photons import OFFSET
from benchmarks.report import write_series
from benchmarks.results import load, store
from tests.benchmarks.records import MACHINE


def test_changes_keep_the_shape_and_bleach_the_light():
    scene = np.random.default_rng(0).uniform(0, 1, (16, 24, 24))
    for change in CHANGES.values():
        assert change(scene).shape == scene.shape
    assert CHANGES['bleach'](scene)[-1].sum() == pytest.approx(
        0.3 * scene[-1].sum()
    )
    assert not CHANGES['odd'](scene)[5].any()


def test_a_series_is_compared_plane_by_plane(tmp_path):
    rng = np.random.default_rng(1)
    truth = OFFSET + rng.uniform(5, 9, (3, 16, 16))
    data = truth + rng.normal(size=truth.shape)
    alone = [truth[0] + 0.2, truth[2] + 0.1]
    figures = compare(truth + 0.1, alone, [0, 2], Problem(data, truth))
    assert figures['gains'] == [pytest.approx(6.02, abs=0.01), 0]
    assert figures['worst'] == pytest.approx(0, abs=1e-6)
    assert figures['flicker'] == pytest.approx(0, abs=1e-6)
    assert figures['brightness'] < figures['brightness_alone']
    figures |= {'seconds': 1.5, 'seconds_alone': 9.0}
    head = {'set': 'series', 'case': 'cells', 'method': 'fast', 'version': '0'}
    record = head | {'seed': 0, 'figures': figures, 'machine': MACHINE}
    store(record, tmp_path, 'series')
    page = write_series(load(tmp_path, 'series'), tmp_path).read_text('utf-8')
    assert '| cells | fast |' in page
    assert '| +3.01 | +0.00 | 6.0 |' in page
