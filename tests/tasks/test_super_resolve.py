from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch

from napari_dip import measure_noise, super_resolve
from napari_dip.engine.averaging.coarse_to_fine import CoarseToFineAverage
from napari_dip.latents.base import Given
from napari_dip.latents.internal import InternalSpec
from napari_dip.latents.noise import UniformNoiseSpec
from napari_dip.operators.back_projection import agree, enlarge
from napari_dip.operators.downsample import Downsample
from napari_dip.presets.choices import FACTORS, PRESETS
from napari_dip.presets.options import Options
from napari_dip.presets.published import RECIPES
from napari_dip.tasks.presets import super_resolve as super_resolution
from napari_dip.tasks.presets.super_resolve import choose_settings
from napari_dip.tasks.super_resolve import start_super_resolution

ROWS, COLUMNS = np.mgrid[:20, :24]
IMAGE = 300 + 80 * np.sin(COLUMNS / 3) * np.cos(ROWS / 4)
FEW = {'preset': 'fast', 'max_num_iter': 2, 'device': 'cpu'}


@pytest.mark.usefixtures('tiny')
@pytest.mark.parametrize('factor', [*FACTORS, 5, (2, 2), (1, 3), (4, 1)])
def test_the_result_is_the_factor_times_the_image(factor):
    rows, columns = factor if isinstance(factor, tuple) else (factor, factor)
    restored, record = super_resolve(IMAGE, factor, return_info=True, **FEW)
    assert restored.shape == (20 * rows, 24 * columns)
    assert record.arguments['factor'] == [rows, columns]


@pytest.mark.usefixtures('tiny')
@pytest.mark.parametrize('axis', [0, 1, 2])
def test_channels_are_not_enlarged(axis):
    image = np.stack([IMAGE, IMAGE + 9], axis)
    shape = super_resolve(image, (2, 3), channel_axis=axis, **FEW).shape
    assert shape[axis] == 2
    assert sorted(shape) == [2, 40, 72]


def down(image: np.ndarray, factors, kernel='area') -> np.ndarray:
    tensor = torch.from_numpy(image.astype(np.float32))[None, None]
    return Downsample(factors, kernel)(tensor)[0, 0].numpy()


@pytest.mark.usefixtures('tiny')
@pytest.mark.parametrize('factors', [(2, 2), (1, 3), (4, 4)])
def test_preview_and_result_agree_with_the_image(factors):
    session = start_super_resolution(
        IMAGE, factors, options=Options('fast', 0, 'cpu', max_num_iter=4)
    )
    next(session)
    for image in (session.preview(), session.result()):
        left = IMAGE - down(image, factors, 'lanczos3')
        # At the border the filters see what they continue it with.
        assert left[2:-2, 2:-2].std() < 0.01 * IMAGE.std()


def test_the_result_covers_the_rectangle_of_the_image():
    # A slope must not be shifted: image pixel k is centred at
    # (k + 1/2) factor - 1/2 of the result.
    slope = np.tile(np.arange(24.0), (20, 1))
    restored = super_resolve(
        slope, 4, preset='fast', max_num_iter=150, device='cpu'
    )
    columns = np.arange(96)
    expected = (columns + 0.5) / 4 - 0.5
    found = restored.mean(axis=0)
    inner = slice(12, -12)
    assert abs(np.mean((found - expected)[inner])) < 0.1


@pytest.mark.parametrize(
    ('factor', 'error'),
    [
        (0, ValueError),
        (-1, ValueError),
        (1, ValueError),
        (9, ValueError),
        (0.5, TypeError),
        ('2', TypeError),
        (None, TypeError),
    ],
)
def test_a_factor_that_will_not_do(factor, error):
    with pytest.raises(error, match=r'^factor: .*give'):
        super_resolve(IMAGE, factor)


def test_eight_has_a_published_recipe_of_its_own():
    assert choose_settings('ulyanov2018', (8, 8)) is (RECIPES['enlarging-8'])
    for factors in ((2, 2), (4, 4), (1, 3)):
        assert choose_settings('ulyanov2018', factors) is RECIPES['enlarging']


