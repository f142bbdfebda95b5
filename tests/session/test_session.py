from __future__ import annotations

import gc
import json
import math
import time
import weakref

import numpy as np
import pytest

from napari_dip.engine.averaging.weights import WeightAverage
from napari_dip.engine.fit import Fit
from napari_dip.presets.options import Options
from napari_dip.session import prepare as preparation
from napari_dip.session.progress import Phase
from napari_dip.tasks.denoise import start_denoising
from napari_dip.tasks.inpaint import start_inpainting
from napari_dip.tasks.super_resolve import start_super_resolution

pytestmark = pytest.mark.usefixtures('tiny')


@pytest.fixture
def start(image):
    def start(task: str = 'denoise', num_iter: int = 8, **options):
        options = Options(
            'fast', device='cpu', max_num_iter=num_iter, **options
        )
        if task == 'inpaint':
            return start_inpainting(image, image > 90, options=options)
        if task == 'super_resolve':
            return start_super_resolution(image, (2, 3), options=options)
        return start_denoising(image, options=options)

    return start


TASKS = ['denoise', 'inpaint', 'super_resolve']


def test_it_is_an_iterator_of_progress(start):
    session = start()
    assert not session.finished
    assert session.progress.iteration == 0
    seen = list(session)
    assert [p.iteration for p in seen] == list(range(1, 9))
    assert [p.reason for p in seen[:-1]] == [None] * 7
    assert ' ' in seen[-1].reason
    assert session.finished
    assert session.progress == seen[-1]
    assert list(session) == []


def test_time_goes_up_and_what_remains_comes_to_nothing(start):
    session = start()
    seen = list(session)
    elapsed = [p.elapsed for p in seen]
    assert elapsed == sorted(elapsed)
    assert elapsed[0] > 0
    # The last steps are still to come.
    assert all(p.remaining > 0 for p in seen)
    assert session.progress.phase is Phase.ESTIMATE
    session.result()
    assert session.progress.remaining == 0
    assert session.progress.phase is Phase.DONE
    assert session.progress.part == 1


@pytest.mark.parametrize('task', ['denoise', 'super_resolve'])
def test_the_last_steps_are_told_by_name(start, task):
    session, seen = start(task, uncertainty=True), []
    session.check = lambda progress: seen.append(progress)
    list(session)
    session.result()
    phases = list(dict.fromkeys(p.phase for p in seen))
    expected = {
        'denoise': [Phase.ESTIMATE, Phase.FILTERS, Phase.UNCERTAINTY],
        'super_resolve': [Phase.ESTIMATE, Phase.UNCERTAINTY],
    }
    assert phases == expected[task]
    assert all(p.remaining >= 0 for p in seen)
    # All were made.
    assert session._times.ending.notes == []
    assert session.record().uncertainty is not None


def test_looking_at_the_last_steps_changes_nothing(start):
    results = []
    for check in (None, lambda progress: None):
        session = start(uncertainty=True)
        session.check = check
        list(session)
        results.append((session.result(), session.record().uncertainty))
    for plain, watched in zip(*results, strict=True):
        np.testing.assert_array_equal(plain, watched)


@pytest.mark.parametrize('phase', ['ESTIMATE', 'FILTERS', 'UNCERTAINTY'])
def test_each_of_the_last_steps_can_be_ended_at_once(start, phase):
    session, looks = start(uncertainty=True), []
    list(session)

    def check(progress):
        if looks or progress.phase.name == phase:
            looks.append(progress.phase.name)
            return True
        return False

    session.check = check
    result = session.result()
    assert np.isfinite(result).all()
    # Hardly a look at each step that follows.
    assert len(looks) <= 2 * len(set(looks))
    record = session.record()
    assert record.uncertainty is None
    assert record.reason == 'SCHEDULE_COMPLETE'
    left_out = ' '.join(record.notes)
    assert ('filters were left out' in left_out) == (phase != 'UNCERTAINTY')
    assert 'The uncertainty was left out, as you ended it.' in record.notes


def test_a_pause_in_the_last_steps_does_not_count(start, monkeypatch):
    session = start()
    list(session)
    clock = [100.0]
    monkeypatch.setattr(time, 'monotonic', lambda: clock[0])

    def hold(progress):
        clock[0] += 1000

    session.check = hold
    before = session.progress.elapsed
    session.result()
    assert session.progress.elapsed < before + 1000


def test_an_early_stop_has_an_end_in_proportion(start):
    session = start(num_iter=40)
    for progress in session:
        if progress.iteration == 10:
            session.stop()
    session.result()
    assert session.record().reason_text == 'you stopped it'
    assert session.record().notes[:2] == [
        (
            'The final estimate averages 1 of 2 samples, as the fit was '
            'stopped early.'
        ),
        'The last filters were left out, as the fit was stopped early.',
    ]


def test_a_late_stop_has_its_filters(start):
    session = start(num_iter=40)
    for progress in session:
        if progress.iteration == 39:
            session.stop()
    session.result()
    assert session.record().notes == []


@pytest.fixture
def seconds(monkeypatch):
    """A clock that each iteration and look at the image moves on."""
    clock = [0.0]
    monkeypatch.setattr(time, 'monotonic', lambda: clock[0])
    iterate, evaluate = Fit._iterate, WeightAverage._evaluate

    def take_a_second(fit, problem):
        clock[0] += 1
        iterate(fit, problem)

    def take_part(average, latent):
        clock[0] += 0.25
        return evaluate(average, latent)

    monkeypatch.setattr(Fit, '_iterate', take_a_second)
    monkeypatch.setattr(WeightAverage, '_evaluate', take_part)
    return clock


