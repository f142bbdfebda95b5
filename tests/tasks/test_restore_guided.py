from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from napari_dip import restore_guided

FEW = {'preset': 'fast', 'device': 'cpu', 'return_info': True}
# The least for two fits.
SHORT = {**FEW, 'max_num_iter': 100}


def drawn(side: int = 48) -> np.ndarray:
    """Fine structure in most places, without noise."""
    generator = np.random.default_rng(0)
    fine = gaussian_filter(generator.normal(size=(side, side)), 0.9)
    fine[:16, :24] = 0
    return 100 + 250 * gaussian_filter(fine, 0.5)


def noise(strength: float, seed: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, strength, (48, 48))


def error(image, truth):
    return np.sqrt(np.mean((image - truth) ** 2))


def told(info) -> str:
    [sentence] = [note for note in info.notes if 'guide' in note]
    return sentence


@pytest.mark.slow
def test_a_guide_that_shows_the_same_helps():
    truth = drawn()
    guide = 500 - 2 * truth
    found, info = restore_guided(truth + noise(40), guide, **SHORT)
    assert 'took away' in told(info)
    alone, info = restore_guided(truth + noise(40), noise(1, 2), **SHORT)
    assert 'does not help' in told(info)
    assert error(found, truth) < 0.8 * error(alone, truth)


@pytest.mark.slow
def test_a_guide_with_the_noise_of_the_image_is_left_out():
    truth = gaussian_filter(drawn(), 2)
    both = noise(40)
    guide = gaussian_filter(drawn()[::-1], 2) + 0.4 * both + noise(5, 3)
    _, info = restore_guided(truth + both, guide, **SHORT)
    assert 'shares the noise' in told(info)


@pytest.mark.usefixtures('tiny')
class TestWhatItIsGiven:
    @pytest.mark.parametrize('shape', [(24, 28), (24, 28, 2), (3, 24, 28)])
    def test_guides_of_several_channels(self, image, shape):
        guide = np.random.default_rng(0).normal(size=shape)
        guide.flat[3] = np.nan
        found, _ = restore_guided(image, guide, **FEW, max_num_iter=3)
        assert found.shape == image.shape
        assert np.isfinite(found).all()

    def test_few_iterations_are_said_to_be_too_few(self, image):
        guide = np.random.default_rng(0).normal(size=image.shape)
        _, info = restore_guided(image, guide, **FEW, max_num_iter=3)
        assert told(info) == 'In so few iterations the guide was not used.'

    def test_the_published_recipe(self, image):
        guide = np.random.default_rng(0).normal(size=image.shape)
        found = restore_guided(
            image, guide, preset='ulyanov2018', max_num_iter=2, device='cpu'
        )
        assert found.shape == image.shape


@pytest.mark.parametrize(
    ('guide', 'message'),
    [
        (np.zeros((24, 27)), r'guide: its shape \(24, 27\) .* 24 × 28 pixels'),
        (np.zeros((24, 28)), 'guide: all pixels have one value'),
        (np.full((24, 28), np.nan), 'guide: no pixel of a channel'),
    ],
)
def test_a_guide_that_guides_nothing_is_refused(image, guide, message):
    with pytest.raises(ValueError, match=f'^{message}'):
        restore_guided(image, guide)


def test_the_image_itself_is_no_guide(image):
    with pytest.raises(ValueError, match='guide: it is the image itself'):
        restore_guided(image, 3 * image.astype(float) - 7)


def test_a_guide_is_real(image):
    with pytest.raises(TypeError, match='guide: dtype complex'):
        restore_guided(image, image * 1j)


@pytest.mark.usefixtures('tiny')
def test_stripes_are_taken_out_before_the_fit():
    draw = np.random.default_rng(0).normal
    striped = draw(100, 3, (64, 64)) + draw(0, 20, (64, 1))
    guide = gaussian_filter(draw(size=(64, 64)), 2)
    few = {**FEW, 'max_num_iter': 3}
    found, info = restore_guided(striped, guide, **few)
    assert 'Offsets of the rows were found and taken out.' in info.notes
    assert info.arguments['stripes'] == 'auto'
    kept, info = restore_guided(striped, guide, stripes='keep', **few)
    assert 'Offsets' not in ' '.join(info.notes)
    assert kept.mean(axis=1).std() > 2 * found.mean(axis=1).std()
