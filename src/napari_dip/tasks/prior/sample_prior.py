"""Samples of the prior: what a network makes of noise before any fit."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

from napari_dip.presets.choices import DEFAULT_PRESET
from napari_dip.tasks import fields
from napari_dip.tasks.base import Field, Task, register

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from napari_dip.images.acquired import AcquiredImage
    from napari_dip.images.axes import Axes
    from napari_dip.presets.options import Options
    from napari_dip.presets.settings import Settings
    from napari_dip.session.base import Callback, Restoration, Restored
    from napari_dip.session.study import Found, Made
    from napari_dip.tasks.outline import Outline

# Channels of each scale, where they are not the published ones.
_WIDTHS = {'fast': 16, 'balanced': 64}

Count = Annotated[
    int,
    Field('Number of samples.', least=1, most=16, example='4'),
]


def sample_prior(
    image: fields.Image,
    *,
    samples: Count = 4,
    channel_axis: fields.ChannelAxis = None,
    preset: fields.Preset = DEFAULT_PRESET,
    seed: fields.Seed = 0,
    device: fields.Device = 'auto',
    max_num_iter: fields.MaxNumIter = None,
    time_limit: fields.TimeLimit = None,
    callback: Callback | None = None,
    return_info: bool = False,
) -> Restored:
    """Draw samples of the prior: images that random weights make of noise.

    Nothing is fitted. They show what the network takes an image to look like
    before it has seen one: smooth on some scales, and alike on others.

    Parameters
    ----------
    image : (M, N) or (M, N, C) array_like
        Image as :func:`~napari_dip.denoise` takes it; the samples have its
        shape, and the mean and the deviation of each of its channels.
    samples : int
        How many, each of weights of its own.
    preset : {'fast', 'balanced', 'best', 'ulyanov2018'}
        The network, which has no skip connections: more channels a preset,
        with 'best' and 'ulyanov2018' the published 128.
    channel_axis, seed, device, max_num_iter, time_limit, callback, \
return_info
        As in :func:`~napari_dip.denoise`.

    Returns
    -------
    sample : ndarray of float32
        The first sample.
    info : Record
        Only with `return_info`. Its `companions` are the others.

    References
    ----------
    .. [1] D. Ulyanov, A. Vedaldi, V. Lempitsky, "Deep Image Prior",
           IJCV 2020, on samples of the prior.

    Examples
    --------
    >>> import numpy as np
    >>> from napari_dip import sample_prior
    >>> image = np.random.default_rng(0).normal(100, 5, (32, 32))
    >>> sample, info = sample_prior(image, preset='fast', return_info=True)
    >>> round(float(sample.mean())), list(info.companions)
    (100, ['sample 2', 'sample 3', 'sample 4'])
    """
    return TASK.run(**locals())


def start_sampling_prior(
    image: ArrayLike | AcquiredImage,
    *,
    samples: int = 4,
    channel_axis: int | None = None,
    options: Options | None = None,
) -> Restoration:
    """Prepare :func:`sample_prior` as a session, to be run step by step."""
    from dataclasses import replace
    from functools import partial

    from napari_dip.images.acquired import acquire
    from napari_dip.presets.options import Options
    from napari_dip.session.study import Part
    from napari_dip.tasks.prior.fits import begin_fit, begin_study

    options = options or Options()
    TASK.argument('samples').check(samples)
    settings = _settings(options.preset)
    acquired = acquire(image, channel_axis)

    def begin(number: int) -> Restoration:
        own = replace(options, seed=options.seed + number)
        return begin_fit(acquired, acquired.planes, settings, own)

    return begin_study(
        [
            Part(name, partial(begin, number), is_plain=True)
            for number, name in enumerate(_names(samples))
        ],
        partial(_gather, acquired=acquired),
        'sample_prior',
        acquired.channel_axis,
        options,
        samples=samples,
    )


def _settings(preset: str) -> Settings:
    """One iteration: its output is that of the first weights."""
    from dataclasses import replace

    from napari_dip.engine.early_stopping import NoRule
    from napari_dip.tasks.method import DeepImagePrior
    from napari_dip.tasks.presets.deep_image_prior import plain_settings

    # Skip connections would let the noise of the input through.
    method = DeepImagePrior(
        recipe='denoising',
        width=_WIDTHS.get(preset),
        skip=0,
        jitter=0,
        averaging=0,
    )
    settings = plain_settings(method, preset, 'denoising')
    return replace(
        settings,
        # The output itself, not what a step makes of its weights.
        fit=replace(settings.fit, num_iter=1, average='output'),
        stopping=NoRule(),
        stabilise_noise=False,
        undo_clipping=False,
    )


def _names(samples: int) -> list[str]:
    return [f'sample {number}' for number in range(1, samples + 1)]


def _companions(samples: int = 4) -> Sequence[str]:
    return _names(samples)[1:]


def _gather(found: Sequence[Found], acquired: AcquiredImage) -> Made:
    """Give the samples mean and deviation of the image."""
    import numpy as np

    from napari_dip.images.acquired import acquire
    from napari_dip.session.study import Made

    known = np.where(np.isfinite(acquired.planes), acquired.planes, np.nan)
    mean, deviation = (
        f(known.astype(float), axis=(1, 2), keepdims=True)
        for f in (np.nanmean, np.nanstd)
    )
    images = {}
    for one in found:
        planes = acquire(one.image, acquired.channel_axis).planes
        own = planes.std(axis=(1, 2), keepdims=True)
        even = (planes - planes.mean(axis=(1, 2), keepdims=True)) / np.where(
            own > 0, own, 1
        )
        made = (mean + deviation * even).astype(np.float32)
        images[one.name] = acquired.to_user(made)
    first, *others = images
    return Made(images[first], {name: images[name] for name in others})


def _outline(axes: Axes, preset: str, samples: int = 4) -> Outline:
    """Tell what is drawn."""
    from napari_dip.tasks.outline import Outline

    return Outline(_settings(preset), repeated=samples)


TASK = register(
    Task(
        sample_prior,
        start_sampling_prior,
        _outline,
        step='prior',
        companions=_companions,
    )
)
