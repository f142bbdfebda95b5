from __future__ import annotations

import gc
import json
import math
import time
import weakref
from dataclasses import replace

import numpy as np
import pytest

from napari_dip.device.clock import look_up
from napari_dip.engine.fit import Fit
from napari_dip.networks import UNetSpec
from napari_dip.presets.options import Options
from napari_dip.session.progress import Phase
from napari_dip.session.session import Session
from napari_dip.session.tiled import TiledSession
from napari_dip.tasks.inpaint import start_inpainting
from napari_dip.tasks.presets import inpaint as inpainting
from napari_dip.tasks.presets import super_resolve as super_resolution
from napari_dip.tasks.super_resolve import start_super_resolution

pytestmark = pytest.mark.usefixtures('quick')

SHAPE = (180, 486)
TASKS = ['inpaint', 'super_resolve']


@pytest.fixture
def quick(tiny, monkeypatch):
    """Leave the texture alone, which takes most of the time."""
    plain = replace(inpainting.SETTINGS['fast'], filters=())
    monkeypatch.setitem(inpainting.SETTINGS, 'fast', plain)
    # An enlargement that fits the whole result, as by a factor of 8.
    coarse = super_resolution.SETTINGS_COARSE['fast']
    whole = replace(coarse, filters=())
    network = UNetSpec((4, 4), norm='batch')
    monkeypatch.setitem(
        super_resolution.SETTINGS, 'fast', replace(whole, network=network)
    )


@pytest.fixture
def large() -> np.ndarray:
    """A photograph of nothing that has structure and noise everywhere."""
    rows, columns = np.mgrid[: SHAPE[0], : SHAPE[1]]
    clean = 60 + 40 * np.sin(rows / 9) * np.cos(columns / 7)
    return np.random.default_rng(0).poisson(clean).astype(np.uint16)


@pytest.fixture
def start(large):
    """Start in three tiles beside each other."""

    def start(task='inpaint', num_iter=6, mask=None, tile=240, **options):
        options = Options(
            'fast',
            device='cpu',
            max_num_iter=num_iter,
            tile=tile,
            **options,
        )
        if task == 'super_resolve':
            return start_super_resolution(
                large[::2, ::2], 2, remove_noise='no', options=options
            )
        if mask is None:
            mask = np.zeros(SHAPE, bool)
            mask[60:66] = True
        return start_inpainting(large, mask, options=options)

    return start


def finish(session):
    seen = list(session)
    return seen, session.result(), session.record()


@pytest.mark.slow
@pytest.mark.parametrize('task', TASKS)
def test_tiles_are_counted_as_one_restoration(start, task):
    session = start(task)
    assert isinstance(session, TiledSession)
    assert session.progress.iteration == 0
    assert session.progress.num_iter == 18
    seen, image, record = finish(session)
    assert [p.iteration for p in seen] == list(range(1, 19))
    assert {p.num_iter for p in seen} == {18}
    assert [p.reason for p in seen[:-1]] == [None] * 17
    assert seen[-1].reason == 'the limit of 6 iterations was reached'
    assert all(p.remaining > 0 for p in seen[:-1])
    assert session.progress.remaining == 0
    assert session.progress.phase is Phase.DONE
    assert session.finished
    assert image.shape == SHAPE
    assert np.isfinite(image).all()
    assert record.fits == [(6, 'SCHEDULE_COMPLETE')] * 3
    assert record.iterations == len(record.loss_history) == 18
    assert record.reason == 'SCHEDULE_COMPLETE'
    assert [t[1] for t in record.tiles] == [0, 150, 300]
    assert record.settings['fit']['num_iter'] == 6
    metrics = [iteration for iteration, _ in record.metric_history]
    assert metrics == sorted(set(metrics))
    assert record.peak_memory > 0
    json.dumps(record.to_dict(), allow_nan=False)


@pytest.mark.slow
@pytest.mark.parametrize('task', TASKS)
def test_the_same_seed_gives_the_same_image(start, task):
    _, first, record = finish(start(task))
    _, same, _ = finish(start(task))
    _, _, other = finish(start(task, seed=1))
    np.testing.assert_array_equal(first, same)
    # So few iterations earn a network no share beside what is quick.
    assert record.loss_history != other.loss_history


@pytest.mark.parametrize('task', TASKS)
def test_an_image_that_is_one_tile_is_fitted_as_ever(start, task):
    session = start(task, tile=None)
    assert isinstance(session, Session)
    _, _, record = finish(session)
    assert record.tiles == []


@pytest.mark.slow
def test_known_pixels_keep_their_values_and_a_copy_was_made(start, large):
    session = start()
    before = large.copy()
    large[:] = 0
    _, image, _ = finish(session)
    known = np.ones(SHAPE, bool)
    known[60:66] = False
    np.testing.assert_array_equal(image[known], before[known])
    assert (image[~known] != before[~known]).any()


