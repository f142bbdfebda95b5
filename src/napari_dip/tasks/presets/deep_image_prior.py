"""What deep image prior as such stands for, given preset and options."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.engine.early_stopping import (
    FadingVariance,
    HeldOutEstimate,
    MovingVariance,
    NoRule,
    PlantedNoise,
    StoppingSpec,
)
from napari_dip.engine.settings import FitSettings
from napari_dip.grid.regions import Shape
from napari_dip.images.validation import check_choice
from napari_dip.latents.base import LatentSpec
from napari_dip.latents.noise import (
    GaussianNoiseSpec,
    ImageSpec,
    MeshGridSpec,
    UniformNoiseSpec,
)
from napari_dip.latents.planted import PlantedSpec
from napari_dip.networks import NetworkSpec, SkipSpec, UNetSpec
from napari_dip.noise.model import NoiseModel
from napari_dip.presets.choices import PRESETS
from napari_dip.presets.published import RECIPES
from napari_dip.presets.settings import Settings
from napari_dip.tasks.method import DeepImagePrior
from napari_dip.tasks.presets.by_noise import LEAST_SIDE, plan

# Standard deviations of the noise of the published experiments.
_WEAKER, _STRONGER = 25 / 255, 50 / 255
# Part of the pixels that is in the middle of a block that is held out: nine
# times as many are kept from the fit then.
_BLOCKS = 0.02
_PUBLISHED = 'ulyanov2018'
# Learning rates that the weights are stirred by, as published (Cheng et al.
# 2019).
_LANGEVIN = 2.0


def _light(widths: tuple[int, ...], reduction: int, num_iter: int) -> Settings:
    return Settings(
        network=UNetSpec(widths, reduction=reduction, norm='batch'),
        latent=UniformNoiseSpec(channels=16, jitter=0.03),
        fit=FitSettings(
            num_iter=num_iter,
            learning_rate=1e-2,
            schedule='constant',
            precision='auto',
        ),
        stabilise_noise=True,
        undo_clipping=True,
        kernel='lanczos3',
    )


#: The light recipe of each preset. The stop comes long before the last
#: iteration where there is noise.
LIGHT = {
    'fast': _light((32, 64, 64, 64, 64), 2, 1000),
    'balanced': _light((16, 32, 64, 64, 64), 1, 3000),
    'best': _light((32, 48, 64, 64, 64), 1, 6000),
}

_LATENTS: dict[str, Callable[..., LatentSpec]] = {
    'noise': UniformNoiseSpec,
    'gaussian': GaussianNoiseSpec,
    'grid': MeshGridSpec,
    'image': ImageSpec,
}


def plain_settings(
    method: DeepImagePrior,
    preset: str,
    published: str,
    noise: NoiseModel | None = None,
) -> Settings:
    """Return the settings of deep image prior as such.

    Parameters
    ----------
    method : DeepImagePrior
        What the user chose.
    preset : str
        Name of the preset.
    published : str
        The published recipe of the task.
    noise : NoiseModel, optional
        Noise of the image, if it has any to speak of.

    Raises
    ------
    ValueError
        If the options do not go together.
    """
    check_choice(preset, PRESETS, 'preset')
    to_the_letter = preset == _PUBLISHED
    settings = _recipe(method.recipe, preset, published)
    settings = replace(
        settings,
        network=_network(method, settings.network),
        latent=_latent(method, settings.latent),
        fit=_fit(method, settings.fit, averages=not to_the_letter),
    )
    block: Shape = (1, 1)
    if noise is not None and not noise.correlation.independent:
        found = plan(noise)
        settings = replace(
            settings,
            stabilise_noise=False,
            undo_clipping=False,
            binning=1 if to_the_letter else found.binning,
        )
        block = found.mask
        sides = np.array(noise.defects.shape[-2:]) // settings.binning
        by_itself = method.stopping == 'auto' and not method.posterior
        if by_itself and not to_the_letter and sides.min() >= LEAST_SIDE:
            return _with_planted_noise(settings)
    return replace(
        settings,
        stopping=_stopping(method, settings.fit, block, to_the_letter),
    )


def _with_planted_noise(settings: Settings) -> Settings:
    """Let noise like that of the image tell when to stop.

    Where it is correlated, neighbours tell a held-out pixel its noise, and
    to keep them from the fit too costs more than a little noise does. A short
    fit of the light network, whatever comes after, leaves noise to be
    measured.
    """
    rule, first = PlantedNoise(decay=settings.fit.decay), LIGHT['balanced']
    return replace(
        settings,
        network=first.network,
        latent=first.latent,
        fit=replace(first.fit, num_iter=rule.patience),
        stopping=NoRule(),
        range_=first.range_,
        second=replace(
            settings, latent=PlantedSpec(settings.latent), stopping=rule
        ),
    )


def _recipe(name: str, preset: str, published: str) -> Settings:
    if name == 'auto':
        name = 'light' if preset in ('fast', 'balanced') else published
    if name != 'light':
        return RECIPES[name]
    if preset not in LIGHT:
        raise ValueError(
            f'recipe: the light network is none of the preset {preset!r}, '
            'which is the published recipe; choose another preset, or leave '
            'the recipe out.'
        )
    return LIGHT[preset]


def _network(method: DeepImagePrior, network: NetworkSpec) -> NetworkSpec:
    if isinstance(network, UNetSpec):
        _refuse_for_light(method)
        widths = _resized(network.widths, method.depth, method.width)
        return replace(network, widths=widths)
    assert isinstance(network, SkipSpec)
    depth, width = method.depth, method.width
    changes: dict[str, Any] = {
        name: _resized(getattr(network, name), depth, value)
        for name, value in (
            ('down', width),
            ('up', width),
            ('skip', method.skip),
            ('down_kernel', None),
            ('up_kernel', None),
            ('upsampling', _unless_auto(method.upsampling)),
        )
    }
    halving = _unless_auto(method.downsampling) or network.downsampling
    return replace(network, downsampling=halving, **changes)


def _refuse_for_light(method: DeepImagePrior) -> None:
    """Refuse options that the light network does not have."""
    for name in ('skip', 'upsampling', 'downsampling'):
        value = getattr(method, name)
        if value not in (None, 'auto'):
            raise ValueError(
                f'{name}: {value!r} is for a published network; choose one '
                f'with recipe="denoising", or leave {name} out.'
            )


def _resized(
    entries: tuple[Any, ...], depth: int | None, value: Any
) -> tuple[Any, ...]:
    """Give a network another number of scales, and all of them one value."""
    depth = depth or len(entries)
    if value is not None:
        return (value,) * depth
    return (*entries, *(entries[-1:] * depth))[:depth]


def _unless_auto(value: str) -> Any:
    return None if value == 'auto' else value


def _latent(method: DeepImagePrior, latent: LatentSpec) -> LatentSpec:
    if method.latent != 'auto':
        # As many channels as the recipe has of noise.
        channels = {'channels': getattr(latent, 'channels', 32)}
        kind = _LATENTS[method.latent]
        more = channels if method.latent in ('noise', 'gaussian') else {}
        latent = kind(jitter=getattr(latent, 'jitter', 0.0), **more)
    changes: dict[str, Any] = {'optimised': method.optimise_latent}
    if method.jitter is not None:
        changes['jitter'] = float(method.jitter)
    return replace(latent, **changes)  # type: ignore[type-var]


def _fit(
    method: DeepImagePrior, fit: FitSettings, *, averages: bool
) -> FitSettings:
    decay = fit.decay or (FitSettings.decay if averages else 0.0)
    if method.averaging is not None:
        decay = float(method.averaging)
    if method.posterior:
        half = fit.num_iter // 2
        fit = replace(
            fit, average='posterior', langevin=_LANGEVIN, burn_in=half
        )
    elif method.averaging == 0:
        fit = replace(fit, average='last')
    return replace(
        fit,
        decay=decay,
        learning_rate=float(method.learning_rate or fit.learning_rate),
        tv_weight=float(method.tv_weight or 0.0),
    )


def _stopping(
    method: DeepImagePrior,
    fit: FitSettings,
    block: Shape,
    to_the_letter: bool,
) -> StoppingSpec:
    if method.posterior:
        # What is held out calibrates its deviation; nothing ends it.
        return HeldOutEstimate(
            decay=fit.decay, block=block, patience=fit.num_iter
        )
    name = method.stopping
    if name == 'auto':
        name = 'none' if to_the_letter else 'held-out'
    rules: dict[str, StoppingSpec] = {
        'held-out': HeldOutEstimate(
            part=_BLOCKS if block != (1, 1) else HeldOutEstimate.part,
            decay=fit.decay,
            block=block,
        ),
        'moving-variance': MovingVariance(),
        'fading-variance': FadingVariance(),
        'none': NoRule(),
    }
    return rules[name]


def published_denoising(planes: NDArray[Any], noise: NoiseModel) -> str:
    """Name the published recipe of an image by the strength of its noise.

    The notebooks have two, for standard deviations of 25 and 50 of 255.
    """
    known = np.where(np.isfinite(planes), planes, np.nan).astype(float)
    span = 255.0
    if planes.dtype != np.uint8:
        span = float(np.nanmax(known) - np.nanmin(known)) or 1.0
    deviation = float(np.sqrt(noise.mean_variance(known).mean())) / span
    nearer = deviation < _WEAKER + (_STRONGER - _WEAKER) / 2
    return 'denoising' if nearer else 'denoising-50'