@pytest.mark.parametrize('preset', PRESETS)
def test_every_preset_runs(preset):
    restored = super_resolve(
        IMAGE[:17, :16], 2, preset=preset, max_num_iter=2, device='cpu'
    )
    assert restored.shape == (34, 32)
    assert np.isfinite(restored).all()


@pytest.mark.parametrize('preset', ['fast', 'balanced', 'best'])
@pytest.mark.parametrize(
    ('factors', 'kind'),
    [
        ((4, 4), InternalSpec),
        ((8, 4), InternalSpec),
        ((5, 8), UniformNoiseSpec),
        ((8, 8), UniformNoiseSpec),
    ],
)
def test_where_little_is_left_to_reduce_noise_is_fitted(preset, factors, kind):
    assert isinstance(choose_settings(preset, factors).latent, kind)


def test_a_great_enlargement_agrees_with_the_image(monkeypatch):
    settings = super_resolution.SETTINGS_COARSE['fast']
    small = replace(settings.network, widths=(4, 4))
    fit = replace(settings.fit, num_iter=50)
    tiny = replace(settings, network=small, fit=fit)
    monkeypatch.setitem(super_resolution.SETTINGS_COARSE, 'fast', tiny)
    image = IMAGE[:16, :16]
    restored = super_resolve(image, (5, 6), preset='fast', device='cpu')
    left = image - down(restored, (5, 6), 'lanczos3')
    assert left[2:-2, 2:-2].std() < 0.01 * image.std()


@pytest.mark.slow
def test_noise_is_taken_out_in_the_same_fit():
    rows, columns = np.mgrid[:48, :48]
    clean = 100 + 40 * np.sin(rows / 5) * np.cos(columns / 4)
    noisy = clean + np.random.default_rng(0).normal(0, 12, clean.shape)
    kept, removed = (
        super_resolve(noisy, 2, preset='fast', remove_noise=remove)
        for remove in ('no', 'auto')
    )
    small = [
        found.reshape(48, 2, 48, 2).mean(axis=(1, 3)) - clean
        for found in (kept, removed)
    ]
    # What is kept agrees with the noisy data.
    assert small[0].std() > 9
    assert small[1].std() < 7


@pytest.mark.parametrize(
    ('arguments', 'sentence'),
    [
        ({'factor': 8}, 'remove_noise: noise is taken out by'),
        ({'preset': 'ulyanov2018'}, 'remove_noise: noise is taken out by'),
        (
            {'uncertainty': True, 'return_info': True},
            'uncertainty: it is not known where noise is removed',
        ),
    ],
)
def test_where_noise_cannot_be_taken_out_is_told(arguments, sentence):
    image = np.random.default_rng(0).normal(100, 5, (32, 32))
    with pytest.raises(ValueError, match=sentence):
        super_resolve(image, **{'factor': 2, **arguments}, remove_noise='yes')


@pytest.mark.usefixtures('tiny')
@pytest.mark.parametrize(
    'kept', [{'factor': 5}, {'preset': 'ulyanov2018'}, {'uncertainty': True}]
)
def test_noise_is_enlarged_where_it_cannot_be_taken_out(kept):
    noise = np.random.default_rng(0).normal(100, 10, (40, 40))
    options = {'factor': 2, **FEW, **kept, 'return_info': True}
    _, record = super_resolve(noise, **options)
    assert any('Noise is enlarged' in note for note in record.notes)


@pytest.mark.usefixtures('tiny')
@pytest.mark.parametrize('chosen', ['no', 'auto', 'yes'])
def test_what_becomes_of_noise_is_told(chosen):
    rows, columns = np.mgrid[:48, :48]
    image = 50 * np.sin(rows / 9) * np.cos(columns / 7)
    image += np.random.default_rng(0).normal(100, 10, image.shape)
    _, record = super_resolve(
        image, 2, remove_noise=chosen, return_info=True, **FEW
    )
    told = [note for note in record.notes if 'SNR' in note]
    assert bool(told) is (chosen != 'yes')
    if told:
        is_enlarged = told[0].startswith('Noise is enlarged')
        assert is_enlarged is (chosen == 'no')
        found = float(told[0].partition('SNR ')[2].partition(')')[0])
        assert found == pytest.approx(2.5, rel=0.2)


