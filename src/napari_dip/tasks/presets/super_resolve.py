"""What the presets of super-resolution stand for, given the factors."""

from __future__ import annotations

from dataclasses import replace

from napari_dip.engine.early_stopping import NoRule
from napari_dip.filters.chains.self_similarity import SelfSimilarity
from napari_dip.filters.refinement import BackProjection, Chain
from napari_dip.images.validation import check_choice
from napari_dip.latents.base import LatentSpec
from napari_dip.latents.internal import InternalSpec
from napari_dip.latents.noisy_pairs import NoisyPairsSpec
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

_PAIRS = InternalSpec('lanczos3')


def _across_scales(
    members: int, latent: LatentSpec = _PAIRS, filters: Chain = ()
) -> Settings:
    """Fit networks to what the image loses if it is reduced.

    More iterations learn the image by heart; the errors of networks differ.
    The first of several is that of one alone.
    """
    return internal_learning(
        latent,
        125,
        1.2e-2,
        kernel='lanczos3',
        members=members,
        filters=filters,
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
    'balanced': _across_scales(members=1, filters=(SelfSimilarity(),)),
    'best': _across_scales(members=6, filters=(SelfSimilarity(),)),
    'ulyanov2018': RECIPES['enlarging'],
}
#: Of the presets that take noise out: the data have it.
SETTINGS_NOISY = {
    name: _across_scales(members, NoisyPairsSpec('lanczos3'))
    for name, members in {'fast': 1, 'balanced': 3, 'best': 6}.items()
}
# An image reduced by so much once more has little left to learn from.
_COARSE = 5
SETTINGS_COARSE = {
    'fast': _of_noise(200),
    'balanced': _of_noise(500),
    # In half as many iterations such great steps gain nothing.
    'best': _of_noise(1000, learning_rate=2e-2),
}


def can_remove_noise(
    preset: str, factors: tuple[int, ...], method: DeepImagePrior | None
) -> bool:
    """Whether there are settings that take noise out.

    Raises
    ------
    ValueError
        If there is no such preset.
    """
    check_choice(preset, PRESETS, 'preset')
    fine = min(factors) < _COARSE
    return preset in SETTINGS_NOISY and method is None and fine


def choose_settings(
    preset: str,
    factors: tuple[int, ...],
    method: DeepImagePrior | None = None,
    *,
    remove_noise: bool = False,
) -> Settings:
    """Return the settings that a preset stands for, given the factors.

    Three factors are those of a volume, whose similar blocks are not drawn
    together.

    Raises
    ------
    ValueError
        If there is no such preset, or it cannot take noise out, or no
        volumes.
    """
    settings = _of_planes(preset, factors, method, remove_noise=remove_noise)
    if len(factors) == 2:
        return settings
    if not isinstance(settings.latent, InternalSpec):
        raise ValueError(
            "fit: 'volume' is not there for deep image prior as such, nor for "
            f"factors of {_COARSE} and more along all axes; take fit='planes',"
            ' or a smaller factor.'
        )
    # A window for each four of 64 × 64 pixels has twice as many voxels.
    windows = settings.fit.num_windows // 4
    fit = replace(settings.fit, window=32, num_windows=windows)
    return replace(settings, fit=fit, filters=())


def _of_planes(
    preset: str,
    factors: tuple[int, ...],
    method: DeepImagePrior | None,
    *,
    remove_noise: bool,
) -> Settings:
    check_choice(preset, PRESETS, 'preset')
    coarse = min(factors) >= _COARSE
    if remove_noise:
        if not can_remove_noise(preset, factors, method):
            raise ValueError(
                'remove_noise: noise is taken out by the presets '
                f'{", ".join(map(repr, SETTINGS_NOISY))} and by factors '
                f'below {_COARSE} along an axis; choose such, or denoise the '
                'image first.'
            )
        return SETTINGS_NOISY[preset]
    published = 'enlarging-8' if max(factors) > 4 else 'enlarging'
    if method is not None:
        settings = plain_settings(method, preset, published)
        return replace(settings, stabilise_noise=False, undo_clipping=False)
    if preset == 'ulyanov2018':
        return RECIPES[published]
    return (SETTINGS_COARSE if coarse else SETTINGS)[preset]
