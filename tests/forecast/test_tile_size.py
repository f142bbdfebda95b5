from __future__ import annotations

import numpy as np
import pytest
import torch

from napari_dip import denoise, inpaint, super_resolve
from napari_dip.engine.early_stopping import HeldOut
from napari_dip.forecast import tile_size as room
from napari_dip.forecast.tile_size import tile_side
from napari_dip.networks import UNetSpec
from napari_dip.presets.settings import whole_image
from napari_dip.tasks.presets import denoise as denoising_settings
from napari_dip.tasks.presets import inpaint as inpainting

CPU = torch.device('cpu')
OPTIONS = {'preset': 'fast', 'device': 'cpu', 'max_num_iter': 1}
GIGABYTES = 10**9
NETWORK = UNetSpec((32, 48, 64, 64, 64), reduction=1, norm='batch')
WHOLE = whole_image(NETWORK, 350, HeldOut())


@pytest.fixture
def free(monkeypatch):
    """Say how many bytes are free."""

    def free(number):
        monkeypatch.setattr(room, 'free_memory', lambda device: number)

    return free


def side(shape, settings=WHOLE, **options):
    return tile_side(shape, 1, settings, CPU, **options)


def test_what_fits_at_once_is_not_cut(free):
    free(16 * GIGABYTES)
    assert side((1536, 1536)) is None
    assert side((512, 4096)) is None
    assert side((1537, 1536)) is not None


def test_large_images_have_tiles_of_one_size_with_room_enough(free):
    free(16 * GIGABYTES)
    assert side((4096, 4096)) == side((9000, 1000)) == 640
    free(1000 * GIGABYTES)
    assert side((4096, 4096)) == 640


def test_tiles_are_halved_where_memory_is_short(free):
    sides = []
    for number in (16, 0.5, 0.3, 0.15):
        free(int(number * GIGABYTES))
        sides.append(side((2048, 2048)))
    assert sides == sorted(sides, reverse=True)
    assert len(set(sides)) > 2
    free(int(0.5 * GIGABYTES))
    assert side((1024, 1024)) < 1024


def test_the_largest_tile_can_be_smaller(free):
    free(16 * GIGABYTES)
    assert side((300, 300), tile=256) == 256
    assert side((300, 200), tile=256) is None


def test_what_looks_at_windows_is_never_cut(free):
    free(1)
    assert side((9000, 9000), denoising_settings.SETTINGS['fast']) is None


def test_windows_of_what_holds_the_image_are_cut(free):
    free(16 * GIGABYTES)
    settings = inpainting.SETTINGS['balanced']
    assert side((1536, 1536), settings) is None
    assert side((4096, 4096), settings) == 640
    free(2 * 10**8)
    assert side((1024, 1024), settings) < 1024


@pytest.mark.slow
@pytest.mark.usefixtures('tiny')
def test_images_of_any_size_are_restored_with_little_room(free):
    free(3 * 10**7)
    image = np.random.default_rng(0).normal(100, 5, (520, 520))
    assert denoise(image, **OPTIONS).shape == image.shape
    assert super_resolve(image[:300, :280], 2, **OPTIONS).shape == (600, 560)
    mask = np.zeros(image.shape, bool)
    mask[5:9] = mask[400:404] = True
    filled, record = inpaint(image, mask, return_info=True, **OPTIONS)
    assert filled.shape == image.shape
    assert len(record.tiles) > 1


def test_a_result_that_cannot_even_be_joined_is_refused(free):
    free(GIGABYTES)
    says = (
        r'Not enough memory .* 9000 × 9000 pixels takes about 1\.9 GB, and '
        r'1\.0 GB are free; crop the image\.'
    )
    with pytest.raises(MemoryError, match=says):
        side((9000, 9000))
