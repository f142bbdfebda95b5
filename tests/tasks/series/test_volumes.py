"""Tasks restore volumes: depths are a spatial axis."""

import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from napari_dip import denoise, inpaint, super_resolve
from napari_dip.filters.neighbours import SAID
from napari_dip.images.acquired import acquire
from napari_dip.operators.downsample import Downsample
from napari_dip.presets.options import Options
from napari_dip.session.tiled import TiledSession
from napari_dip.tasks.base import find_task
from napari_dip.tasks.forecast import forecast

VOLUME = {'axes': 'ZYX', 'fit': 'volume'}
FEW = {'preset': 'fast', 'max_num_iter': 4, 'device': 'cpu'}


@pytest.fixture(scope='module')
def clean():
    """Eight planes that change from one to the next as from row to row."""
    drawn = np.random.default_rng(0).normal(size=(8, 32, 40))
    smooth = gaussian_filter(drawn, 2)
    return 40 * np.clip(smooth / smooth.std() + 1, 0.5, None)


@pytest.fixture(scope='module')
def noisy(clean):
    return np.random.default_rng(1).poisson(clean).astype(np.uint16)


@pytest.fixture(scope='module')
def restored(noisy):
    return denoise(
        noisy,
        axes='ZYX',
        fit='volume',
        preset='fast',
        max_num_iter=40,
        device='cpu',
        return_info=True,
    )


def test_a_volume_is_restored(clean, noisy, restored):
    image, info = restored
    assert (image.shape, image.dtype) == (noisy.shape, np.float32)
    before, after = (np.mean((x - clean) ** 2) for x in (noisy, image))
    assert after < before / 2
    assert info.notes == [
        'Read as axes Z Y X: 1 volume of 8 × 32 × 40 voxels.',
        SAID,
    ]
    assert info.arguments['fit'] == 'volume'
    assert info.noise.startswith('Poisson-Gaussian noise')


def test_a_volume_is_the_default_where_planes_foretell_each_other(noisy):
    begin, how = find_task('denoise').begin, {'preset': 'fast'}
    named, series, guessed, apart = (
        begin(image=image, device='cpu', **how, **more).brief
        for image, more in (
            (noisy, {'axes': 'ZYX'}),
            (noisy, {'axes': 'ZYX', 'fit': 'series'}),
            (noisy, {}),
            (noisy[::4], {'axes': 'ZYX'}),
        )
    )
    assert named.arguments['fit'] == 'volume'
    assert any(note.startswith('Fitted as a volume') for note in named.notes)
    for one in (series, guessed, apart):
        assert one.arguments['fit'] != 'volume'


@pytest.mark.slow
def test_the_same_seed_gives_the_same_bits(noisy):
    first, again = (
        denoise(noisy, axes='ZYX', fit='volume', **FEW) for _ in range(2)
    )
    np.testing.assert_array_equal(first, again)


@pytest.mark.slow
def test_each_time_and_channel_is_a_volume(noisy):
    stack = np.stack([noisy[:, None], noisy[::-1, None]])
    image, info = denoise(
        stack,
        axes='TZCYX',
        fit='volume',
        uncertainty=True,
        return_info=True,
        **FEW,
    )
    assert image.shape == info.uncertainty.shape == stack.shape
    assert np.isfinite(image).all()
    assert (info.uncertainty > 0).all()
    assert any('2 volumes of 8 × 32 × 40 voxels' in x for x in info.notes)


@pytest.mark.slow
def test_two_planes_are_a_volume(noisy):
    assert denoise(noisy[:2], axes='ZYX', fit='volume', **FEW).shape == (
        noisy[:2].shape
    )


@pytest.mark.slow
def test_a_plane_of_nan_is_filled_in(clean, noisy):
    holed = noisy.astype(float)
    holed[4] = np.nan
    image, info = denoise(
        holed,
        axes='ZYX',
        fit='volume',
        preset='fast',
        max_num_iter=40,
        device='cpu',
        return_info=True,
    )
    error = np.sqrt(np.mean((image[4] - clean[4]) ** 2))
    assert error < clean[4].std() / 2
    assert any(x.startswith('1,280 pixels that are not') for x in info.notes)


@pytest.mark.parametrize(
    ('axes', 'message'),
    [
        ('TYX', "fit: 'volume' needs an axis of depth"),
        ('YXZ', "fit: 'volume' needs Z before Y and X"),
    ],
)
def test_what_is_no_volume_is_refused(noisy, axes, message):
    with pytest.raises(ValueError, match=message):
        denoise(noisy, axes=axes, fit='volume', **FEW)