def test_tiles_that_miss_no_pixel_are_left_out(start, large):
    mask = np.zeros(SHAPE, bool)
    mask[20:26, 5:11] = mask[20:26, 400:406] = True
    _, image, record = finish(start(mask=mask))
    # Of the first and the last what lies around the missing pixels.
    assert record.tiles == [(0, 0, 151, 136), (0, 300, 151, 186)]
    np.testing.assert_array_equal(image[~mask], large[~mask])


def test_all_tiles_have_one_scale(start, monkeypatch):
    scales = []
    begin = Fit.__init__

    def note(fit, problem, *arguments, **options):
        scales.append((problem.data.min().item(), problem.data.max().item()))
        begin(fit, problem, *arguments, **options)

    monkeypatch.setattr(Fit, '__init__', note)
    session = start('super_resolve')
    list(session)
    offsets = {id(session._output.intensity)}
    assert len(scales) == 3
    assert len(offsets) == 1
    image = np.concatenate([np.ravel(s) for s in scales])
    # One tile alone would have mean 0; that of all together has it.
    assert image.min() < -1 < 1 < image.max()


@pytest.mark.slow
def test_the_middle_of_a_large_hole_is_fitted_from_around_it(
    start, monkeypatch
):
    shapes = []
    begin = Fit.__init__

    def note(fit, problem, *arguments, **options):
        shapes.append(tuple(problem.data.shape[-2:]))
        begin(fit, problem, *arguments, **options)

    monkeypatch.setattr(Fit, '__init__', note)
    mask = np.zeros(SHAPE, bool)
    mask[:, 130:350] = True
    _, image, record = finish(start(mask=mask))
    # On a grid twice as coarse it sees twice as much.
    assert shapes == [(180, 162), (90, 186), (180, 159)]
    assert record.tiles[1] == (0, 150, 180, 186)
    assert np.isfinite(image).all()


@pytest.mark.slow
@pytest.mark.parametrize('task', TASKS)
def test_looking_never_disturbs(start, task):
    def go(look):
        session = start(task)
        for _ in session:
            if look:
                session.preview()
                session.take_snapshot()
                session.result()
                session.record()
        return session.result(), session.record()

    (plain, quiet), (same, looked) = go(False), go(True)
    np.testing.assert_array_equal(plain, same)
    assert quiet.loss_history == looked.loss_history


def test_a_preview_shows_what_there_is(start, large):
    session = start('super_resolve')
    first = session.preview()
    for _ in range(8):
        next(session)
    later = session.take_snapshot()
    assert later.iteration == 8
    # The third tile has not begun: there it is the enlarged image.
    np.testing.assert_array_equal(later.image[:, 350:], first[:, 350:])
    assert not np.array_equal(later.image[:, :100], first[:, :100])
    error = np.abs(first - np.repeat(np.repeat(large[::2, ::2], 2, 0), 2, 1))
    assert error.mean() < 10


def test_stopping_keeps_the_tiles_there_are(start):
    session = start('super_resolve', uncertainty=True)
    # Two fits of six iterations each tile.
    for _ in range(14):
        next(session)
    first = session.preview()
    session.stop()
    assert session.finished
    assert list(session) == []
    image, record = session.result(), session.record()
    assert record.reason == 'USER'
    assert '1 of 3 tiles are complete' in record.reason_text
    assert session.progress.reason == record.reason_text
    whole = (6, 'SCHEDULE_COMPLETE')
    assert record.fits == [whole, whole, (2, 'USER')]
    assert record.iterations == 14
    np.testing.assert_allclose(image[:, :110], first[:, :110], rtol=1e-5)
    np.testing.assert_array_equal(image[:, 350:], first[:, 350:])
    unknown = np.isnan(record.uncertainty)
    assert unknown[:, 350:].all()
    assert not unknown[:, :220].any()


@pytest.mark.slow
def test_a_stopped_mosaic_goes_on_to_the_end(start):
    session = start()
    for _ in range(8):
        next(session)
    session.stop()
    stopped = session.result()
    session.extend(1)
    seen, image, record = finish(session)
    assert seen[-1].iteration == seen[-1].num_iter == 18
    assert record.fits[1] == (6, 'MAX_NUM_ITER')
    assert len(record.tiles) == 3
    assert not np.array_equal(image, stopped)


@pytest.mark.slow
def test_a_complete_one_cannot_be_continued(start):
    session = start()
    _, image, _ = finish(session)
    with pytest.raises(ValueError, match='tile by tile'):
        session.extend(5)
    assert session.result() is image


@pytest.mark.slow
@pytest.mark.parametrize('task', TASKS)
def test_the_uncertainty_is_joined_too(start, task):
    _, image, record = finish(start(task, uncertainty=True))
    found = record.uncertainty
    assert found.shape == image.shape
    if task == 'inpaint':
        assert (found[:60] == 0).all()
        assert (found[60:66] > 0).all()
    else:
        assert (found > 0).all()


