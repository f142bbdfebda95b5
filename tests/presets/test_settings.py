from __future__ import annotations

import json

import pytest

from napari_dip.engine.settings import FitSettings
from napari_dip.latents.blind_spot import BlindSpotSpec
from napari_dip.networks import DeepDecoderSpec
from napari_dip.noise.intensity import Unit
from napari_dip.presets.choices import PRESETS
from napari_dip.presets.published import RECIPES
from napari_dip.presets.settings import Settings, shorten
from napari_dip.tasks.presets import denoise as denoising_settings
from napari_dip.tasks.presets import inpaint as inpainting
from napari_dip.tasks.presets import super_resolve as super_resolution

ALL = [
    pytest.param(settings, id=f'{module.__name__.split(".")[-1]}-{name}')
    for module in (denoising_settings, inpainting, super_resolution)
    for name, settings in module.SETTINGS.items()
]


@pytest.mark.parametrize('settings', [*ALL, *RECIPES.values()])
def test_settings_become_json_and_name_the_network(settings):
    content = json.loads(json.dumps(settings.to_dict(), allow_nan=False))
    assert content['network']['kind'] in ('unet', 'cnn', 'skip')
    assert content['fit']['num_iter'] == settings.fit.num_iter
    assert set(content) >= {
        'network',
        'latent',
        'fit',
        'stopping',
        'range_',
        'stabilise_noise',
        'kernel',
    }


def test_the_deep_decoder_is_named_too():
    content = Settings(network=DeepDecoderSpec()).to_dict()
    assert content['network']['kind'] == 'deepdecoder'


@pytest.mark.parametrize('settings', ALL)
def test_settings_are_consistent(settings):
    # A U-Net has a linear output; only a sigmoid needs data from 0 to 1.
    squeezed = getattr(settings.network, 'sigmoid', False)
    assert (settings.range_ == Unit()) == squeezed
    if settings.fit.window is not None:
        # Windows have batch statistics of their own, and seams.
        assert settings.network.norm == 'none'
        assert settings.fit.window % settings.network.multiple == 0
        assert settings.fit.average == 'weights'
    if isinstance(settings.latent, BlindSpotSpec):
        assert 0 < settings.latent.masked < 1
    assert 0 <= settings.stopping.held_out < 0.5


@pytest.mark.parametrize(
    'module', [denoising_settings, inpainting, super_resolution], ids=str
)
def test_presets_go_from_quick_to_thorough(module):
    names = [p for p in PRESETS if p in module.SETTINGS]
    assert {'fast', 'balanced', 'best'} <= set(names)
    counts = [
        module.SETTINGS[n].fit.num_iter for n in ('fast', 'balanced', 'best')
    ]
    assert counts == sorted(counts)


def test_a_second_fit_is_counted_and_named():
    second = Settings(fit=FitSettings(num_iter=30))
    settings = Settings(fit=FitSettings(num_iter=50), second=second)
    assert second.num_iter == 30
    assert settings.num_iter == 80
    content = json.loads(json.dumps(settings.to_dict(), allow_nan=False))
    assert content['second']['network']['kind'] == 'unet'
    assert content['second']['fit']['num_iter'] == 30
    assert second.to_dict()['second'] is None


def test_no_limit_or_a_loose_one_changes_nothing():
    settings = denoising_settings.SETTINGS['fast']
    assert shorten(settings, None) is settings
    assert shorten(settings, settings.num_iter) is settings


def test_the_schedule_is_compressed_as_a_whole():
    settings = denoising_settings.SETTINGS['balanced']
    shorter = shorten(settings, settings.num_iter // 2)
    assert shorter.fit.num_iter == settings.num_iter // 2
    assert shorter.stopping.min_start == settings.stopping.min_start // 2
    assert shorter.fit.learning_rate == settings.fit.learning_rate


def test_a_first_fit_stays_whole_where_there_is_no_schedule_to_compress():
    def both(schedule):
        second = Settings(fit=FitSettings(num_iter=900, schedule=schedule))
        fit = FitSettings(num_iter=100, schedule=schedule)
        return Settings(fit=fit, second=second)

    shorter = shorten(both('constant'), 300)
    assert (shorter.fit.num_iter, shorter.second.fit.num_iter) == (100, 200)
    shorter = shorten(both('one_cycle'), 300)
    assert (shorter.fit.num_iter, shorter.second.fit.num_iter) == (30, 270)
    # Too few are left for the second.
    shorter = shorten(both('constant'), 140)
    assert (shorter.fit.num_iter, shorter.second) == (100, None)


def test_a_fit_on_windows_is_not_hurried():
    settings = denoising_settings.SETTINGS['fast']
    shorter = shorten(settings, settings.num_iter // 4)
    assert shorter.fit.learning_rate == settings.fit.learning_rate / 4
    whole = super_resolution.SETTINGS_COARSE['fast']
    assert shorten(whole, 10).fit.learning_rate == whole.fit.learning_rate
