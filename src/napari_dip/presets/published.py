"""What the published settings of all tasks have alike.

Hyper-parameters of D. Ulyanov, A. Vedaldi, V. Lempitsky, "Deep Image
Prior", CVPR 2018, as in the notebooks that the authors released: network,
latent, jitter, learning rate, iterations, interpolation, padding, averaging.
"""

from __future__ import annotations

from napari_dip.engine.early_stopping import NoRule
from napari_dip.engine.settings import FitSettings
from napari_dip.latents.base import LatentSpec
from napari_dip.latents.noise import MeshGridSpec, UniformNoiseSpec
from napari_dip.networks import SkipSpec
from napari_dip.networks.skip import Upsampling
from napari_dip.noise.intensity import Unit
from napari_dip.presets.settings import Settings


def publish(
    network: SkipSpec,
    latent: LatentSpec,
    num_iter: int,
    *,
    learning_rate: float = 0.01,
    decay: float = 0.0,
) -> Settings:
    """Return settings with what all notebooks have alike.

    Parameters
    ----------
    network, latent
        As in :class:`~napari_dip.presets.settings.Settings`.
    num_iter, learning_rate, decay
        As in :class:`~napari_dip.engine.settings.FitSettings`.
    """
    return Settings(
        network=network,
        latent=latent,
        fit=FitSettings(
            num_iter=num_iter,
            learning_rate=learning_rate,
            schedule='constant',
            decay=decay,
        ),
        stopping=NoRule(),
        range_=Unit(),
        kernel='lanczos2',
    )


def noise(jitter: float) -> UniformNoiseSpec:
    """Return the network input of most notebooks: 32 channels of noise."""
    return UniformNoiseSpec(32, jitter)


def _snail() -> SkipSpec:
    widths = (8, 16, 32, 64, 128)
    return SkipSpec(down=widths, up=widths, skip=(0, 0, 0, 4, 4))


def _library() -> SkipSpec:
    widths = (16, 32, 64, 128, 128, 128)
    return SkipSpec(
        down=widths,
        up=widths,
        skip=(0,) * 6,
        down_kernel=(5,) * 6,
        up_kernel=(3,) * 6,
        upsampling=('nearest',) * 6,
        pointwise=False,
    )


def _kate() -> SkipSpec:
    widths = (16, 32, 64, 128, 128)
    return SkipSpec(
        down=widths, up=widths, skip=(0,) * 5, downsampling='average'
    )


_NEAREST: tuple[Upsampling, ...] = ('nearest',) * 5

#: By the notebook's experiment.
RECIPES = {
    'denoising': publish(SkipSpec(), noise(1 / 30), 3000, decay=0.99),
    'denoising-50': publish(SkipSpec(), noise(1 / 20), 3000, decay=0.99),
    'jpeg': publish(_snail(), UniformNoiseSpec(3, 1 / 30), 2400, decay=0.99),
    'text': publish(
        SkipSpec(skip=(128,) * 5, upsampling=_NEAREST), noise(0.03), 6001
    ),
    'vase': publish(
        SkipSpec(skip=(0,) * 5, upsampling=_NEAREST),
        MeshGridSpec(jitter=0.03),
        5001,
    ),
    'library': publish(_library(), UniformNoiseSpec(1), 3001),
    'half-missing': publish(
        SkipSpec(), noise(0.03), 11000, learning_rate=0.001
    ),
    'most-missing': publish(_kate(), noise(0.0), 1000),
    'enlarging': publish(SkipSpec(), noise(0.03), 2000),
    'enlarging-8': publish(SkipSpec(), noise(0.05), 4000),
}
