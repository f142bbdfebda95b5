from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, zoom

from benchmarks.datasets.photons import compress
from napari_dip.engine.early_stopping import NoRule
from napari_dip.latents.recorrupted import RecorruptedSpec
from napari_dip.noise.model import measure_noise
from napari_dip.tasks.presets import by_noise
from napari_dip.tasks.presets.by_noise import Plan, plan
from napari_dip.tasks.presets.denoise import SETTINGS, choose_settings
from tests.noise.drawn import WHITE, grain, photons, scanned, shifted

COUNTS = photons(12, 0).astype(float)
RAMP = np.linspace(0, 100, 256)
# Half as much from each pixel to the next.
LONG_TAIL = RAMP + scanned(scanned(WHITE, 0.5).T, 0.5)


def planned(*planes: np.ndarray) -> Plan:
    return plan(measure_noise(np.stack(planes).astype(float)))


def chosen(preset: str, planes: np.ndarray, **told):
    return choose_settings(preset, planes, measure_noise(planes, **told))


@pytest.mark.parametrize(
    ('image', 'expected'),
    [
        (COUNTS, Plan(1, (1, 1), correlated=False, second=False)),
        (scanned(COUNTS, 0.35), Plan(1, (1, 3))),
        (scanned(COUNTS, 0.35).T, Plan(1, (3, 1))),
        (gaussian_filter(COUNTS, (0, 1.2)), Plan(1, (1, 7))),
        (gaussian_filter(COUNTS, (1.2, 0)), Plan(1, (7, 1))),
        (shifted(COUNTS, 0.5, 0.5), Plan(1, (3, 3))),
        (gaussian_filter(COUNTS, 0.9), Plan(2, (3, 3))),
        (zoom(COUNTS, 2, order=1), Plan(2, (3, 3))),
        (LONG_TAIL, Plan(3, (3, 3))),
        (compress(6 * photons(20, 0), 70), Plan(2, (1, 1))),
    ],
    ids=[
        'independent',
        'rows',
        'columns',
        'far along rows',
        'far along columns',
        'shifted',
        'smoothed',
        'enlarged',
        'long tail',
        'JPEG',
    ],
)
def test_what_follows_from_the_noise(image, expected):
    assert planned(image) == expected


def test_structure_that_noise_drowns_is_fitted_in_bins():
    faint = np.random.default_rng(0).normal(0, 10, (256, 256))
    found = planned(faint + np.linspace(0, 5, 256))
    assert found.binning > 1
    assert not found.correlated
    drowned = planned(gaussian_filter(WHITE, 1) + RAMP / 50)
    assert drowned.binning > 2
    # Nothing finer is to be found there.
    assert not drowned.second


def test_all_channels_have_to_share_what_reaches_all_around():
    smooth = gaussian_filter(COUNTS, 0.9)
    assert planned(smooth, 2 * smooth + 7) == Plan(2, (3, 3))
    assert not planned(smooth, WHITE).correlated


@pytest.mark.parametrize('preset', ['fast', 'balanced', 'best'])
def test_correlated_noise_is_not_asked_for_beside_its_like(preset):
    settings = chosen(preset, shifted(WHITE, 0.5, 0.4)[None] + RAMP)
    assert settings.latent.block == (3, 3)
    assert settings.binning == 1
    # Covariances of like blocks ask for more than is known of it.
    assert settings.filters == by_noise._RESIDUAL
    assert not settings.stabilise_noise
    # What that leaves out is found once the noise is known.
    assert settings.second.latent == RecorruptedSpec(0.5)
    assert settings.second.binning == 1
    assert settings.second.stopping == NoRule()
    assert settings.second.fit.optimiser == 'adam'


def test_the_published_recipe_is_what_it_is():
    assert chosen('ulyanov2018', grain(True)) is SETTINGS['ulyanov2018']


def test_noise_that_drowns_structure_is_not_learnt_by_heart():
    smooth = gaussian_filter(WHITE, 1)[None]
    clear, drowned = (chosen('fast', smooth + RAMP / n) for n in (1, 50))
    assert drowned.binning > clear.binning == 2
    assert drowned.fit.num_iter < clear.fit.num_iter == 200
    assert drowned.second is None


def test_what_is_told_takes_the_place_of_what_is_measured():
    planes = shifted(COUNTS, 0.5, 0.5)[None]
    alone = chosen('fast', planes, correlation='independent')
    assert alone.latent.block == (1, 1)
    assert alone.second is None
    rows = chosen('fast', COUNTS[None], correlation='rows')
    assert rows.latent.block == (1, 3)
