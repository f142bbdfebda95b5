from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest
import torch

from napari_dip.device.choice import resolve_device
from napari_dip.images.validation import check_factor
from napari_dip.noise.model import measure_noise
from napari_dip.presets.choices import (
    DEFAULT_PRESET,
    DEVICES,
    FACTORS,
    PRESETS,
)
from napari_dip.tasks.presets.denoise import choose_settings


def test_what_is_offered_is_taken():
    assert DEFAULT_PRESET in PRESETS
    for preset in PRESETS:
        planes = np.zeros((1, 16, 16))
        assert choose_settings(preset, planes, measure_noise(planes))
    for factor in FACTORS:
        assert check_factor(factor) == (factor, factor)


@pytest.mark.parametrize('name', DEVICES)
def test_a_device_that_is_offered_is_known(monkeypatch, name):
    for backend in (torch.cuda, torch.backends.mps):
        monkeypatch.setattr(backend, 'is_available', lambda: True)
    kind = 'cuda' if name == 'auto' else name
    assert resolve_device(name).type == kind


def test_the_choices_are_there_without_torch():
    code = (
        'import sys; from napari_dip.presets.choices import PRESETS; '
        'sys.exit("torch" in sys.modules)'
    )
    subprocess.run([sys.executable, '-c', code], check=True)
