"""Architectures side by side: where they disagree, the prior invents."""

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

_BOTH = {'both': 'both', 'nearest': 'nearest', 'bilinear': 'bilinear'}
_DISAGREEMENT = 'disagreement'
# Channels of each scale, and iterations of each preset.
_WIDTH = 32
_LENGTHS = {'fast': 200, 'balanced': 600, 'best': 2000}

Depths = Annotated[
    str,
    Field('Scales of the networks, such as "2, 5".', example='2, 5'),
]
Skips = Annotated[
    str,
    Field(
        'Channels of their skip connections, such as "0, 4"; 0 is none.',
        example='0, 4',
    ),
]
Ways = Annotated[
    str,
    Field('Interpolation between their scales.', choices=_BOTH),
]


def compare_architectures(
    image: fields.Image,
    *,
    depths: Depths = '2, 5',
    skips: Skips = '0, 4',
    upsampling: Ways = 'both',
    channel_axis: fields.ChannelAxis = None,
    preset: fields.Preset = DEFAULT_PRESET,
    seed: fields.Seed = 0,
    device: fields.Device = 'auto',
    max_num_iter: fields.MaxNumIter = None,
    time_limit: fields.TimeLimit = None,
    callback: Callback | None = None,
    return_info: bool = False,
) -> Restored:
    """Fit your image with several architectures, and map where they differ.

    The structure of the network is the prior. Where networks of another
    depth, other skip connections or another interpolation make something
    else of the same image, what is seen there is not in the data: above all
    in holes, which are pixels that are not finite.

    Parameters
    ----------
    image : (M, N) or (M, N, C) array_like
        Image as :func:`~napari_dip.denoise` takes it.
    depths, skips : str
        Scales of the networks, and channels of their skip connections, with
        commas between: each is fitted with each.
    upsampling : {'both', 'nearest', 'bilinear'}
        Interpolation between their scales.
    preset : {'fast', 'balanced', 'best', 'ulyanov2018'}
        Most iterations of each fit; it stops where the error on held-out
        pixels is least.
    channel_axis, seed, device, max_num_iter, time_limit, callback, \
return_info
        As in :func:`~napari_dip.denoise`.

    Returns
    -------
    mean : ndarray of float32
        The mean of all estimates.
    info : Record
        Only with `return_info`. Its `companions` are the estimate of each
        architecture, and 'disagreement', their standard deviation at each
        pixel.

    References
    ----------
    .. [1] D. Ulyanov, A. Vedaldi, V. Lempitsky, "Deep Image Prior",
           CVPR 2018, figure 8.

    Examples
    --------
    >>> import numpy as np
    >>> from napari_dip import compare_architectures
    >>> image = np.random.default_rng(0).normal(100, 5, (32, 32))
    >>> mean, info = compare_architectures(
    ...     image,
    ...     depths='2',
    ...     upsampling='nearest',
    ...     preset='fast',
    ...     max_num_iter=2,
    ...     return_info=True,
    ... )
    >>> list(info.companions)
    ['depth 2 skip 0 nearest', 'depth 2 skip 4 nearest', 'disagreement']
    """
    return TASK.run(**locals())


def start_comparing_architectures(
    image: ArrayLike | AcquiredImage,
    *,
    depths: str = '2, 5',
    skips: str = '0, 4',
    upsampling: str = 'both',
    channel_axis: int | None = None,
    options: Options | None = None,
) -> Restoration:
    """Prepare :func:`compare_architectures` as a session."""
    from functools import partial

    from napari_dip.images.acquired import acquire
    from napari_dip.presets.options import Options
    from napari_dip.session.study import Part
    from napari_dip.tasks.prior.fits import begin_fit, begin_study

    options = options or Options()
    architectures = _architectures(depths, skips, upsampling)
    fitted = {
        name: _settings(options.preset, *one)
        for name, one in architectures.items()
    }
    acquired = acquire(image, channel_axis)

    def begin(settings: Settings) -> Restoration:
        return begin_fit(acquired, acquired.planes, settings, options)

    return begin_study(
        [
            Part(name, partial(begin, settings), is_plain=True)
            for name, settings in fitted.items()
        ],
        _compare,
        'compare_architectures',
        acquired.channel_axis,
        options,
        depths=depths,
        skips=skips,
        upsampling=upsampling,
    )


def _architectures(
    depths: str, skips: str, upsampling: str
) -> dict[str, tuple[int, int, str]]:
    """Each depth with each skip connection and interpolation, by name."""
    TASK.argument('upsampling').check(upsampling)
    ways = list(_BOTH)[1:] if upsampling == 'both' else [upsampling]
    return {
        f'depth {depth} skip {skip} {way}': (depth, skip, way)
        for depth in _numbers('depths', depths, 1, 8)
        for skip in _numbers('skips', skips, 0, 256)
        for way in ways
    }


def _numbers(name: str, text: str, least: int, most: int) -> list[int]:
    """Read whole numbers with commas between."""
    found = [part.strip() for part in str(text).split(',')]
    numbers = [int(part) for part in found if part.isdecimal()]
    if len(numbers) < len(found) or not all(
        least <= number <= most for number in numbers
    ):
        example = TASK.argument(name).field.example
        raise ValueError(
            f'{name}: {text!r} are not whole numbers from {least} to {most} '
            f'with commas between; give for example {example!r}.'
        )
    return list(dict.fromkeys(numbers))


def _settings(preset: str, depth: int, skip: int, way: str) -> Settings:
    from dataclasses import replace

    from napari_dip.presets.published import RECIPES
    from napari_dip.tasks.method import DeepImagePrior
    from napari_dip.tasks.presets.deep_image_prior import plain_settings

    method = DeepImagePrior(
        recipe='denoising',
        stopping='held-out',
        depth=depth,
        width=_WIDTH,
        skip=skip,
        upsampling=way,
    )
    settings = plain_settings(method, preset, 'denoising')
    length = _LENGTHS.get(preset, RECIPES['denoising'].fit.num_iter)
    return replace(
        settings,
        fit=replace(settings.fit, num_iter=length),
    )


def _companions(
    depths: str = '2, 5', skips: str = '0, 4', upsampling: str = 'both'
) -> Sequence[str]:
    return [*_architectures(depths, skips, upsampling), _DISAGREEMENT]


def _compare(found: Sequence[Found]) -> Made:
    import numpy as np

    from napari_dip.session.study import Made

    images = {one.name: one.image for one in found}
    stack = np.stack(list(images.values())).astype(float)
    disagreement = stack.std(axis=0).astype(np.float32)
    level = float(np.median(disagreement))
    part = float(np.mean(disagreement > 3 * level)) if level else 0.0
    told = (
        f'{len(images)} architectures disagree by {level:.3g} in the median, '
        f'and by more than three times that in {part:.1%} of the pixels'
        f'{": there the prior invents." if part else "."}'
    )
    return Made(
        stack.mean(axis=0).astype(np.float32),
        {**images, _DISAGREEMENT: disagreement},
        notes=[told],
    )


def _outline(
    axes: Axes,
    preset: str,
    depths: str = '2, 5',
    skips: str = '0, 4',
    upsampling: str = 'both',
) -> Outline:
    """Tell what is fitted: as much as the largest of them, each time."""
    from napari_dip.tasks.outline import Outline

    fitted = _architectures(depths, skips, upsampling)
    largest = max(fitted.values())
    return Outline(_settings(preset, *largest), repeated=len(fitted))


TASK = register(
    Task(
        compare_architectures,
        start_comparing_architectures,
        _outline,
        step='architectures',
        companions=_companions,
    )
)
