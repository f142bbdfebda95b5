from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.comparisons import features
from benchmarks.report import write_features
from napari_dip.tasks.presets import features as presets
from tests.benchmarks.records import MACHINE

TRUTH = np.add.outer(np.arange(32), 3 * np.arange(32)).astype(np.uint8)


@pytest.fixture
def short(monkeypatch):
    settings = presets.SETTINGS['fast']
    fit = replace(settings.fit, num_iter=2)
    small = replace(settings, fit=fit, filters=())
    monkeypatch.setitem(presets.SETTINGS, 'fast', small)
    monkeypatch.setattr(features, '_STEPS', 3)
    monkeypatch.setattr(features, '_SIZE', 32)


def test_a_layer_is_inverted_in_both_ways(short, data):
    job, *others = features.jobs(data, ["glands, VGG's"], ['fast'], 'cpu')
    assert len(others) == 2
    assert job.names == ('features', "glands, VGG's shape, 3", 'fast')
    figures = job.run()['figures']
    assert figures['distance'] > 0
    assert figures['error_nearest'] <= figures['error_least']
    assert figures['distance_least'] <= figures['distance_nearest']


def test_the_published_schedule_is_run_for_few_layers(data):
    jobs = features.jobs(data, [], ['ulyanov2018'], 'cpu')
    assert [job.names[1].split(', ')[-1] for job in jobs] == ['3', '4', '8']


def test_pixels_find_the_image_where_a_layer_knows_each_pixel():
    import torch
    from torch import nn

    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 4, 1))
    found = features.by_pixels(TRUTH, model, '0', 0.0)
    assert np.abs(found - TRUTH).max() < 3
    assert features.distance_to(TRUTH, model, '0')(found) < 1e-3


def test_the_page_counts_the_layers_that_are_better(tmp_path):
    figures = {
        f'{what}{other}': value
        for what in ('distance', 'error')
        for other, value in (('', 1.0), ('_nearest', 2.0), ('_least', 0.5))
    }
    record = {'image': 'a', 'network': 'b', 'layer': '1', 'method': 'fast'}
    record |= {'figures': figures, 'cpu': 2.0, 'machine': MACHINE}
    text = write_features([record], tmp_path).read_text('utf-8')
    assert '| a | b | 1 | fast | 1.00000 | 1.0 | 2.00000 | 2.0 |' in text
    assert '| fast | 1 | 1 | 1 | 1 | 0 | 0 | 0 |' in text