@pytest.mark.usefixtures('tiny')
@pytest.mark.parametrize(
    ('factor', 'options'),
    [
        (2, {}),
        (4, {'remove_noise': 'yes'}),
        (8, {}),
        (2, {'method': 'deep-image-prior'}),
    ],
)
def test_a_fit_that_is_worse_than_interpolation_gives_way_to_it(
    factor, options
):
    """By the pairs it learns from, or by what the data are off."""
    restored, record = super_resolve(
        IMAGE, factor, return_info=True, **{**FEW, **options}
    )
    assert sum('interpolation alone' in note for note in record.notes) == 1
    data = torch.from_numpy(IMAGE.astype(np.float32))[None, None]
    kernel = record.settings['kernel']
    operator = Downsample((factor, factor), kernel)
    plain = enlarge(data, (factor, factor))
    plain = agree(plain, data, torch.ones_like(data), operator)
    off = np.abs(restored - plain[0, 0].numpy())
    # More rounds agree a little better.
    assert off.max() < 0.01 * IMAGE.std()


def test_a_fit_that_has_learnt_stays():
    squares = np.where((ROWS // 5 + COLUMNS // 6) % 2, 300.0, 100.0)
    _, record = super_resolve(
        squares, 2, preset='fast', max_num_iter=30, return_info=True
    )
    assert not any('interpolation' in note for note in record.notes)


def test_each_channel_is_judged_on_its_own():
    """Of two, the network adds nothing to one and nonsense to the other."""

    class Adds(torch.nn.Module):
        def forward(self, latent):
            return latent * torch.tensor([0.0, 5.0])[:, None, None]

    planes = np.stack([IMAGE, IMAGE[::-1]]).astype(np.float32)
    data = torch.from_numpy(planes / 300 - 1)[None]
    latent = InternalSpec().make(
        Given(
            data,
            torch.ones_like(data),
            torch.zeros_like(data),
            Downsample((2, 2), 'lanczos3'),
            0,
            window=16,
        )
    )
    like = torch.empty(1, 1, 40, 48)
    average = CoarseToFineAverage(
        Adds(), latent, like, decay=0.9, precision='float32'
    )
    average.estimate(1)
    [note] = average.notes
    assert note.startswith('Of the channels, counted from 0, 1 were enlarged')


@pytest.mark.usefixtures('tiny')
def test_stripes_are_taken_from_the_image_before_it_is_enlarged():
    draw = np.random.default_rng(0).normal
    striped = draw(100, 3, (64, 64)) + draw(0, 20, (64, 1))
    found, record = super_resolve(striped, 2, return_info=True, **FEW)
    assert 'Offsets of the rows were found and taken out.' in record.notes
    assert record.arguments['stripes'] == 'auto'
    without = measure_noise(striped).stripes.taken_from(striped[None])[0]
    plain, record = super_resolve(
        without, 2, stripes='keep', return_info=True, **FEW
    )
    np.testing.assert_array_equal(found, plain)
    assert 'Offsets' not in ' '.join(record.notes)
    kept = super_resolve(striped, 2, stripes='keep', **FEW)
    assert kept.mean(axis=1).std() > 2 * found.mean(axis=1).std()


@pytest.mark.usefixtures('tiny')
def test_noise_is_taken_out_alike_whatever_the_default_dtype():
    noise = np.random.default_rng(0).normal(100, 10, (40, 40))
    expected = super_resolve(noise, 2, remove_noise='yes', **FEW)
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        found = super_resolve(noise, 2, remove_noise='yes', **FEW)
    finally:
        torch.set_default_dtype(before)
    np.testing.assert_array_equal(found, expected)
