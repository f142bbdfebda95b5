"""What the presets of the removal of compression stand for."""

from __future__ import annotations

from dataclasses import replace

from napari_dip.filters.chains.compression import Decompress
from napari_dip.images.validation import check_choice
from napari_dip.latents.recompressed import RecompressedSpec
from napari_dip.presets.choices import PRESETS
from napari_dip.presets.published import RECIPES
from napari_dip.presets.settings import Settings, internal_learning


def _recompressed(num_iter: int, learning_rate: float) -> Settings:
    """Fit a network to what an image loses if it is compressed once more.

    Of a first estimate, and then another of what that has found.
    """
    once = internal_learning(
        RecompressedSpec(), num_iter, learning_rate, filters=(Decompress(),)
    )
    return replace(once, second=once)


SETTINGS = {
    'fast': _recompressed(100, 1e-2),
    'balanced': _recompressed(200, 1e-2),
    'best': _recompressed(500, 1e-2),
    'ulyanov2018': RECIPES['jpeg'],
}


def choose_settings(preset: str) -> Settings:
    """Return the settings that a preset stands for."""
    check_choice(preset, PRESETS, 'preset')
    return SETTINGS[preset]


def knows_steps(preset: str) -> bool:
    """Whether a preset uses the steps of the compression.

    The published recipe takes what compression has added for noise.
    """
    return preset != 'ulyanov2018'
