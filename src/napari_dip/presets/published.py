"""What the published settings of all tasks have alike.

Hyper-parameters of D. Ulyanov, A. Vedaldi, V. Lempitsky, "Deep Image
Prior", CVPR 2018, as in the notebooks that the authors released: network,
latent, jitter, learning rate, iterations, interpolation, padding, averaging.
"""

from __future__ import annotations

from napari_dip.engine.early_stopping import NoRule
from napari_dip.engine.settings import FitSettings
from napari_dip.latents.base import LatentSpec
from napari_dip.latents.noise import UniformNoiseSpec
from napari_dip.networks import SkipSpec
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
        range_='unit',
        kernel='lanczos2',
    )


def noise(jitter: float) -> UniformNoiseSpec:
    """Return the network input of most notebooks: 32 channels of noise."""
    return UniformNoiseSpec(32, jitter)
