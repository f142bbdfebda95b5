from __future__ import annotations

import numpy as np
import pytest

from napari_dip import denoise, inpaint, super_resolve
from napari_dip.restoration import room

OPTIONS = {'preset': 'fast', 'device': 'cpu', 'max_num_iter': 1}


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(0).normal(100, 5, (512, 512))


@pytest.fixture
def crowded(monkeypatch):
    monkeypatch.setattr(room, 'free_memory', lambda device: 2 * 10**7)


@pytest.mark.usefixtures('tiny', 'crowded')
def test_a_fit_without_room_is_refused_in_a_sentence(image):
    mask = np.zeros(image.shape, bool)
    mask[5:9] = True
    says = (
        r'Not enough memory on cpu .* 512 × 512 pixels .* GB, and 0\.0 GB '
        r'are free; choose preset="fast", or crop the image\.'
    )
    with pytest.raises(MemoryError, match=says):
        inpaint(image, mask, **OPTIONS)


@pytest.mark.usefixtures('tiny', 'crowded')
def test_what_looks_at_windows_or_is_small_is_not(image):
    assert denoise(image, **OPTIONS).shape == image.shape
    assert super_resolve(image, 2, **OPTIONS).shape == (1024, 1024)
    mask = np.zeros((64, 64), bool)
    mask[5:9] = True
    assert inpaint(image[:64, :64], mask, **OPTIONS).shape == (64, 64)


@pytest.mark.usefixtures('tiny')
def test_with_room_it_goes_on(image, monkeypatch):
    monkeypatch.setattr(room, '_LEAST_PIXELS', 64**2)
    mask = np.zeros((64, 64), bool)
    mask[5:9] = True
    assert inpaint(image[:64, :64], mask, **OPTIONS).shape == (64, 64)
