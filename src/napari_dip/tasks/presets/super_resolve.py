"""What the presets of super-resolution stand for, given the factors."""

from __future__ import annotations

from dataclasses import replace

from napari_dip.engine.early_stopping import NoRule
from napari_dip.filters.refinement import BackProjection
from napari_dip.images.validation import check_choice
from napari_dip.latents.internal import InternalSpec
from napari_dip.networks import UNetSpec
from napari_dip.presets.choices import PRESETS
from napari_dip.presets.published import RECIPES
from napari_dip.presets.settings import (
    Settings,
    internal_learning,
    whole_image,
)
from napari_dip.tasks.method import DeepImagePrior
from napari_dip.tasks.presets.deep_image_prior import plain_settings


def _across_scales(members: int) -> Settings:
    """Fit networks to what the image loses if it is reduced.

    More iterations learn the image by heart; the errors of networks differ.
    """
    return internal_learning(
        InternalSpec('lanczos3'),
        125,
        1.2e-2,
        kernel='lanczos3',
        members=members,
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
    'fast': _across_scales(members=1),
    'balanced': _across_scales(members=3),
    'best': _across_scales(members=6),
    'ulyanov2018': RECIPES['enlarging'],
}
# An image reduced by so much once more has little left to learn from.
_COARSE = 5
SETTINGS_COARSE = {
    'fast': _of_noise(200),
    'balanced': _of_noise(500),
    # In half as many iterations such great steps gain nothing.
    'best': _of_noise(1000, learning_rate=2e-2),
}


def choose_settings(
    preset: str,
    factors: tuple[int, int],
    method: DeepImagePrior | None = None,
) -> Settings:
    """Return the settings that a preset stands for, given the factors."""
    check_choice(preset, PRESETS, 'preset')
    published = 'enlarging-8' if max(factors) > 4 else 'enlarging'
    if method is not None:
        settings = plain_settings(method, preset, published)
        return replace(settings, stabilise_noise=False, undo_clipping=False)
    if preset == 'ulyanov2018':
        return RECIPES[published]
    coarse = min(factors) >= _COARSE
    return (SETTINGS_COARSE if coarse else SETTINGS)[preset]
