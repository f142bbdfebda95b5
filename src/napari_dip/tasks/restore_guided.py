"""Guided restoration: another image of the field beside z."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from napari_dip.presets.choices import DEFAULT_PRESET
from napari_dip.tasks import fields
from napari_dip.tasks.base import Field, Task, register

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from napari_dip.images.acquired import AcquiredImage
    from napari_dip.images.axes import Axes
    from napari_dip.presets.options import Options
    from napari_dip.session.base import Callback, Restoration, Restored
    from napari_dip.tasks.outline import Outline

Guide = Annotated[
    'ArrayLike',
    Field(
        'Another image of the same field with less noise, or noise of its '
        'own: another channel, a longer exposure, a projection.',
        kind='guide',
        label='guide',
    ),
]


def restore_guided(
    image: fields.Image,
    guide: Guide,
    *,
    channel_axis: fields.ChannelAxis = None,
    stripes: fields.StripesOf = 'auto',
    preset: fields.Preset = DEFAULT_PRESET,
    seed: fields.Seed = 0,
    device: fields.Device = 'auto',
    max_num_iter: fields.MaxNumIter = None,
    time_limit: fields.TimeLimit = None,
    uncertainty: fields.Uncertainty = False,
    callback: Callback | None = None,
    return_info: bool = False,
) -> Restored:
    """Remove the noise of one image, guided by another of the same field.

    A network with random weights sees the guide beside the image and is
    asked for the image alone. A guide that does not help is left out, and
    the record says how much it helped.

    Parameters
    ----------
    image : (M, N) or (M, N, C) array_like
        Image as :func:`~napari_dip.denoise` takes it.
    guide : (M, N), (M, N, G) or (G, M, N) array_like
        Image of the same field, pixel for pixel: another channel, a brighter
        or longer exposure, a projection. Its intensities need not be those
        of `image`, but its noise has to be its own.
    channel_axis, stripes, preset, seed, device, max_num_iter, time_limit, \
callback, return_info
        As in :func:`~napari_dip.denoise`.
    uncertainty : bool
        Whether to estimate by how much each pixel may be off, as
        ``info.uncertainty``. It is that of the fit without the guide, which
        is off by more.

    Returns
    -------
    restored : ndarray of float32
        Same shape and axes as `image`, in its units.
    info : Record
        Only with `return_info`; its notes say how much the guide helped.

    Raises
    ------
    TypeError
        If the image or the guide does not hold real numbers.
    ValueError
        If there is nothing to restore, the guide has other pixels, shows
        nothing or is the image itself, or an option is unknown.
    MemoryError
        If the device has no room for the image.

    Notes
    -----
    Two fits are made, all alike but that the first sees the guide turned by
    half a turn, where it tells nothing. Where the second is nearer to pixels
    that both were kept from, the guide has helped; the filters after it,
    which know the image alone, then do as much of their work as the guide
    has left of the error. Else the result is that of the first.

    'ulyanov2018' is the recipe for pictures without and with flash, with the
    guide in the place of z.

    References
    ----------
    .. [1] D. Ulyanov, A. Vedaldi, V. Lempitsky, "Deep Image Prior",
           CVPR 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from napari_dip import restore_guided
    >>> guide = np.random.default_rng(0).normal(100, 5, (32, 32))
    >>> noisy = np.random.default_rng(1).poisson(guide)
    >>> restored = restore_guided(
    ...     noisy, guide, preset='fast', max_num_iter=5
    ... )
    >>> restored.shape
    (32, 32)
    """
    return TASK.run(**locals())


def start_guided(
    image: ArrayLike | AcquiredImage,
    guide: ArrayLike,
    *,
    channel_axis: int | None = None,
    stripes: str = 'auto',
    options: Options | None = None,
) -> Restoration:
    """Prepare :func:`restore_guided` as a session, to be run step by step."""
    from napari_dip.images.acquired import acquire
    from napari_dip.images.guide import read_guide
    from napari_dip.images.validation import check_choice
    from napari_dip.operators.identity import Identity
    from napari_dip.presets.choices import PRESETS
    from napari_dip.presets.options import Options
    from napari_dip.session.prepare import prepare
    from napari_dip.tasks.noise import settle_image
    from napari_dip.tasks.presets.restore_guided import (
        choose_settings,
        uses_guide,
    )

    options = options or Options()
    acquired = acquire(image, channel_axis)
    planes = read_guide(guide, acquired)
    check_choice(options.preset, PRESETS, 'preset')
    told = settle_image(acquired, None, stripes=stripes)
    acquired, found = told.image, told.noise
    settings = choose_settings(options.preset, told.shown, found, len(planes))
    notes = told.notes
    if not uses_guide(settings, options.max_num_iter):
        notes.append('In so few iterations the guide was not used.')
    return prepare(
        acquired,
        ~found.defects,
        operator=Identity(),
        settings=settings,
        options=options,
        task='restore_guided',
        arguments={'stripes': stripes},
        noise=found,
        guide=planes,
        notes=notes,
    )


def _outline(
    axes: Axes,
    preset: str,
    image: ArrayLike | None = None,
    stripes: str = 'auto',
) -> Outline:
    """Tell what is fitted; of an unknown image, that its noise is white."""
    import numpy as np

    from napari_dip.images.acquired import acquire
    from napari_dip.tasks.noise import settle_image
    from napari_dip.tasks.outline import Outline
    from napari_dip.tasks.presets.restore_guided import choose_settings

    is_known = image is not None
    if image is None:
        shape = tuple(min(length, 256) for length in axes.shape)
        drawn = np.random.default_rng(0).normal(size=shape)
        image = drawn + np.linspace(0, 9, drawn.size).reshape(shape)
    acquired = acquire(image, axes.channel_axis)
    told = settle_image(acquired, None, defects='keep', stripes=stripes)
    settings = choose_settings(preset, told.shown, told.noise, 1)
    if not is_known:
        return Outline(settings)
    found = told.noise
    return Outline(settings, found=found.describe(), parts=found.parts())


TASK = register(Task(restore_guided, start_guided, _outline, step='guided'))
