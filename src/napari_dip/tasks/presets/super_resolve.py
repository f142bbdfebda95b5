"""What the presets of super-resolution stand for, given the factors."""

from __future__ import annotations

from napari_dip.engine.early_stopping import NoRule
from napari_dip.engine.settings import FitSettings
from napari_dip.filters.refinement import BackProjection
from napari_dip.images.validation import check_choice
from napari_dip.latents.internal import InternalSpec
from napari_dip.networks import CNNSpec, SkipSpec, UNetSpec
from napari_dip.presets.choices import PRESETS
from napari_dip.presets.published import noise, publish
from napari_dip.presets.settings import (
    Settings,
    whole_image,
)


def _across_scales(num_iter: int, learning_rate: float) -> Settings:
    """Fit a network to what the image loses if it is reduced."""
    return Settings(
        network=CNNSpec(width=32, depth=6),
        latent=InternalSpec('lanczos3'),
        fit=FitSettings(
            num_iter=num_iter,
            optimiser='muon',
            learning_rate=learning_rate,
            window=64,
            num_windows=4,
            augment=True,
            average='weights',
            decay=0.98,
            num_samples=8,
            precision='auto',
        ),
        stopping=NoRule(),
        kernel='lanczos3',
    )


def _of_noise(num_iter: int, learning_rate: float = 1e-2) -> Settings:
    """Fit a network that makes the image of noise."""
    return whole_image(
        UNetSpec((16, 32, 64, 64, 64), reduction=1, norm='batch'),
        num_iter,
        NoRule(),
        learning_rate=learning_rate,
        filters=(BackProjection(),),
        kernel='lanczos3',
    )


SETTINGS = {
    'fast': _across_scales(125, 1.2e-2),
    'balanced': _across_scales(200, 1e-2),
    # More learn the image by heart.
    'best': _across_scales(200, 1e-2),
    'ulyanov2018': publish(SkipSpec(), noise(0.03), 2000),
}
# The notebook's for a factor of 8.
PUBLISHED_8 = publish(SkipSpec(), noise(0.05), 4000)
# An image reduced by so much once more has little left to learn from.
_COARSE = 5
SETTINGS_COARSE = {
    'fast': _of_noise(200),
    'balanced': _of_noise(500),
    # In half as many iterations such great steps gain nothing.
    'best': _of_noise(1000, learning_rate=2e-2),
}


def choose_settings(preset: str, factors: tuple[int, int]) -> Settings:
    """Return the settings that a preset stands for, given the factors."""
    check_choice(preset, PRESETS, 'preset')
    if preset == 'ulyanov2018' and max(factors) > 4:
        return PUBLISHED_8
    coarse = min(factors) >= _COARSE
    return (SETTINGS_COARSE if coarse else SETTINGS)[preset]
