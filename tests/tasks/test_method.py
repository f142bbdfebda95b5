from __future__ import annotations

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from napari_dip import (
    DeepImagePrior,
    denoise,
    inpaint,
    measure_noise,
    super_resolve,
)
from napari_dip.engine.early_stopping import (
    HeldOutEstimate,
    NoRule,
    PlantedNoise,
)
from napari_dip.latents.noise import MeshGridSpec
from napari_dip.latents.planted import PlantedSpec
from napari_dip.networks import SkipSpec, UNetSpec
from napari_dip.presets.choices import PRESETS
from napari_dip.presets.options import Options
from napari_dip.presets.published import RECIPES
from napari_dip.tasks.arguments import read_arguments
from napari_dip.tasks.denoise import start_denoising
from napari_dip.tasks.inpaint import start_inpainting
from napari_dip.tasks.method import read_method
from napari_dip.tasks.presets.deep_image_prior import LIGHT, plain_settings
from napari_dip.tasks.presets.denoise import choose_settings
from napari_dip.tasks.super_resolve import start_super_resolution
from tests.tasks.contract import run

ROWS, COLUMNS = np.mgrid[:40, :44]
CLEAN = 100 + 40 * np.sin(COLUMNS / 7) * np.cos(ROWS / 9)
NOISY = CLEAN + np.random.default_rng(0).normal(0, 10, CLEAN.shape)
HOLE = np.zeros(CLEAN.shape, bool)
HOLE[10:14, 5:40] = True
TINY = DeepImagePrior(depth=2, width=8)
FEW = {'preset': 'fast', 'max_num_iter': 3, 'device': 'cpu'}


def test_every_option_has_a_help_and_a_place_in_the_docstring():
    arguments = read_arguments(DeepImagePrior)
    assert {a.name for a in arguments} == set(DeepImagePrior().__dict__)
    for argument in arguments:
        assert argument.field.help.endswith('.')
        assert argument.name in DeepImagePrior.__doc__


