"""What the presets of guided restoration stand for, given the image."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from numpy.typing import NDArray

from napari_dip.filters.chains.guided import ByGuide
from napari_dip.images.validation import check_choice
from napari_dip.latents.blind_spot import BlindSpotSpec
from napari_dip.latents.guided import GuidedSpec, GuideSpec
from napari_dip.networks import SkipSpec
from napari_dip.noise.model import NoiseModel
from napari_dip.presets.choices import PRESETS
from napari_dip.presets.published import publish
from napari_dip.presets.settings import SETTLED, Settings
from napari_dip.tasks.presets.denoise import choose_settings as without_guide

_FLASH = publish(
    SkipSpec(
        upsampling=('nearest', 'nearest', 'bilinear', 'bilinear', 'bilinear')
    ),
    GuideSpec(),
    601,
    learning_rate=0.1,
)


def choose_settings(
    preset: str,
    planes: NDArray[Any],
    noise: NoiseModel,
    guides: int,
) -> Settings:
    """Return the settings that a preset stands for.

    A fit whose guide is turned comes first, which is one without a guide,
    and the guided one is judged by it.

    Parameters
    ----------
    preset : str
        Name of the preset.
    planes : (C, M, N) ndarray
        The image.
    noise : NoiseModel
        Its noise.
    guides : int
        Channels of the guide.
    """
    check_choice(preset, PRESETS, 'preset')
    if preset == 'ulyanov2018':
        return replace(_FLASH, latent=GuideSpec(guides))
    alone = replace(without_guide(preset, planes, noise), second=None)
    mask = alone.latent
    assert isinstance(mask, BlindSpotSpec)
    guided = replace(
        alone,
        latent=GuidedSpec(mask, guides),
        filters=(ByGuide(alone.filters),),
    )
    return replace(
        alone, latent=GuidedSpec(mask, guides, turned=True), second=guided
    )


def uses_guide(settings: Settings, max_num_iter: int | None) -> bool:
    """Whether a guided fit comes at all."""
    if settings.second is None or max_num_iter is None:
        return True
    later = max_num_iter * settings.second.num_iter // settings.num_iter
    return later >= SETTLED
