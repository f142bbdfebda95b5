from __future__ import annotations

from functools import partial

import numpy as np
import pytest

from napari_dip.device.clock import Clock
from napari_dip.presets.options import Options
from napari_dip.session.base import run
from napari_dip.session.study import Made, Part, Study
from napari_dip.tasks.denoise import start_denoising

NOISY = np.random.default_rng(0).normal(100, 10, (24, 28))
LENGTHS = {'short': 2, 'long': 4}


def begin(length: int):
    options = Options('fast', device='cpu', max_num_iter=length)
    return start_denoising(
        NOISY, method={'depth': 2, 'width': 4}, options=options
    )


def make(found):
    first, *rest = found
    curves = {one.name: [(1, 0.5)] for one in found}
    companions = {one.name: one.image for one in rest}
    return Made(first.image, companions, curves, [f'{len(found)} were made.'])


@pytest.fixture
def study():
    parts = [Part(name, partial(begin, n)) for name, n in LENGTHS.items()]
    with_all = Study(parts, make, 'compare', {'seed': 0})
    yield with_all
    with_all.close()


def test_one_follows_the_other_and_all_are_counted(study):
    seen = [(one.iteration, one.reason) for one in study]
    assert [iteration for iteration, _ in seen] == [1, 2, 3, 4, 5, 6]
    assert [reason for _, reason in seen[:-1]] == [None] * 5
    assert seen[-1][1] == 'all 2 fits are complete'
    image, record = study.result(), study.record()
    assert image.shape == NOISY.shape
    assert list(record.companions) == ['long']
    assert set(record.curves) == set(LENGTHS)
    assert record.notes[0] == '2 were made.'
    assert record.iterations == 6
    assert len(record.loss_history) == 6
    assert record.task == 'compare'
    assert record.arguments == {'seed': 0}


def test_between_two_the_last_result_is_shown(study):
    for _ in range(2):
        next(study)
    assert np.isfinite(study.preview()).all()
    assert len(study.snapshots) == 0
    study.take_snapshot()
    assert len(study.snapshots) == 0


def test_the_record_as_json_names_its_images(study):
    run(study, None, False)
    told = study.record().to_dict()
    assert told['companions'] == ['long']
    assert 'curves' in told
    assert 'curves' not in study.record().to_dict(histories=False)


def test_stopped_early_it_is_made_of_those_that_there_are(study):
    next(study)
    study.stop()
    assert study.finished
    study.result()
    assert study.record().notes[0] == '1 were made.'
    assert study.record().reason_text == '1 of 2 fits are complete'
    with pytest.raises(StopIteration):
        next(study)


def test_a_time_limit_is_for_all():
    parts = [Part(name, partial(begin, n)) for name, n in LENGTHS.items()]
    study = Study(parts, make, 'compare', {}, clock=Clock(limit=0.0))
    assert len(list(study)) == 1
    study.result()
    assert len(study.record().fits) == 1
    study.close()
