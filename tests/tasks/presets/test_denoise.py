from __future__ import annotations

import numpy as np
import pytest

from napari_dip.images.repeats import match_all
from napari_dip.latents.blind_spot import BlindSpotSpec
from napari_dip.noise.model import measure_noise
from napari_dip.presets.choices import PRESETS
from napari_dip.tasks.presets import denoise
from napari_dip.tasks.presets.denoise import SETTINGS, choose_settings
from tests.noise.drawn import (
    CELLS,
    frames,
    grain,
    scanned,
)


def chosen_for(preset, planes, repeats=None):
    """Settings for an image in the noise that is measured on it."""
    frames = None if repeats is None else repeats.planes
    noise = measure_noise(planes, frames=frames)
    return choose_settings(preset, planes, noise, repeats)


def _ramp(channels, side):
    """Structure that stands out of noise."""
    noise = np.random.default_rng(0).normal(0, 10, (channels, side, side))
    return noise + np.linspace(0, 100, side)


def test_a_preset_stands_for_its_settings():
    large = _ramp(1, 800)
    for preset in PRESETS:
        assert chosen_for(preset, large) == SETTINGS[preset]
    with pytest.raises(ValueError, match="preset: 'none' is unknown"):
        chosen_for('none', grain(False))


def test_only_a_long_fit_keeps_a_part_of_itself_beside_both_filters():
    chosen = [
        chosen_for(preset, _ramp(1, 256)).filters
        for preset in ('fast', 'balanced', 'best')
    ]
    assert chosen == [
        denoise._COVARIANCES,
        denoise._COVARIANCES,
        denoise._SIDE_BY_SIDE,
    ]


@pytest.mark.parametrize(
    ('channels', 'side', 'augment'),
    [(1, 96, True), (1, 256, True), (3, 256, False), (1, 512, False)],
)
def test_few_values_are_seen_augmented(channels, side, augment):
    planes = _ramp(channels, side)
    assert chosen_for('balanced', planes).fit.augment is augment


def test_more_is_dropped_where_other_channels_tell_of_the_place():
    grey, colour = (
        chosen_for('fast', np.zeros((channels, 512, 512))).latent.masked
        for channels in (1, 3)
    )
    assert grey < colour


def test_few_photons_are_counted_in_squares():
    light = np.stack([0.01 * CELLS, 0.005 * CELLS])
    planes = np.random.default_rng(0).poisson(light).astype(float)
    for preset in ('fast', 'balanced', 'best'):
        settings = chosen_for(preset, planes)
        assert settings.binning > 1
        # More would learn so few and noisy values by heart.
        assert settings.fit.num_iter < SETTINGS['fast'].fit.num_iter
        assert settings.fit.num_samples == SETTINGS[preset].fit.num_samples
        assert settings.latent.block == (1, 1)
    # The brighter channel keeps its detail.
    bright = np.concatenate(
        [planes, [np.random.default_rng(1).poisson(CELLS)]]
    )
    assert chosen_for('fast', bright).binning == 1
    published = chosen_for('ulyanov2018', planes)
    assert published is SETTINGS['ulyanov2018']


def test_what_channels_share_along_different_axes_is_shared_all_around():
    slow = scanned(grain(False), 0.5)
    planes = np.concatenate([slow, slow.transpose(0, 2, 1)])
    assert chosen_for('fast', planes).latent.block == (3, 3)


def test_the_published_recipe_takes_the_mean_of_frames():
    given = frames(2, correlated=True)
    repeats = match_all(given[:1], [given[1:]])
    settings = chosen_for('ulyanov2018', repeats.mean, repeats)
    assert settings is SETTINGS['ulyanov2018']


def test_no_preset_is_quicker_than_split_frames_bear():
    given = frames(2, correlated=True)
    repeats = match_all(given[:1], [given[1:]])
    rates = {
        preset: chosen_for(preset, repeats.mean, repeats).fit.learning_rate
        for preset in ('fast', 'balanced', 'best')
    }
    assert max(rates.values()) < SETTINGS['fast'].fit.learning_rate


def test_frames_whose_noise_is_their_pixels_own_are_fitted_as_any_image():
    given = frames(2, correlated=False)
    repeats = match_all(given[:1], [given[1:]])
    settings = chosen_for('balanced', repeats.mean, repeats)
    assert isinstance(settings.latent, BlindSpotSpec)
    assert settings.second is None


def test_faint_structure_is_looked_for_in_squares():
    planes = np.random.default_rng(0).normal(0, 10, (2, 256, 256))
    planes += np.linspace(0, 5, 256)
    for preset in ('fast', 'balanced', 'best'):
        settings = chosen_for(preset, planes)
        assert settings.binning > 1
        assert settings.fit.num_iter < SETTINGS['fast'].fit.num_iter
        assert settings.fit.num_samples == SETTINGS[preset].fit.num_samples
    # The clearer channel keeps its detail.
    clear = np.concatenate([planes, _ramp(1, 256)])
    assert chosen_for('fast', clear).binning == 1
    published = chosen_for('ulyanov2018', planes)
    assert published is SETTINGS['ulyanov2018']
