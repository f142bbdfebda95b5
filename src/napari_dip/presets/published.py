"""The published settings, task by task.

Hyper-parameters of D. Ulyanov, A. Vedaldi, V. Lempitsky, "Deep Image
Prior", CVPR 2018, as in the notebooks that the authors released: network,
latent, jitter, learning rate, iterations, interpolation, padding, averaging.
"""

from __future__ import annotations

from napari_dip.engine.settings import FitSettings
from napari_dip.latents.base import LatentSpec
from napari_dip.latents.noise import MeshGridSpec, UniformNoiseSpec
from napari_dip.networks import SkipSpec
from napari_dip.networks.skip import Upsampling
from napari_dip.presets.settings import (
    Settings,
    StoppingSettings,
)

_NEAREST: tuple[Upsampling, ...] = ('nearest',) * 5
_SNAIL = (8, 16, 32, 64, 128)
_KATE = (16, 32, 64, 128, 128)
_LIBRARY = (16, 32, 64, 128, 128, 128)


def _published(
    network: SkipSpec,
    *,
    latent: LatentSpec,
    num_iter: int,
    learning_rate: float = 0.01,
    decay: float = 0.0,
) -> Settings:
    return Settings(
        network=network,
        latent=latent,
        fit=FitSettings(
            num_iter=num_iter,
            learning_rate=learning_rate,
            schedule='constant',
            decay=decay,
        ),
        stopping=StoppingSettings(rule='none'),
        range_='unit',
        kernel='lanczos2',
    )


def _noise(jitter: float, channels: int = 32) -> UniformNoiseSpec:
    return UniformNoiseSpec(channels, jitter)


DENOISING = _published(
    SkipSpec(), latent=_noise(1 / 30), num_iter=3000, decay=0.99
)
JPEG = _published(
    SkipSpec(down=_SNAIL, up=_SNAIL, skip=(0, 0, 0, 4, 4)),
    latent=_noise(1 / 30, channels=3),
    num_iter=2400,
    decay=0.99,
)
INPAINTING_TEXT = _published(
    SkipSpec(skip=(128,) * 5, upsampling=_NEAREST),
    latent=_noise(0.03),
    num_iter=6001,
)
INPAINTING_LARGE_HOLE = _published(
    SkipSpec(skip=(0,) * 5, upsampling=_NEAREST),
    latent=MeshGridSpec(jitter=0.03),
    num_iter=5001,
)
INPAINTING_LIBRARY = _published(
    SkipSpec(
        down=_LIBRARY,
        up=_LIBRARY,
        skip=(0,) * 6,
        down_kernel=(5,) * 6,
        up_kernel=(3,) * 6,
        upsampling=('nearest',) * 6,
        pointwise=False,
    ),
    latent=_noise(0.0, channels=1),
    num_iter=3001,
)
INPAINTING_HALF_MISSING = _published(
    SkipSpec(), latent=_noise(0.03), num_iter=11000, learning_rate=0.001
)
INPAINTING_MOST_MISSING = _published(
    SkipSpec(down=_KATE, up=_KATE, skip=(0,) * 5, downsampling='average'),
    latent=_noise(0.0),
    num_iter=1000,
)
SUPER_RESOLUTION = _published(SkipSpec(), latent=_noise(0.03), num_iter=2000)
SUPER_RESOLUTION_8 = _published(SkipSpec(), latent=_noise(0.05), num_iter=4000)
FLASH = _published(
    SkipSpec(
        upsampling=('nearest', 'nearest', 'bilinear', 'bilinear', 'bilinear')
    ),
    latent=_noise(0.0, channels=3),
    num_iter=601,
    learning_rate=0.1,
)