def test_what_volumes_do_not_have_is_refused(noisy):
    how = {'axes': 'ZYX', 'fit': 'volume', 'device': 'cpu'}
    with pytest.raises(ValueError, match='deep image prior as such'):
        denoise(noisy, preset='ulyanov2018', **how)
    with pytest.raises(ValueError, match='correlated all around'):
        denoise(noisy, correlation='around', preset='fast', **how)
    with pytest.raises(ValueError, match='the image is one plane'):
        denoise(noisy[0], fit='volume', **FEW)


@pytest.mark.slow
def test_planes_too_far_apart_for_a_volume_are_told():
    noise = np.random.default_rng(0).normal(size=(2, 48, 32, 32))
    volume = 80 * gaussian_filter(noise[0], 2) + 5 * noise[1]
    sentence = "fit='series' is likely to be better."
    how = {'axes': 'ZYX', 'fit': 'volume', 'return_info': True, **FEW}
    for step, told in ((1, 0), (6, 1)):
        _, info = denoise(volume[::step][:8], **how)
        assert sum(sentence in note for note in info.notes) == told


def test_a_hole_is_filled_from_all_around_it(clean):
    hole = np.zeros(clean.shape, bool)
    hole[3:5, 10:16, 12:18] = True
    image, info = inpaint(
        np.where(hole, 0, clean), hole, return_info=True, **VOLUME, **FEW
    )
    np.testing.assert_array_equal(image[~hole], clean[~hole].astype('f'))
    off = np.sqrt(np.mean((image - clean)[hole] ** 2))
    assert off < clean.std() / 4
    assert any(note.startswith('Missing pixels were') for note in info.notes)


@pytest.mark.slow
def test_a_plane_that_is_missing_is_filled(clean):
    holes = np.zeros(clean.shape, bool)
    holes[4] = True
    image = inpaint(clean, holes, **VOLUME, **FEW)
    off = np.sqrt(np.mean((image - clean)[holes] ** 2))
    assert off < np.sqrt(np.mean((clean[3] - clean[4]) ** 2))


def test_depths_alone_are_refined(clean):
    image, info = super_resolve(
        clean, (2, 1, 1), axes='ZYX', return_info=True, **FEW
    )
    assert image.shape == (16, 32, 40)
    assert info.arguments['factor'] == [2, 1, 1]
    assert info.arguments['fit'] == 'volume'
    reduce = Downsample((2, 1, 1), 'lanczos3')
    again = reduce(torch.from_numpy(image)[None, None])[0, 0].numpy()
    assert np.abs(again - clean).max() < 0.1 * clean.std()


@pytest.mark.slow
def test_rows_and_columns_are_refined_in_a_volume(clean):
    image = super_resolve(clean, 2, **VOLUME, **FEW)
    assert image.shape == (8, 64, 80)


@pytest.mark.slow
def test_noise_is_taken_out_while_depths_are_refined(noisy):
    image = super_resolve(
        noisy, (2, 1, 1), axes='ZYX', remove_noise='yes', **FEW
    )
    assert image.shape == (16, 32, 40)


def test_a_factor_of_depths_takes_a_volume(clean):
    with pytest.raises(ValueError, match=r'factor: .* the image is one plane'):
        super_resolve(clean[0], (2, 1, 1), **FEW)
    with pytest.raises(ValueError, match=r"factor: .* take fit='volume'"):
        super_resolve(clean, (2, 1, 1), axes='ZYX', fit='planes', **FEW)
    with pytest.raises(ValueError, match='deep image prior as such'):
        super_resolve(clean, (8, 8, 8), axes='ZYX', **FEW)
    with pytest.raises(ValueError, match='deep image prior as such'):
        inpaint(clean, clean > 40, preset='ulyanov2018', **VOLUME)


def test_what_is_missing_in_a_large_volume_is_filled_in_tiles(monkeypatch):
    monkeypatch.setattr('napari_dip.forecast.tile_size._LEAST_PIXELS', 1)
    monkeypatch.setattr('napari_dip.grid.tiles._MARGIN', 2)
    rows = np.indices((8, 32, 120)).sum(0).astype(float)
    holes = np.zeros(rows.shape, bool)
    holes[2:4, 8:12, 8::60] = True
    session = find_task('inpaint').start(
        acquire(rows, ndim=3),
        holes,
        options=Options('fast', device='cpu', max_num_iter=2, tile=30),
    )
    for _ in session:
        pass
    assert isinstance(session, TiledSession)
    assert np.abs(session.result() - rows)[holes].max() < 1


@pytest.mark.usefixtures('tiny')
def test_a_forecast_knows_volumes():
    how = {'axes': 'ZYX', 'preset': 'fast', 'device': 'cpu'}
    few, many = (
        forecast('super_resolve', (16, 64, 64), factor=(by, 1, 1), **how)
        for by in (2, 8)
    )
    assert few.memory < many.memory
    assert forecast('denoise', (8, 32, 32), fit='volume', **how).seconds > 0
