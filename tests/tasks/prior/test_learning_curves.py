from __future__ import annotations

import numpy as np
import pytest

from napari_dip import learning_curves
from napari_dip.tasks.prior.learning_curves import read_curves

ROWS, COLUMNS = np.mgrid[:48, :48]
WAVES = 100 + 40 * np.sin(COLUMNS / 9) * np.cos(ROWS / 11)


def falling(rate: float, length: int = 300) -> list[tuple[int, float]]:
    return [(n, rate**n) for n in range(1, length)]


@pytest.mark.slow
def test_structure_is_fitted_before_noise():
    restored, record = learning_curves(
        WAVES,
        preset='fast',
        max_num_iter=60,
        device='cpu',
        return_info=True,
    )
    assert restored.shape == WAVES.shape
    curves = {name: dict(points) for name, points in record.curves.items()}
    assert set(curves) == {
        'image',
        'image and noise',
        'shuffled pixels',
        'white noise',
    }
    assert curves['image'][10] < curves['image and noise'][10]
    assert curves['image and noise'][10] < curves['white noise'][10]
    assert 'Half of the structure was fitted after' in record.notes[0]


@pytest.mark.parametrize(
    ('noise', 'best', 'told'),
    [
        (0.995, 40, 'far apart: stop at about 40 iterations.'),
        (0.995, 0, 'far apart.'),
        (0.995, 299, 'still got better after 299 iterations.'),
        (0.85, 40, 'close together'),
    ],
)
def test_the_reading_follows_the_curves(noise, best, told):
    curves = {'image': falling(0.9), 'white noise': falling(noise)}
    assert told in read_curves(curves, 0.0, best)[-1]


def test_noise_of_the_image_is_no_structure():
    curves = {
        'image': [(n, 0.5 + 0.5 * 0.9**n) for n in range(1, 300)],
        'white noise': falling(0.99),
    }
    assert 'after 7 iterations' in read_curves(curves, 0.5, 0)[0]


def test_curves_that_are_too_short_say_so():
    short = {'image': falling(0.999, 9), 'white noise': falling(0.999, 9)}
    assert 'longer' in read_curves(short, 0.0, 0)[0]
    assert 'stopped' in read_curves({'image': falling(0.9)}, 0.0, 0)[0]
