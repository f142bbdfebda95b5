"""What the presets of denoising stand for, where a volume is fitted."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from napari_dip.filters.chains.plane_by_plane import PlaneByPlane
from napari_dip.images.brightness_match import Repeats
from napari_dip.networks import UNetSpec
from napari_dip.noise.model import NoiseModel
from napari_dip.presets.settings import Settings
from napari_dip.tasks.method import DeepImagePrior
from napari_dip.tasks.presets.denoise import choose_settings

# Few channels at full resolution, where a kernel has three times the weights.
_NETWORK = UNetSpec((16, 32, 48), reduction=1)
# As many voxels as eight windows of 64 × 64 pixels have.
_WINDOW, _NUM_WINDOWS = 32, 1


def choose_settings_of_volume(
    preset: str,
    planes: NDArray[Any],
    noise: NoiseModel,
    repeats: Repeats | None = None,
    method: DeepImagePrior | None = None,
) -> Settings:
    """Return the settings that a preset stands for, given a volume.

    Parameters
    ----------
    planes : (C, L, M, N) ndarray
        The volume.
    preset, noise, repeats, method
        As in :func:`~napari_dip.tasks.presets.denoise.choose_settings`.

    Raises
    ------
    ValueError
        If there is no such fit of a volume.
    """
    if noise.correlation.all_around:
        raise ValueError(
            "fit: 'volume' is not there for noise that is correlated all "
            "around; take fit='series'."
        )
    if repeats is not None:
        raise ValueError(
            'repeats: a fit of a volume takes none; leave them out, or take '
            "fit='planes'."
        )
    # Voxels have neighbours enough for the few photons that are in each.
    settings = choose_settings(preset, planes, replace(noise, binning=1))
    if method is not None or not settings.latent.hides_pixels:
        raise ValueError(
            "fit: 'volume' is not there for deep image prior as such; take "
            "fit='planes', or another method and preset."
        )
    return replace(
        settings,
        network=_NETWORK,
        fit=replace(settings.fit, window=_WINDOW, num_windows=_NUM_WINDOWS),
        filters=(PlaneByPlane(settings.filters),),
        second=None,
    )
