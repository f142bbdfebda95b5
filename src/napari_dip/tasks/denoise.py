"""Denoising: A is the identity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from napari_dip.presets.choices import DEFAULT_PRESET
from napari_dip.tasks.base import Field, Task
from napari_dip.tasks.fields import (
    ChannelAxis,
    Device,
    Image,
    MaxNumIter,
    Preset,
    Seed,
    TimeLimit,
    Uncertainty,
)
from napari_dip.tasks.registry import register

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from napari_dip.images.acquired import AcquiredImage
    from napari_dip.images.axes import Axes
    from napari_dip.images.brightness_match import Repeats
    from napari_dip.noise.detector import Detector, Noise
    from napari_dip.presets.options import Options
    from napari_dip.session.base import Restoration
    from napari_dip.session.run import Callback, Restored
    from napari_dip.tasks.outline import Outline

_SECTION = 'Noise and detector'
_DEFECTS = {'auto': 'fill in', 'keep': 'keep'}

NoiseOf = Annotated[
    'Noise',
    Field(
        'How the variance of the noise depends on the intensity: found from '
        'the image, or of one variance.',
        kind='noise',
        choices={'auto': 'automatic', 'gaussian': 'of one variance'},
        section=_SECTION,
    ),
]
Defects = Annotated[
    str,
    Field(
        'Hot and dead pixels, far above or below all their neighbours, are '
        'filled in ("auto") or kept as they are ("keep").',
        choices=_DEFECTS,
        section=_SECTION,
    ),
]
MoreFrames = Annotated[
    'ArrayLike | None',
    Field(
        'Another frame of the same field, or a stack of them, whose noise is '
        'its own: less noise is left where there are more frames. A '
        'difference in brightness is evened out.',
        kind='repeats',
        label='repeat',
        section=_SECTION,
    ),
]


def denoise(
    image: Image,
    *,
    repeats: MoreFrames = None,
    channel_axis: ChannelAxis = None,
    noise: NoiseOf = 'auto',
    defects: Defects = 'auto',
    preset: Preset = DEFAULT_PRESET,
    seed: Seed = 0,
    device: Device = 'auto',
    max_num_iter: MaxNumIter = None,
    time_limit: TimeLimit = None,
    uncertainty: Uncertainty = False,
    callback: Callback | None = None,
    return_info: bool = False,
) -> Restored:
    """Remove the noise of one image with a deep image prior.

    A network with random weights is fitted to this image alone and stopped
    before it takes up the noise. Nothing has to be tuned or counted.

    Parameters
    ----------
    image : (M, N) or (M, N, C) array_like
        Image in any real dtype and any unit, at least 16 × 16 pixels, with
        any further axes of length one. Pixels that are not finite, masked
        (`numpy.ma`, missing values of pandas, ``_FillValue`` of xarray) or
        fully transparent are missing and are filled in; the record counts
        them.
    repeats : array_like, optional
        Further frames of the same field, whose noise is their own: one of
        the shape of `image`, or several along one more axis in front. A
        neighbour in time or depth serves where it shows the same. They are
        brought to the brightness of `image` by a gain and an offset, and
        have to correlate with it.
    channel_axis : int, optional
        Axis of the channels of `image`. If None, an image with 3 or 4
        entries along its last axis, the third, is RGB or RGBA, and any other
        must be 2-D. The opacity of RGBA is not restored but handed on.
    noise : {'auto', 'gaussian'} or Detector
        How the variance of the noise depends on the intensity. 'auto' finds
        it from the image, 'gaussian' takes one variance for all pixels, and
        a :class:`Detector` tells gain, offset and read noise.
    defects : {'auto', 'keep'}
        'auto' treats hot and dead pixels as missing; 'keep' takes every
        pixel for what it is. Saturated pixels are kept unless they stand
        out alone, and counted.
    preset : {'fast', 'balanced', 'best', 'ulyanov2018'}
        How thorough to be; 'ulyanov2018' is the published recipe, which
        takes hours on a CPU.
    seed : int
        The same seed, image, version and device give the same result: to
        the last bit on a CPU with the same number of threads; a GPU may
        round differently from run to run.
    device : str
        'auto', 'cpu', 'cuda', 'cuda:N' or 'mps'.
    max_num_iter : int, optional
        Most iterations, if fewer than the preset's; the learning rate then
        falls sooner.
    time_limit : float, optional
        Seconds after which the best estimate so far is returned.
    uncertainty : bool
        Whether to estimate by how much each pixel of the result may be off,
        one standard deviation, as ``info.uncertainty``. It takes about as
        long as 16 further looks at the image. Not with 'ulyanov2018', whose
        network sees every pixel.
    callback : callable, optional
        Called with a :class:`~napari_dip.session.progress.Progress` after
        each iteration; returning True stops and keeps the best so far.
    return_info : bool
        Whether to return a :class:`~napari_dip.session.record.Record`
        as well.

    Returns
    -------
    restored : ndarray of float32
        Same shape and axes as `image`, in its units, clipped to nothing.
    info : Record
        Only with `return_info`: iterations, reason for stopping, losses,
        time, memory, settings, version; the uncertainty if asked for.

    Raises
    ------
    TypeError
        If the image or its repeats do not hold real numbers.
    ValueError
        If there is nothing to restore in the image, float32 cannot show
        what it shows, a repeat does not fit, shows another field or has the
        noise of another, an option is unknown, or no such detector can have
        made the image.
    MemoryError
        If the device has no room for the image.

    Notes
    -----
    Single hot and dead pixels are treated as missing; the record counts
    them, and the saturated ones, which the result follows to the ceiling and
    not beyond. Noise whose variance grows with the signal is stabilised, and
    what clipping at black or white does to the mean of any other is undone.
    In the end blocks that resemble each other are filtered together, by
    fixed transforms [4]_ and, where noise is independent from pixel to pixel,
    once more by their covariance [6]_.

    The presets other than 'ulyanov2018' feed the network the image itself
    with pixels dropped anew at each iteration and ask it for those pixels,
    which presumes noise that is independent from pixel to pixel. Where the
    quiet parts of the image show that it is not, as in interpolated camera
    images, squares of pixels are dropped on a three times coarser grid; the
    noise is then measured on the residual, and a second fit at full
    resolution [3]_ follows. The fine details of the result are the mean of
    both, what is coarser than four pixels is of the first. A smoothed image
    is the mean of a fit of squares and one of pixels. Where only
    neighbours along the lines of a scan share their noise, runs along them
    are dropped instead, and a second fit follows too.

    Of `repeats` and image, the mean is fitted. Where their difference shows
    noise that is not independent from pixel to pixel, the network is fed
    the mean of some of them instead and asked for that of the others [5]_,
    chosen anew at each iteration; one fit is enough then.

    References
    ----------
    .. [1] D. Ulyanov, A. Vedaldi, V. Lempitsky, "Deep Image Prior",
           CVPR 2018.
    .. [2] J. Batson, L. Royer, "Noise2Self: Blind Denoising by
           Self-Supervision", ICML 2019.
    .. [3] T. Pang et al., "Recorrupted-to-Recorrupted: Unsupervised Deep
           Learning for Image Denoising", CVPR 2021.
    .. [4] K. Dabov et al., "Image Denoising by Sparse 3-D Transform-Domain
           Collaborative Filtering", IEEE Transactions on Image Processing
           16, 2007.
    .. [5] J. Lehtinen et al., "Noise2Noise: Learning Image Restoration
           without Clean Data", ICML 2018.
    .. [6] M. Lebrun, A. Buades, J. Morel, "A Nonlocal Bayesian Image
           Denoising Algorithm", SIAM Journal on Imaging Sciences 6, 2013.

    Examples
    --------
    >>> import numpy as np
    >>> from napari_dip import denoise
    >>> noisy = np.random.default_rng(0).poisson(20, (32, 32))
    >>> restored = denoise(noisy, preset='fast', max_num_iter=5)
    >>> restored.shape, restored.dtype
    ((32, 32), dtype('float32'))
    """
    return TASK.run(
        image=image,
        repeats=repeats,
        channel_axis=channel_axis,
        noise=noise,
        defects=defects,
        preset=preset,
        seed=seed,
        device=device,
        max_num_iter=max_num_iter,
        time_limit=time_limit,
        uncertainty=uncertainty,
        callback=callback,
        return_info=return_info,
    )


def start_denoising(
    image: ArrayLike | AcquiredImage,
    *,
    repeats: ArrayLike | None = None,
    channel_axis: int | None = None,
    noise: Noise = 'auto',
    defects: str = 'auto',
    options: Options | None = None,
) -> Restoration:
    """Prepare :func:`denoise` as a session, to be run step by step."""
    from dataclasses import replace

    import numpy as np

    from napari_dip.images.acquired import acquire
    from napari_dip.images.brightness_match import match_repeats
    from napari_dip.images.validation import check_choice
    from napari_dip.noise.defects import find_defects, find_saturated
    from napari_dip.noise.detector import check_noise
    from napari_dip.noise.flat_areas import find_flat_areas
    from napari_dip.noise.pixel_pattern import note_patterns
    from napari_dip.operators.identity import Identity
    from napari_dip.presets.options import Options
    from napari_dip.session.prepare import prepare
    from napari_dip.tasks.presets.denoise import choose_settings

    options = options or Options()
    acquired = acquire(image, channel_axis)
    planes = acquired.planes
    saturated = np.stack([find_saturated(plane) for plane in planes])
    check_noise(noise, planes, options.preset)
    copies = match_repeats(acquired, repeats)
    if copies is not None:
        planes = copies.mean
    flat = find_flat_areas(planes)
    shown = planes
    if flat.all.any():
        shown = np.where(flat.all, np.nan, planes)
    settings = choose_settings(options.preset, shown, copies)
    check_choice(defects, tuple(_DEFECTS), 'defects')
    if noise == 'gaussian':
        settings = replace(settings, stabilise_noise=False)
    if defects == 'keep':
        settings = replace(settings, exclude_defects=False)
    if options.uncertainty and settings.latent.splits_repeats:
        raise ValueError(
            'uncertainty: it is not known for repeats whose neighbouring '
            'pixels share their noise; leave one of the two out.'
        )
    if options.uncertainty and not settings.latent.hides_pixels:
        raise ValueError(
            f'uncertainty: with the preset {options.preset!r} the network '
            'sees every pixel, and none is left to measure its error by; '
            'choose another preset, or leave the uncertainty out.'
        )
    missing = np.zeros(planes.shape, bool)
    if settings.exclude_defects:
        missing = np.stack([find_defects(plane) for plane in shown])
    return prepare(
        acquired,
        ~(missing | flat.all),
        operator=Identity(),
        settings=settings,
        options=options,
        task='denoise',
        arguments={
            'repeats': copies.count - 1 if copies else None,
            'noise': noise,
            'defects': defects,
        },
        defects=int(missing.sum()),
        saturated=int((saturated & ~flat.all).sum()),
        detector=_detector(noise, copies, settings.binning),
        copies=copies,
        borders=flat.borders,
        notes=flat.notes + note_patterns(shown),
    )


def _detector(
    noise: Noise, copies: Repeats | None, binning: int
) -> Detector | None:
    """The detector that the pixels of the fit seem made by."""
    from napari_dip.noise.detector import Detector

    if not isinstance(noise, Detector):
        return None
    count = 1 if copies is None else copies.count
    return noise.averaged(count * binning**2)


def _outline(
    axes: Axes,
    preset: str,
    image: ArrayLike | None = None,
    repeats: ArrayLike | None = None,
) -> Outline:
    """Tell what is fitted; of an unknown image, that its noise is white."""
    import numpy as np

    from napari_dip.images.acquired import acquire
    from napari_dip.images.brightness_match import match_repeats
    from napari_dip.tasks.outline import Outline
    from napari_dip.tasks.presets.denoise import choose_settings

    if image is None:
        # A part will do. Noise alone would be binned.
        shape = tuple(min(length, 256) for length in axes.shape)
        drawn = np.random.default_rng(0).normal(size=shape)
        image = drawn + np.linspace(0, 9, drawn.size).reshape(shape)
    acquired = acquire(image, axes.channel_axis)
    copies = match_repeats(acquired, repeats)
    planes = acquired.planes if copies is None else copies.mean
    return Outline(choose_settings(preset, planes, copies))


TASK = register(Task(denoise, start_denoising, _outline, step='denoised'))
