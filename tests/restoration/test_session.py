from __future__ import annotations

import gc
import json
import math
import weakref

import numpy as np
import pytest

from napari_dip.restoration.denoising import start_denoising
from napari_dip.restoration.inpainting import start_inpainting
from napari_dip.restoration.options import Options
from napari_dip.restoration.super_resolution import start_super_resolution

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
    seen = list(start())
    elapsed = [p.elapsed for p in seen]
    assert elapsed == sorted(elapsed)
    assert elapsed[0] > 0
    assert all(p.remaining > 0 for p in seen[:-1])
    assert seen[-1].remaining == 0
    assert seen[3].remaining == pytest.approx(seen[3].elapsed)


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
    assert quiet.figure_history == looked.figure_history
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
    # No figure moves the best, so that it is not the running estimate.
    session._fit._rules.clear()
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
    session.result()
    first = session.record().uncertainty
    session.extend(30)
    assert list(session)
    assert session.record().uncertainty is None
    session.result()
    session.close()
    assert not np.array_equal(session.record().uncertainty, first)
