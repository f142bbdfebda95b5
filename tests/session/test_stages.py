"""Two fits one after the other, seen as one restoration."""

from __future__ import annotations

import gc
import weakref
from dataclasses import replace

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from napari_dip.engine.state import StopReason
from napari_dip.filters.frequency_split import cross_over
from napari_dip.networks import UNetSpec
from napari_dip.presets.options import Options
from napari_dip.presets.settings import Settings
from napari_dip.session import stages
from napari_dip.session.progress import Phase
from napari_dip.session.session import Session
from napari_dip.tasks.denoise import start_denoising

FIRST, SECOND, SETTLED = 6, 12, 4


@pytest.fixture(autouse=True)
def soon_settled(monkeypatch):
    monkeypatch.setattr('napari_dip.session.session.SETTLED', SETTLED)
    monkeypatch.setattr('napari_dip.presets.settings.SETTLED', SETTLED)


def noisy() -> np.ndarray:
    grain = np.random.default_rng(0).normal(0, 30, (128, 130))
    clean = 100 + 20 * np.sin(np.arange(130) / 8)
    return (clean + gaussian_filter(grain, 1)).astype(np.float32)


def small(settings: Settings) -> Settings:
    """Keep the settings but make the fits short and the networks tiny."""
    network, num_samples = UNetSpec((4, 4), reduction=1), 2
    assert settings.second is not None
    first, second = settings.fit, settings.second.fit
    first = replace(
        first, num_iter=FIRST, num_samples=num_samples, check_every=1
    )
    second = replace(
        second, num_iter=SECOND, num_samples=num_samples, check_every=1
    )
    return replace(
        settings,
        network=network,
        fit=first,
        second=replace(settings.second, network=network, fit=second),
    )


def start(image=None, **options) -> Session:
    return start_denoising(
        noisy() if image is None else image,
        options=Options('fast', device='cpu', adjust=small, **options),
    )


def run_to(session: Session, iteration: int) -> None:
    while session.progress.iteration < iteration:
        next(session)


def test_it_has_one_progress():
    session = start()
    assert session.progress.num_iter == FIRST + SECOND
    seen = list(session)
    assert [p.iteration for p in seen] == list(range(1, FIRST + SECOND + 1))
    assert {p.num_iter for p in seen} == {FIRST + SECOND}
    assert [p.reason for p in seen[:-1]] == [None] * (len(seen) - 1)
    assert all(p.remaining > 0 for p in seen[:-1])
    elapsed = [p.elapsed for p in seen]
    assert elapsed == sorted(elapsed)
    assert session.finished


def test_the_record_tells_of_both():
    session = start()
    list(session)
    record = session.record()
    assert record.iterations == FIRST + SECOND
    complete = StopReason.SCHEDULE_COMPLETE.name
    assert record.fits == [(FIRST, complete), (SECOND, complete)]
    assert record.reason == complete
    assert len(record.loss_history) == FIRST + SECOND
    assert record.settings['second']['latent']['kind'] == 'recorrupted'
    assert record.settings['second']['network']['kind'] == 'unet'
    assert 'what a first fit left' in record.noise


def test_the_memory_of_the_first_is_given_back():
    session = start()
    next(session)
    problem = session._fit.problem
    held = [weakref.ref(problem.network), weakref.ref(problem.data)]
    del problem
    run_to(session, FIRST)
    gc.collect()
    assert [reference() for reference in held] == [None, None]


@pytest.mark.parametrize(
    'at', [3, FIRST, FIRST + 1, FIRST + SETTLED, FIRST + SECOND - 2]
)
def test_it_can_be_stopped_at_any_time(at):
    session = start()
    run_to(session, at)
    session.stop()
    assert list(session) == []
    result = session.result()
    assert result.shape == noisy().shape
    assert np.isfinite(result).all()
    record = session.record()
    assert record.iterations == at
    assert record.fits[-1] == (at if at < FIRST else at - FIRST, 'USER')
    assert len(record.fits) == (1 if at < FIRST else 2)


def test_the_second_counts_once_it_has_settled():
    session = start()
    run_to(session, FIRST)
    pilot = session.preview()
    run_to(session, FIRST + SETTLED - 1)
    np.testing.assert_array_equal(session.preview(), pilot)
    np.testing.assert_array_equal(session.result(), pilot)
    next(session)
    settled, own = session.preview(), session._stage
    assert not np.array_equal(settled, pilot)
    # The brightness stays that of the first.
    assert abs(settled.mean() - pilot.mean()) < 0.1 * pilot.std()
    alone = own.output.to_image(own.fit.estimate(num_samples=1)[0].numpy())
    first, mean = (
        torch.from_numpy(image)[None, None]
        for image in (pilot, (pilot + alone) / 2)
    )
    expected = cross_over(first, mean, 4.0)[0, 0].numpy()
    np.testing.assert_allclose(settled, expected, rtol=1e-3)


