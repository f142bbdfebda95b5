from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.speed import calls
from napari_dip.networks import TrunkSpec
from napari_dip.tasks import denoise_settings as denoising_settings


@pytest.fixture
def small(monkeypatch):
    """Presets that end in no time."""
    for preset, num_iter in (('fast', 12), ('ulyanov2018', 100)):
        settings = denoising_settings.SETTINGS[preset]
        fit = replace(settings.fit, num_iter=num_iter, passes=1)
        small = replace(settings, network=TrunkSpec((4, 4)), fit=fit)
        monkeypatch.setitem(denoising_settings.SETTINGS, preset, small)


@pytest.mark.usefixtures('small')
def test_a_call_is_measured_beside_the_published_iteration(data):
    found = calls.measure('FMD Confocal_MICE, fast', data, 'cpu')
    assert found['shape'] == [48, 48]
    assert 0 < found['iterations'] <= 12
    assert found['seconds'] > found['published_iteration'] > 0
    assert found['published_iterations'] == 100
    assert found['psnr'] > 0


@pytest.mark.usefixtures('small')
@pytest.mark.parametrize(('wanted', 'found'), [(-100, True), (200, False)])
def test_the_first_preview_that_is_good_enough_counts(data, wanted, found):
    problem = calls.find_case(data, 'fmd', 'Confocal_MICE').load()
    seconds = calls._first_preview(problem, 'fast', 'cpu', wanted)
    assert (seconds is not None) is found