def test_a_time_limit_is_shared(start, monkeypatch):
    session = start('super_resolve', num_iter=None, time_limit=30)
    clock = [0.0]
    iterate = Fit._iterate

    def take_a_second(fit, problem):
        clock[0] += 1
        iterate(fit, problem)

    monkeypatch.setattr(Fit, '_iterate', take_a_second)
    monkeypatch.setattr(time, 'monotonic', lambda: clock[0])
    _, _, record = finish(session)
    # Each ends before the iteration that would be too much, and leaves the
    # rest to those after it.
    assert {reason for _, reason in record.fits} == {'TIME_LIMIT'}
    assert all(9 <= iterations <= 11 for iterations, _ in record.fits)
    assert record.iterations <= 30
    assert record.reason == 'TIME_LIMIT'


def test_without_time_the_rest_is_left(start):
    session = start(time_limit=1e-9)
    _, image, record = finish(session)
    assert record.reason == 'TIME_LIMIT'
    assert '1 of 3 tiles are complete' in record.reason_text
    assert np.isfinite(image).all()


@pytest.fixture
def run_out(monkeypatch):
    """Let the memory run out in fits of more than so many pixels."""

    def run_out(most, after=0):
        iterate = Fit._iterate

        def short(fit, network):
            pixels = math.prod(fit.problem.image_shape)
            if pixels > most and fit.iteration >= after:
                raise MemoryError
            iterate(fit, network)

        monkeypatch.setattr(Fit, '_iterate', short)

    return run_out


@pytest.mark.slow
@pytest.mark.parametrize('after', [0, 2])
@pytest.mark.parametrize('task', TASKS)
def test_out_of_memory_halves_the_tile_and_goes_on(
    start, run_out, task, after
):
    session = start(task, tile=274)
    run_out(200 * 200, after)
    seen, image, record = finish(session)
    iterations = [p.iteration for p in seen]
    assert iterations == sorted(iterations)
    assert np.isfinite(image).all()
    whole = [t for t in record.tiles if t[2] * t[3] > 200 * 200]
    # Tried once, then all those after it are smaller from the beginning.
    assert len(whole) == (after > 0)
    assert record.reason == 'SCHEDULE_COMPLETE'
    # Half of the halves miss no pixel.
    smaller = 4 if task == 'inpaint' else 8
    assert len(record.tiles) - len(whole) == smaller


def test_memory_too_short_for_the_smallest_tile_is_told(start, run_out):
    session = start()
    run_out(1)
    with pytest.raises(MemoryError):
        next(session)


def test_memory_that_runs_out_later_leaves_the_tiles_there_are(start, run_out):
    session = start()
    for _ in range(6):
        next(session)
    run_out(1)
    _, image, record = finish(session)
    assert record.reason == 'OUT_OF_MEMORY'
    assert '1 of 3' in record.reason_text
    assert np.isfinite(image).all()


def test_finished_tiles_are_not_lost_for_the_current_one(start, monkeypatch):
    session = start()
    for _ in range(8):
        next(session)
    before = session.preview()
    session.stop()

    def no_room(session):
        raise MemoryError

    monkeypatch.setattr(Session, 'result', no_room)
    image = session.result()
    np.testing.assert_allclose(image[:, :140], before[:, :140], rtol=1e-5)


def test_closing_frees_all_but_the_result(start):
    session = start()
    for _ in range(8):
        next(session)
    session.take_snapshot()
    image = session.result()
    fit = weakref.ref(session._tile.session._fit.problem.network)
    plan = weakref.ref(session._plan)
    session.close()
    session.close()
    gc.collect()
    assert fit() is plan() is None
    assert session.result() is image
    assert session.record().iterations == 8
    assert len(session.snapshots) == 1
    assert list(session) == []
    for ask in (session.preview, lambda: session.extend(3)):
        with pytest.raises(RuntimeError, match='memory was given back'):
            ask()


@pytest.mark.slow
@pytest.mark.parametrize('axis', [0, 2])
def test_channels_stay_on_their_axis(large, axis):
    image = np.stack([large, 2 * large, large + 7], axis=axis)
    mask = np.zeros(SHAPE, bool)
    mask[60:66] = True
    options = Options('fast', device='cpu', max_num_iter=2, tile=200)
    session = start_inpainting(image, mask, channel_axis=axis, options=options)
    assert session.preview().shape == image.shape
    _, result, _ = finish(session)
    known = np.broadcast_to(np.expand_dims(~mask, axis), image.shape)
    np.testing.assert_array_equal(result[known], image[known])


def test_ending_within_a_tile_keeps_what_there_is(start, monkeypatch):
    estimate, ended = Fit.estimate, []

    def take_long(fit, num_samples=None):
        ended.append(look_up(0.5))
        return estimate(fit, num_samples)

    monkeypatch.setattr(Fit, 'estimate', take_long)
    session = start('super_resolve')
    first = session.preview()
    session.check = lambda progress: progress.iteration > 6
    seen, image, record = finish(session)
    # At once, in the last steps of the second of three tiles. Each estimate
    # is judged by one of a single sample.
    assert ended == [False, False, True, True]
    assert seen[-1].iteration == 12
    assert session.finished
    assert record.reason == 'USER'
    assert '2 of 3 tiles are complete' in record.reason_text
    assert np.isfinite(image).all()
    assert not np.array_equal(image[:, 160:290], first[:, 160:290])
    np.testing.assert_array_equal(image[:, 350:], first[:, 350:])