@pytest.mark.parametrize('limit', [3, 12, 30])
def test_a_time_limit_is_for_the_whole(start, seconds, limit):
    session = start(num_iter=100, time_limit=limit)
    list(session)
    session.result()
    record = session.record()
    assert record.reason_text == f'the time limit of {limit} s was reached'
    assert 0.6 * limit < seconds[0] <= 1.25 * limit
    assert record.wall_time == pytest.approx(seconds[0])


def test_the_preparation_counts(start, monkeypatch):
    clock = [0.0]
    monkeypatch.setattr(time, 'monotonic', lambda: clock[0])
    prepare = preparation.prepare

    def take_long(*args, **options):
        clock[0] += 100
        return prepare(*args, **options)

    monkeypatch.setattr(preparation, 'prepare', take_long)
    session = start(time_limit=50)
    assert session.progress.elapsed == 100
    assert len(list(session)) == 1


@pytest.mark.parametrize('task', TASKS)
def test_a_preview_is_like_the_result_and_stays_as_it_was(start, task):
    session = start(task)
    next(session)
    preview = session.preview()
    before = preview.copy()
    list(session)
    result = session.result()
    assert preview.shape == result.shape
    assert preview.dtype == result.dtype == np.float32
    np.testing.assert_array_equal(preview, before)


@pytest.mark.parametrize('task', TASKS)
def test_looking_never_disturbs(start, task):
    def run(look: bool):
        session = start(task)
        for _ in session:
            if look:
                session.preview()
                session.take_snapshot()
                session.result()
                session.record()
        return session.record(), session.result()

    (quiet, plain), (looked, same) = run(False), run(True)
    assert quiet.loss_history == looked.loss_history
    assert quiet.metric_history == looked.metric_history
    np.testing.assert_array_equal(plain, same)


def test_snapshots_are_kept_with_their_iteration(start):
    session = start(num_iter=60)
    for _ in session:
        taken = session.take_snapshot()
        assert taken.iteration == session.progress.iteration
        assert taken.image.dtype == np.float32
    assert 2 < len(session.snapshots) <= session.snapshots.capacity
    kept = [s.iteration for s in session.snapshots]
    assert len(set(np.diff(kept))) == 1
    assert session.snapshots[-1].image.shape == session.result().shape


def test_stopping_after_a_look_gives_the_best_and_not_that_look(start):
    session = start()
    # No metric moves the best, so that it is not the running estimate.
    session._fit._rule = None
    for _ in range(3):
        next(session)
    session.result()
    session._fit._averaging.keep(1)
    for _ in range(3):
        next(session)
    looked = session.result()
    session.stop()
    assert session.finished
    assert session.record().reason == 'USER'
    assert not np.array_equal(session.result(), looked)


def test_a_result_is_computed_once(start, monkeypatch):
    session = start()
    list(session)
    first = session.result()
    assert session.result() is first


@pytest.mark.parametrize('how', ['end', 'stop'])
def test_it_can_be_continued(start, how):
    session = start()
    for progress in session:
        if how == 'stop' and progress.iteration == 4:
            session.stop()
    ended, first = session.progress.iteration, session.result()
    session.extend(5)
    assert not session.finished
    seen = list(session)
    assert [p.iteration for p in seen] == list(range(ended + 1, ended + 6))
    assert seen[0].num_iter == ended + 5
    assert not np.array_equal(session.result(), first)
    assert len(session.record().loss_history) == ended + 5


def test_closing_frees_the_fit_and_keeps_what_was_asked_for(start):
    session = start()
    list(session)
    session.take_snapshot()
    result = session.result()
    problem = session._fit.problem
    references = [weakref.ref(problem.network), weakref.ref(problem.data)]
    del problem
    session.close()
    gc.collect()
    assert [reference() for reference in references] == [None, None]
    assert session.result() is result
    assert session.record().iterations == 8
    assert len(session.snapshots) == 1
    assert session.finished
    session.stop()
    assert session.result() is result


def test_a_closed_session_says_so(start):
    session = start()
    next(session)
    session.close()
    assert list(session) == []
    session.stop()
    for ask in (session.preview, session.result, lambda: session.extend(3)):
        with pytest.raises(RuntimeError, match='memory was given back'):
            ask()


def test_nothing_but_the_result_stays_when_the_session_goes(start):
    session = start()
    list(session)
    result = session.result()
    reference = weakref.ref(session)
    session.close()
    del session
    gc.collect()
    assert reference() is None
    assert np.isfinite(result).all()


def test_the_record_of_a_diverged_fit_is_json(start):
    session = start()
    list(session)
    session._fit._losses[2] *= math.nan
    content = json.dumps(session.record().to_dict(), allow_nan=False)
    assert json.loads(content)['loss_history'][2] is None


@pytest.mark.parametrize('task', TASKS)
def test_the_uncertainty_follows_the_result(start, task):
    session = start(task, uncertainty=True)
    list(session)
    assert session.record().uncertainty is None
    before = session.result()
    first = session.record().uncertainty
    session.extend(30)
    assert list(session)
    assert session.record().uncertainty is None
    after = session.result()
    session.close()
    again = session.record().uncertainty
    # That of an enlargement is of a first fit, which is what it was.
    changed = task != 'super_resolve' and not np.array_equal(before, after)
    assert np.array_equal(again, first) == (not changed)
    assert changed or task != 'denoise'
