"""The published settings, against the table of the authors' notebooks."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from napari_dip.latents.base import LatentSpec
from napari_dip.latents.noise import MeshGridSpec, UniformNoiseSpec
from napari_dip.noise.intensity import Unit
from napari_dip.presets.published import RECIPES


class Row(NamedTuple):
    parameters: int
    latent: LatentSpec
    learning_rate: float
    num_iter: int
    upsampling: tuple[str, ...]
    decay: float


NEAREST, BILINEAR = ('nearest',) * 5, ('bilinear',) * 5

TABLE = {
    'denoising': Row(
        2_217_831, UniformNoiseSpec(32, 1 / 30), 0.01, 3000, BILINEAR, 0.99
    ),
    'text': Row(3_002_627, UniformNoiseSpec(32, 0.03), 0.01, 6001, NEAREST, 0),
    'vase': Row(2_157_955, MeshGridSpec(0.03), 0.01, 5001, NEAREST, 0),
    # The notebook's image has one channel: 2,217,573 weights.
    'denoising-50': Row(
        2_217_831, UniformNoiseSpec(32, 1 / 20), 0.01, 3000, BILINEAR, 0.99
    ),
    'jpeg': Row(
        572_827, UniformNoiseSpec(3, 1 / 30), 0.01, 2400, BILINEAR, 0.99
    ),
    'library': Row(
        2_996_467, UniformNoiseSpec(1), 0.01, 3001, ('nearest',) * 6, 0
    ),
    'half-missing': Row(
        2_217_831, UniformNoiseSpec(32, 0.03), 0.001, 11000, BILINEAR, 0
    ),
    'most-missing': Row(
        1_027_379, UniformNoiseSpec(32, 0), 0.01, 1000, BILINEAR, 0
    ),
    'enlarging': Row(
        2_217_831, UniformNoiseSpec(32, 0.03), 0.01, 2000, BILINEAR, 0
    ),
    'enlarging-8': Row(
        2_217_831, UniformNoiseSpec(32, 0.05), 0.01, 4000, BILINEAR, 0
    ),
}


@pytest.mark.parametrize('name', TABLE)
def test_settings_are_those_of_the_table(name):
    settings, row = RECIPES[name], TABLE[name]
    latent, fit = settings.latent, settings.fit
    found = Row(
        parameters(settings),
        latent,
        fit.learning_rate,
        fit.num_iter,
        settings.network.upsampling,
        fit.decay,
    )
    assert found == row
    assert settings.network.padding == 'reflect'
    assert settings.network.sigmoid
    assert settings.range_ == Unit()
    assert settings.kernel == 'lanczos2'
    assert not settings.stabilise_noise
    assert fit.schedule == 'constant'
    assert fit.average == 'output'
    assert fit.window is None


def parameters(settings, channels: int = 3) -> int:
    network = settings.network.build(
        settings.latent.num_channels(channels), channels
    )
    return sum(p.numel() for p in network.parameters())


def test_grey_images_have_a_layer_of_their_own():
    assert parameters(RECIPES['half-missing'], 1) == 2_217_573


def test_no_published_setting_is_left_untested():
    assert set(RECIPES) == set(TABLE)
