from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks import results, runner
from benchmarks.speed import measures
from napari_dip.networks import UNetSpec
from napari_dip.noise.autocorrelation import find_correlation
from napari_dip.presets.published import RECIPES
from napari_dip.tasks.presets import denoise as denoising_settings
from napari_dip.tasks.presets import inpaint as inpainting
from napari_dip.tasks.presets import super_resolve as super_resolution


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Presets that end in no time."""
    for settings, preset, num_iter in (
        (denoising_settings.SETTINGS, 'fast', 12),
        (RECIPES, 'denoising', 100),
        (RECIPES, 'denoising-50', 100),
        (inpainting.SETTINGS, 'fast', 6),
        (super_resolution.SETTINGS, 'fast', 24),
    ):
        old = settings[preset]
        fit = replace(old.fit, num_iter=num_iter, num_samples=1)
        network = UNetSpec((4, 4), norm='batch')
        new = replace(old, network=network, fit=fit, filters=())
        monkeypatch.setitem(settings, preset, new)
    monkeypatch.setattr(measures, '_SECONDS', 0.0)


@pytest.mark.parametrize(
    ('kind', 'task', 'given', 'missing'),
    [
        ('denoise', 'denoise', 256, None),
        ('correlated', 'denoise', 256, None),
        ('lines', 'inpaint', 256, 1 / 8),
        ('scattered', 'inpaint', 256, 1 / 2),
        ('scratch', 'inpaint', 256, 6 * 43 / 256**2),
        ('enlarge', 'super_resolve', 64, None),
    ],
)
def test_problems_are_of_their_kind(kind, task, given, missing):
    found, problem = measures.make_problem(kind, 256)
    assert found == task
    assert problem.image.shape == (given, given)
    if missing is None:
        assert problem.mask is None
    else:
        assert problem.mask.mean() == pytest.approx(missing, rel=0.02)


def test_correlated_noise_is_seen_as_such():
    _, plain = measures.make_problem('denoise', 256)
    _, correlated = measures.make_problem('correlated', 256)
    assert find_correlation(plain.image[None]).independent
    assert not find_correlation(correlated.image[None]).independent


def test_an_iteration_has_work_and_time():
    figures = measures.iterations('denoise', 'fast', 64, 'cpu')
    assert figures['gflop'] > 1e-3
    assert 0 < figures['ms'] < 1e4


def test_a_call_is_measured_beside_the_published_iteration(data):
    what = ('fmd', 'Confocal_MICE', 'fast')
    found = measures.calls(*what, data, 'cpu')
    assert 0 < found['iterations'] <= 12
    assert found['seconds'] > found['published_iteration'] > 0
    assert found['published_iterations'] == 100
    assert found['psnr'] > 0


@pytest.mark.parametrize(('wanted', 'found'), [(-100, True), (200, False)])
def test_the_first_preview_that_is_good_enough_counts(data, wanted, found):
    problem = measures.find_case(data, 'fmd', 'Confocal_MICE').load()
    options = {'preset': 'fast', 'device': 'cpu'}
    seconds = measures.preview(problem, wanted, options)
    assert (seconds is not None) is found


def test_a_call_is_told_and_taken():
    limits = {'max_num_iter': 8, 'uncertainty': True}
    figures = measures.forecasts('denoise', 'fast', 64, limits, 'cpu')
    assert figures['iterations'] == '8 of 8'
    assert figures['seconds'] > 0
    assert figures['forecast'] > 0
    assert figures['total_memory'] > 50
    assert figures['total_memory'] >= figures['memory'] >= 0


@pytest.mark.parametrize(
    ('kind', 'iterations'), [('lines', 1), ('scattered', 1), ('enlarge', 24)]
)
def test_few_iterations_or_all_of_an_enlargement_have_cost_and_forecast(
    kind, iterations, monkeypatch
):
    monkeypatch.setattr(measures, '_FEW', 1)
    figures = measures.sizes(kind, 'fast', 64, 'cpu')
    assert figures['iterations'] == f'{iterations} of {iterations}'
    assert figures['seconds'] > 0
    assert figures['forecast'] > 0
    ratio = figures['forecast'] / figures['seconds']
    assert figures['ratio'] == pytest.approx(ratio)


@pytest.mark.slow
def test_seams_of_tiles_are_measured(tmp_path):
    missing = measures.seams.missing('lines', 416)
    path = tmp_path / 'tiles-lines.png'
    options = {'preset': 'fast', 'device': 'cpu'}
    figures = measures.tiled(missing, options, path, tile=240)
    assert figures['iterations'] == '24 of 24'
    names = {'along', 'elsewhere', 'difference', 'spread', 'step'}
    beside = figures['seam_beside_whole']
    assert figures['seam'].keys() == beside.keys() == names
    gain = figures['psnr'] - figures['psnr_at_once']
    assert beside['elsewhere'] == pytest.approx(gain, abs=1)
    assert path.exists()


def test_figures_of_another_device_replace_none(monkeypatch, tmp_path):
    known = {'forecasts': {'tiny, 64²': ['lines', 'fast', 64, {}]}}
    monkeypatch.setattr(measures, 'PARTS', known)
    (job,) = measures.jobs([], [], None, 'cpu')
    record = dict(zip(results.KEY, job.key, strict=True))
    record |= {'source': job.source, 'machine': {}}
    results.store(record, tmp_path, job.file)
    assert runner.pending([job], tmp_path, stale=True) == []
    monkeypatch.setattr(measures, 'resolve_device', lambda name: name)
    (other,) = measures.jobs([], [], None, 'cuda:0')
    assert other.names == ('speed', 'tiny, 64² on cuda:0', 'forecasts')
    assert runner.pending([other], tmp_path, stale=False) == [other]


def test_parts_and_names_choose():
    found = measures.jobs(['sizes'], ['1024', 'fast, 512'], None, 'cpu')
    assert {job.names[2] for job in found} == {'sizes'}
    assert len(found) == 6
    with pytest.raises(ValueError, match="no part 'x'; there are iterations"):
        measures.jobs(['x'], [], None, 'cpu')