def test_a_second_fit_that_diverged_is_left_out():
    session = start()
    run_to(session, FIRST)
    pilot = session.preview()
    run_to(session, FIRST + SETTLED + 1)
    session._fit.stop(StopReason.DIVERGED)
    np.testing.assert_array_equal(session.result(), pilot)


def test_what_is_handed_out_is_not_what_is_kept():
    session = start()
    run_to(session, FIRST)
    pilot = session.preview()
    expected = pilot.copy()
    pilot[:] = 0
    np.testing.assert_array_equal(session.preview(), expected)


def test_continuing_goes_on_with_the_second():
    session = start()
    list(session)
    before = session.result()
    session.extend(5)
    seen = list(session)
    assert seen[-1].iteration == FIRST + SECOND + 5
    assert seen[-1].num_iter == FIRST + SECOND + 5
    assert not np.array_equal(session.result(), before)
    assert [n for n, _ in session.record().fits] == [FIRST, SECOND + 5]


def test_continuing_a_stopped_first_keeps_to_it():
    session = start()
    run_to(session, 2)
    session.stop()
    session.extend(FIRST)
    assert session.progress.num_iter == FIRST + 2
    list(session)
    assert [n for n, _ in session.record().fits] == [FIRST + 2]


def test_without_room_for_the_second_the_first_is_kept(monkeypatch):
    def no_room(*_, **__):
        raise MemoryError('no room')

    monkeypatch.setattr('napari_dip.session.source.Fit', no_room)
    with pytest.raises(MemoryError):
        start()
    monkeypatch.undo()
    session = start()
    monkeypatch.setattr('napari_dip.session.source.Fit', no_room)
    *_, last = session
    assert last.iteration == FIRST
    assert session.record().reason == StopReason.OUT_OF_MEMORY.name
    assert np.isfinite(session.result()).all()


def test_the_time_limit_is_for_both():
    session = start(time_limit=1e-6)
    assert [p.iteration for p in session] == [1]
    assert session.record().reason == StopReason.TIME_LIMIT.name
    session = start(time_limit=1000.0)
    run_to(session, FIRST)
    assert 0 < session._clock.left < 1000
    assert session.progress.phase is Phase.SECOND


def test_a_shorter_restoration_shortens_both():
    session = start(max_num_iter=FIRST + SECOND - 6)
    assert session.progress.num_iter == FIRST + SECOND - 6
    list(session)
    assert [n for n, _ in session.record().fits] == [4, 8]
    # Too few for the second go to the first.
    session = start(max_num_iter=5)
    list(session)
    assert [n for n, _ in session.record().fits] == [5]


def test_missing_pixels_are_filled_and_the_seed_decides():
    image = noisy()
    image[20:24, 30:40] = np.nan
    results = []
    for seed in (0, 0, 1):
        session = start(image, seed=seed)
        list(session)
        results.append(session.result())
    assert np.isfinite(results[0]).all()
    np.testing.assert_array_equal(results[0], results[1])
    assert not np.array_equal(results[0], results[2])


def test_the_users_image_may_change_meanwhile():
    image = noisy()
    session = start(image)
    next(session)
    image[:] = 0
    list(session)
    other = start()
    list(other)
    np.testing.assert_array_equal(session.result(), other.result())


def test_channels_stay_apart():
    image = np.stack([noisy(), 1000 + 3 * noisy()[::-1]], axis=0)
    session = start_denoising(
        image,
        channel_axis=0,
        options=Options('fast', device='cpu', adjust=small),
    )
    list(session)
    assert len(session.record().fits) == 2
    result = session.result()
    assert result.shape == image.shape
    for plane, given in zip(result, image, strict=True):
        assert plane.mean() == pytest.approx(given.mean(), rel=0.05)


def test_only_a_completed_fit_is_followed():
    sequel = stages.Sequel(1, lambda *_: None)

    class Ended:
        reason = StopReason.USER

    assert not sequel.follows(Ended)
    Ended.reason = StopReason.DIVERGED
    assert not sequel.follows(Ended)
    Ended.reason = StopReason.HELD_OUT_MINIMUM
    assert sequel.follows(Ended)


def test_the_uncertainty_is_that_of_the_first():
    session = start(uncertainty=True)
    run_to(session, FIRST + 1)
    session.stop()
    session.result()
    first = session.record().uncertainty
    assert first.shape == noisy().shape
    assert first.min() > 0
    session.extend(SETTLED)
    list(session)
    session.result()
    np.testing.assert_array_equal(session.record().uncertainty, first)


def test_the_uncertainty_of_a_fit_that_none_followed():
    session = start(uncertainty=True)
    run_to(session, FIRST - 2)
    session.stop()
    session.result()
    assert session.record().uncertainty.max() > 0
