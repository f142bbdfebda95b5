"""Tasks restore volumes: depths are a spatial axis."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from napari_dip import denoise

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
        'Read as axes Z Y X: 1 volume of 8 × 32 × 40 voxels.'
    ]
    assert info.arguments['fit'] == 'volume'
    assert info.noise.startswith('Poisson-Gaussian noise')


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
