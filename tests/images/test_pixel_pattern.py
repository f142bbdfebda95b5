import numpy as np
import pytest

from napari_dip import denoise
from napari_dip.images.pixel_pattern import note_patterns

ROWS, COLUMNS = np.mgrid[:97, :80]
WAVES = 100 * np.sin(COLUMNS / 6) * np.cos(ROWS / 9)
PATTERNS = {
    'chequerboard': (ROWS + COLUMNS) % 2,
    'rows': ROWS % 2,
    'columns': COLUMNS % 2,
}


def _noisy(seed: int) -> np.ndarray:
    noise = np.random.default_rng(seed).normal(0, 20, WAVES.shape)
    return (WAVES + noise)[None]


@pytest.mark.parametrize('pattern', PATTERNS)
def test_a_pattern_from_pixel_to_pixel_is_told(pattern):
    image = _noisy(0) + 20 * PATTERNS[pattern]
    image[0, 20:30, 20:30] = np.nan
    assert len(note_patterns(image)) == 1


def test_noise_and_waves_are_no_pattern():
    assert not any(note_patterns(_noisy(seed)) for seed in range(20))


def test_a_pattern_far_below_the_noise_is_not_told():
    noise = np.random.default_rng(0).normal(0, 20, (512, 512))
    rows, columns = np.indices(noise.shape)
    pattern = (rows + columns) % 2
    # Half of the difference is the amplitude.
    assert not note_patterns((noise + 0.04 * 40 * pattern)[None])
    assert note_patterns((noise + 0.2 * 40 * pattern)[None])


@pytest.mark.usefixtures('tiny')
def test_the_record_tells_it():
    image = (_noisy(0) + 30 * PATTERNS['chequerboard'])[0]
    _, info = denoise(image, preset='fast', max_num_iter=2, return_info=True)
    assert any('from pixel to pixel' in note for note in info.notes)
