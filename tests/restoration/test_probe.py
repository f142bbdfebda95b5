from __future__ import annotations

from dataclasses import replace

import pytest
from napari_dip.restoration.probe import Cost, _seconds_a_sweep

from napari_dip.prior.allocator import MOST_KEPT, MOST_KEPT_OF_LARGE
from napari_dip.restoration import (
    denoising_settings,
    inpainting,
    super_resolution,
)

MB = 10**6


def cost(settings, side, **memory):
    """Cost of nothing but memory."""
    memory = {
        'iteration_memory': 0,
        'sweep_memory': 0,
        'finishing_memory': 0,
        **memory,
    }
    return Cost(
        settings=settings,
        shape=(side, side),
        prepare=0.0,
        iteration=0.0,
        preview=0.0,
        sweep=0.0,
        refinement=0.0,
        **memory,
    )


def memory_of(measured, side):
    return measured.scaled((side, side), channels=1).memory


@pytest.mark.parametrize(
    'step', ['iteration_memory', 'sweep_memory', 'finishing_memory']
)
def test_the_step_that_takes_most_counts(step):
    settings = denoising_settings.SETTINGS['fast']
    others = {
        'iteration_memory': 30 * MB,
        'sweep_memory': 30 * MB,
        'finishing_memory': 30 * MB,
    }
    less = memory_of(cost(settings, 512, **others), 512)
    more = memory_of(cost(settings, 512, **{**others, step: 90 * MB}), 512)
    assert less + 60 * MB < more < less + 2 * 60 * MB


def test_windows_and_tiles_bound_the_memory():
    settings = denoising_settings.SETTINGS['fast']
    # So much that the pixels themselves hardly count.
    for step in ('iteration_memory', 'sweep_memory'):
        measured = cost(settings, 512, **{step: 5000 * MB})
        large, larger = memory_of(measured, 2048), memory_of(measured, 4096)
        assert larger < 1.3 * large


def test_a_fit_of_the_whole_image_takes_more_the_larger_it_is():
    settings = inpainting.SETTINGS['fast']
    measured = cost(settings, 512, iteration_memory=5000 * MB)
    once, twice = memory_of(measured, 512), memory_of(measured, 1024)
    assert twice - once > 3 * 5000 * MB


def test_the_data_of_an_enlargement_are_smaller_than_its_result():
    settings = super_resolution.SETTINGS['fast']
    measured = cost(settings, 512)
    alike, enlarged = (
        memory_of(replace(measured, enlargement=pixels), 4096)
        for pixels in (1, 16)
    )
    growth = enlarged - memory_of(replace(measured, enlargement=16), 512)
    assert enlarged < 0.8 * alike
    # The result itself, in single precision, is there in any case.
    assert growth > 4 * (4096**2 - 512**2)


@pytest.mark.parametrize(
    ('settings', 'kept'),
    [
        (denoising_settings.SETTINGS['fast'], MOST_KEPT),
        (inpainting.SETTINGS['fast'], MOST_KEPT_OF_LARGE),
    ],
    ids=['windows', 'whole'],
)
def test_no_more_is_kept_in_pieces_than_of_freed_memory(settings, kept):
    little, much = (
        memory_of(cost(settings, 512, sweep_memory=taken), 512)
        for taken in (2 * kept, 3 * kept)
    )
    assert much - little == kept


def test_whole_images_at_half_resolution_leave_more_in_pieces():
    halved = inpainting.SETTINGS['fast']
    network = replace(halved.network, reduction=1)
    alike, more = (
        memory_of(cost(settings, 512, iteration_memory=90 * MB), 512)
        for settings in (replace(halved, network=network), halved)
    )
    assert alike < more < alike + 90 * MB


def test_what_a_network_puts_around_an_image_is_found_from_two_sizes():
    small, large = (
        replace(
            cost(
                inpainting.SETTINGS['fast'],
                side,
                iteration_memory=(side + 40) ** 2,
            ),
            iteration=(side + 40.0) ** 2,
        )
        for side in (128, 256)
    )
    found = large.with_margin(small)
    assert found.margin == pytest.approx(40)
    iterations = found.fit.num_iter
    total = found.scaled((640, 512), channels=1)
    assert total.seconds == pytest.approx(iterations * 680 * 552)
    assert large.with_margin(large) == large


class Clock:
    """Stands still but for what sweeps take."""

    def __init__(self, sweeps):
        self.now = 0.0
        self._sweeps = iter(sweeps)

    def perf_counter(self):
        return self.now

    def sweep(self):
        self.now += next(self._sweeps)


@pytest.mark.parametrize(
    ('sweeps', 'told'),
    [((0.5, 1.0, 0.25), 0.5), ((2.5,), 2.5)],
    ids=['one was held up', 'long enough'],
)
def test_a_sweep_that_was_held_up_does_not_count(monkeypatch, sweeps, told):
    clock = Clock(sweeps)
    monkeypatch.setattr('napari_dip.restoration.probe.time', clock)
    assert _seconds_a_sweep(clock) == told


def test_an_estimate_is_swept_once_for_all_its_passes():
    measured = replace(cost(super_resolution.SETTINGS['fast'], 512), sweep=2.0)
    assert measured.scaled((512, 512), channels=1).seconds == 2.0