@pytest.mark.parametrize(
    ('name', 'value'),
    [
        ('recipe', 'odd'),
        ('stopping', 'never'),
        ('depth', 0),
        ('depth', 2.5),
        ('width', True),
        ('jitter', -0.1),
        ('jitter', float('nan')),
        ('averaging', 1.0),
        ('learning_rate', 'fast'),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(name, value):
    with pytest.raises(ValueError, match=rf'^{name}: .*(choose|give)'):
        DeepImagePrior(**{name: value})


def test_a_method_is_a_name_or_its_options():
    assert read_method('auto') is None
    assert read_method('deep-image-prior') == DeepImagePrior()
    assert read_method(TINY) is TINY
    assert read_method({'depth': 2, 'width': 8}) == TINY
    with pytest.raises(ValueError, match=r"^method: 'dip' .*choose"):
        read_method('dip')


def test_the_record_tells_what_was_chosen():
    assert DeepImagePrior().to_argument() == 'deep-image-prior'
    assert TINY.to_argument() == {'depth': 2, 'width': 8}


def test_the_choice_loads_no_torch():
    code = (
        'import sys; from napari_dip.tasks.method import METHODS; '
        "sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, '-c', code], check=False).returncode
        == 0
    )


@pytest.mark.parametrize('preset', PRESETS)
@pytest.mark.parametrize('method', [None, DeepImagePrior()])
def test_the_published_preset_is_the_published_recipe(preset, method):
    noise = measure_noise(NOISY)
    settings = choose_settings(preset, NOISY[None], noise, method=method)
    if preset == 'ulyanov2018':
        recipe = RECIPES['denoising']
        assert settings.network == recipe.network
        assert settings.latent == recipe.latent
        assert settings.fit == recipe.fit
        assert settings.stopping == NoRule()


def test_light_networks_and_the_published_one_stop_by_themselves():
    for preset in ('fast', 'balanced'):
        settings = plain_settings(DeepImagePrior(), preset, 'text')
        assert settings.network == LIGHT[preset].network
        assert isinstance(settings.stopping, HeldOutEstimate)
    settings = plain_settings(DeepImagePrior(), 'best', 'text')
    assert settings.network == RECIPES['text'].network
    assert isinstance(settings.stopping, HeldOutEstimate)
    # Its estimate is an average, whose error is followed.
    assert settings.fit.decay == settings.stopping.decay == 0.99


@pytest.mark.parametrize(
    'options',
    [
        {'skip': 2},
        {'upsampling': 'nearest'},
        {'downsampling': 'average'},
    ],
)
def test_what_the_light_network_lacks_is_refused(options):
    [name] = options
    with pytest.raises(ValueError, match=rf'^{name}: .*recipe='):
        plain_settings(DeepImagePrior(**options), 'fast', 'text')


def test_the_light_network_is_none_of_the_published_preset():
    with pytest.raises(ValueError, match=r'^recipe: '):
        plain_settings(DeepImagePrior(recipe='light'), 'ulyanov2018', 'text')


def test_options_change_what_they_name():
    method = DeepImagePrior(
        recipe='denoising',
        depth=2,
        width=6,
        skip=0,
        upsampling='nearest',
        downsampling='average',
        latent='gaussian',
        optimise_latent=True,
        jitter=0.2,
        averaging=0.5,
        learning_rate=0.004,
        tv_weight=0.1,
        stopping='none',
    )
    settings = plain_settings(method, 'fast', 'text')
    network, latent, fit = settings.network, settings.latent, settings.fit
    assert (network.down, network.up, network.skip) == ((6, 6), (6, 6), (0, 0))
    assert network.upsampling == ('nearest', 'nearest')
    assert network.downsampling == 'average'
    assert (latent.channels, latent.jitter, latent.optimised) == (
        32,
        0.2,
        True,
    )
    assert (fit.decay, fit.learning_rate, fit.tv_weight) == (0.5, 0.004, 0.1)
    assert settings.stopping == NoRule()


@pytest.mark.parametrize(
    'method',
    [
        TINY,
        DeepImagePrior(recipe='library', depth=2, width=4),
        DeepImagePrior(
            recipe='denoising',
            depth=2,
            width=4,
            latent='gaussian',
            optimise_latent=True,
            tv_weight=0.1,
        ),
        DeepImagePrior(latent='image', depth=2, width=4, averaging=0),
        DeepImagePrior(latent='grid', depth=2, width=4),
        DeepImagePrior(stopping='moving-variance', depth=2, width=4),
    ],
)
def test_all_tasks_take_it_and_its_record_repeats_it(method):
    for restore, more in (
        (denoise, ()),
        (inpaint, (HOLE,)),
        (super_resolve, (2,)),
    ):
        first, record = restore(
            NOISY, *more, method=method, return_info=True, **FEW
        )
        assert np.isfinite(first).all()
        assert record.arguments['method'] == method.to_argument()
        told = {k: v for k, v in record.arguments.items() if k != 'factor'}
        again = restore(NOISY, *more, **told)
        np.testing.assert_array_equal(again, first)


def smoothed(side: int) -> np.ndarray:
    """A scene in noise that is shared by neighbours all around."""
    rows, columns = np.mgrid[:side, :side]
    scene = 100 + 40 * np.sin(columns / 7) * np.cos(rows / 9)
    white = np.random.default_rng(0).normal(0, 40, (side + 2, side + 2))
    noise = np.lib.stride_tricks.sliding_window_view(white, (3, 3))
    return scene + noise.mean((2, 3))


def test_planted_noise_tells_where_noise_is_correlated():
    noisy = smoothed(224)
    noise = measure_noise(noisy)
    assert noise.correlation.all_around
    method, preset = DeepImagePrior(), 'balanced'
    first = plain_settings(method, preset, 'denoising', noise)
    second = first.second
    assert first.stopping == NoRule()
    assert first.fit.num_iter == second.stopping.patience == 100
    assert second.stopping == PlantedNoise(decay=first.fit.decay)
    assert second.latent == PlantedSpec(first.latent)
    assert second.fit.num_iter == LIGHT[preset].fit.num_iter
    assert first.binning == second.binning > 1
    published = plain_settings(method, 'best', 'denoising', noise)
    assert published.network == first.network
    assert published.range_ == first.range_
    assert published.second.network == RECIPES['denoising'].network
    assert published.second.range_ == RECIPES['denoising'].range_
    # The noise of so few bins cannot be measured; and what was asked for is.
    few = plain_settings(
        method, preset, 'denoising', measure_noise(smoothed(128))
    )
    told = plain_settings(
        DeepImagePrior(stopping='held-out'), preset, 'denoising', noise
    )
    sampled = plain_settings(
        DeepImagePrior(posterior=True), preset, 'denoising', noise
    )
    for one in (few, told, sampled):
        assert one.second is None
        assert isinstance(one.stopping, HeldOutEstimate)
        assert max(one.stopping.block) > 1
    letter = plain_settings(method, 'ulyanov2018', 'denoising', noise)
    assert letter.second is None
    assert letter.stopping == NoRule()


@pytest.mark.slow
def test_it_is_fitted_twice_then_and_the_record_says_so(monkeypatch):
    light = replace(LIGHT['balanced'], network=UNetSpec((4, 4)))
    monkeypatch.setitem(LIGHT, 'balanced', light)
    noisy, method = smoothed(208), DeepImagePrior(depth=2, width=4)
    options = {'preset': 'fast', 'device': 'cpu', 'return_info': True}
    _, record = denoise(noisy, method=method, max_num_iter=150, **options)
    assert [n for n, _ in record.fits] == [100, 50]
    assert any('second fit noise' in note for note in record.notes)
    assert 'measured on what a first fit left' in record.noise
    # Of the second fit alone.
    assert min(n for n, _ in record.metric_history) > 100
    _, short = denoise(noisy, method=method, max_num_iter=4, **options)
    assert [n for n, _ in short.fits] == [4]
    assert not any('second fit' in note for note in short.notes)


def test_it_stops_by_itself_with_its_best_estimate():
    restored, record = denoise(
        NOISY,
        method=DeepImagePrior(depth=3, width=16),
        preset='fast',
        device='cpu',
        return_info=True,
    )
    assert record.reason == 'HELD_OUT_MINIMUM'
    assert 0 < record.best_iteration < record.iterations
    error = np.mean((restored - CLEAN) ** 2)
    assert error < np.mean((NOISY - CLEAN) ** 2) / 2


def test_a_hot_pixel_does_not_break_it():
    image = (10 * NOISY).astype(np.uint16)
    hot = image.copy()
    hot[20, 21] = 60_000
    method = DeepImagePrior(recipe='denoising', depth=3, width=16)
    options = FEW | {'max_num_iter': 60}
    plain = denoise(image, method=method, **options)
    restored = denoise(hot, method=method, **options)
    assert restored.max() < 2000
    without, with_it = (
        np.corrcoef(found.ravel(), CLEAN.ravel())[0, 1]
        for found in (plain, restored)
    )
    assert without > 0.8
    assert with_it > without - 0.02


@pytest.fixture
def small_recipes(monkeypatch):
    """The published recipes, but for their networks."""
    small = SkipSpec((4,), (4,), (0,), (3,), (3,), ('nearest',))
    for name, recipe in RECIPES.items():
        monkeypatch.setitem(RECIPES, name, replace(recipe, network=small))


@pytest.mark.parametrize(
    ('start', 'given'),
    [
        (start_denoising, ()),
        (start_inpainting, (HOLE,)),
        (start_super_resolution, (2,)),
    ],
)
@pytest.mark.parametrize('method', ['auto', 'deep-image-prior'])
def test_a_hot_pixel_is_missing_for_published_recipes(
    start, given, method, small_recipes
):
    hot = (10 * NOISY).astype(np.uint16)
    hot[20, 21] = 60_000
    options = Options('ulyanov2018', device='cpu', max_num_iter=1)
    session = start(hot, *given, method=method, options=options)
    problem = session._fit.problem
    assert problem.known[0, 0, 20, 21] == 0
    assert problem.data.max() <= 1
    told = session.record()
    assert any('1 hot or dead pixel' in t for t in (told.noise, *told.notes))
    session.close()


@pytest.mark.parametrize(('sigma', 'jitter'), [(25, 1 / 30), (50, 1 / 20)])
@pytest.mark.parametrize('method', [None, DeepImagePrior(recipe='auto')])
def test_strong_noise_has_the_published_jitter(sigma, jitter, method):
    rows, columns = np.mgrid[:128, :128]
    clean = 128 + 60 * np.sin(columns / 15) * np.cos(rows / 19)
    noise = np.random.default_rng(0).normal(0, sigma, clean.shape)
    noisy = (clean + noise).clip(0, 255).astype(np.uint8)
    settings = choose_settings(
        'ulyanov2018', noisy[None], measure_noise(noisy), method=method
    )
    assert settings.latent.jitter == jitter


@pytest.mark.usefixtures('tiny')
def test_the_posterior_has_an_uncertainty():
    method = DeepImagePrior(posterior=True, depth=2, width=4)
    restored, record = denoise(
        NOISY,
        method=method,
        uncertainty=True,
        return_info=True,
        **FEW | {'max_num_iter': 40},
    )
    assert np.isfinite(restored).all()
    assert (record.uncertainty > 0).mean() > 0.99
    assert record.iterations == 40
    with pytest.raises(ValueError, match=r'^uncertainty: .*posterior'):
        denoise(NOISY, method=TINY, uncertainty=True, return_info=True, **FEW)
    with pytest.raises(ValueError, match=r'^stopping: '):
        DeepImagePrior(posterior=True, stopping='held-out')


@pytest.mark.parametrize('recipe', ['vase', 'library', 'most-missing'])
def test_recipes_of_large_holes_have_names_in_python_and_commands(
    recipe, small_recipes, tmp_path, monkeypatch
):
    """98 % of the pixels are missing, most of them in one hole."""
    image = np.rint(CLEAN)
    mask = np.random.default_rng(0).random(image.shape) < 0.96
    mask[10:30, 10:30] = True
    assert 0.96 < mask.mean() < 0.98
    method = DeepImagePrior(recipe=recipe)
    found, record = inpaint(
        image, mask, method=method, return_info=True, **FEW
    )
    np.testing.assert_array_equal(found[~mask], image[~mask])
    assert np.isfinite(found).all()
    assert record.arguments['method'] == {'recipe': recipe}
    for name, array in (('a', image), ('mask', mask)):
        np.save(tmp_path / f'{name}.npy', array)
    call = ['inpaint', *(tmp_path / f'{n}.npy' for n in ('a', 'mask', 'out'))]
    call += ['--method', 'deep-image-prior', '--recipe', recipe]
    for option, value in FEW.items():
        call += [f'--{option.replace("_", "-")}', value]
    assert run(call, monkeypatch) == 0
    np.testing.assert_array_equal(np.load(tmp_path / 'out.npy'), found)


def test_the_vase_has_the_mesh_grid_for_z():
    settings = plain_settings(DeepImagePrior(recipe='vase'), 'fast', 'text')
    assert isinstance(settings.latent, MeshGridSpec)
    assert settings.network == RECIPES['vase'].network
