"""Denoising: A is the identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_dip.presets.choices import DEFAULT_PRESET
from napari_dip.tasks import fields
from napari_dip.tasks.base import Task, register

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from napari_dip.images.acquired import AcquiredImage
    from napari_dip.images.axes import Axes as PlaneAxes
    from napari_dip.noise.model import Noise
    from napari_dip.presets.options import Options
    from napari_dip.session.base import Callback, Restoration, Restored
    from napari_dip.tasks.method import Method
    from napari_dip.tasks.outline import Outline


def denoise(
    image: fields.Image,
    *,
    repeats: fields.MoreFrames = None,
    axes: fields.Axes = None,
    fit: fields.Fit = 'auto',
    planes: fields.Planes = None,
    channel_axis: fields.ChannelAxis = None,
    noise: fields.NoiseOf = 'auto',
    correlation: fields.CorrelationOf = 'auto',
    defects: fields.DefectsOf = 'auto',
    stripes: fields.StripesOf = 'auto',
    method: fields.MethodOf = 'auto',
    preset: fields.Preset = DEFAULT_PRESET,
    seed: fields.Seed = 0,
    device: fields.Device = 'auto',
    max_num_iter: fields.MaxNumIter = None,
    time_limit: fields.TimeLimit = None,
    uncertainty: fields.Uncertainty = False,
    output: fields.Output = None,
    resume: bool = False,
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
    axes : str, optional
        A letter for each axis of a series, such as 'TZCYX', S for colours;
        guessed unless given. Each channel C has a network of its own, and
        planes without contrast are left as they are.
    fit : {'auto', 'series', 'planes', 'volume'}
        'series' fits one network to samples of all planes and applies it to
        each, 'planes' fits each by itself. 'volume' takes depths Z for a
        spatial axis. 'auto' takes a volume if one in memory is told by
        `axes` and its planes foretell each other, a series else where it
        can, that is not with 'ulyanov2018' or `repeats`.
    planes : str, slice or int, optional
        Which planes along the first axis that is longer than one: '10:20'.
    channel_axis : int, optional
        Axis of the channels that are restored together. If None, 3 or 4
        entries along the last axis are RGB or RGBA. Opacity is handed on.
    noise : {'auto', 'gaussian'} or Detector
        How the variance of the noise depends on the intensity. 'auto' finds
        it from the image, 'gaussian' takes one variance for all pixels, and
        a :class:`Detector` tells gain, offset and read noise. A
        :class:`NoiseModel`, as :func:`~napari_dip.measure_noise` returns it,
        tells all of the noise, and nothing is measured.
    correlation : {'auto', 'independent', 'rows', 'columns', 'around'}
        How far the noise of a pixel reaches: 'auto' finds it from the image;
        'independent' from pixel to pixel, 'rows' along the lines of a scan,
        'columns' down them, 'around' where pixels were interpolated or
        smoothed.
    defects : {'auto', 'keep'}
        'auto' treats hot and dead pixels as missing; 'keep' takes every
        pixel for what it is. Saturated pixels are kept unless they stand
        out alone, and counted.
    stripes : {'auto', 'keep'}
        'auto' takes out offsets of whole rows and columns, where these are
        greater than what they are known by; 'keep' leaves them.
    method : {'auto', 'deep-image-prior'} or DeepImagePrior
        'auto' fits a network to the image behind a blind-spot mask, as told
        below. 'deep-image-prior' fits one that makes the image of fixed
        noise [1]_, and stops where the error on pixels that are held out is
        least; a :class:`DeepImagePrior` tells more of it.
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
    output : str or Path, optional
        Folder of OME-Zarr, whose name ends in .ome.zarr, that the planes of
        a series are written to as they are made, with coarser levels in the
        end. The array in it is returned.
    resume : bool
        Whether `output` is there, of a run that was ended, and the planes
        that it lacks are made. Image and arguments have to be the same.
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
    A blind-spot mask [2]_ hides pixels from the network, which is asked for
    them; a second fit [3]_ follows where noise is correlated. Blocks that
    resemble each other are filtered together in the end [4]_ [6]_. Of
    `repeats` and image the mean is fitted, or by Noise2Noise [5]_ where their
    noise is correlated. ``docs/noise.md`` tells what follows from what.

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
    return TASK.run(**locals())


def start_denoising(
    image: ArrayLike | AcquiredImage,
    *,
    repeats: ArrayLike | None = None,
    channel_axis: int | None = None,
    noise: Noise = 'auto',
    correlation: str = 'auto',
    defects: str = 'auto',
    stripes: str = 'auto',
    method: Method = 'auto',
    options: Options | None = None,
) -> Restoration:
    """Prepare :func:`denoise` as a session, to be run step by step."""
    from dataclasses import replace

    from napari_dip.images.acquired import acquire
    from napari_dip.images.flat_areas import find_flat_areas
    from napari_dip.images.pixel_pattern import note_patterns
    from napari_dip.images.repeats import match_repeats
    from napari_dip.images.stacks.depth import note_depth
    from napari_dip.images.validation import check_choice
    from napari_dip.noise.model import NoiseModel
    from napari_dip.operators.identity import Identity
    from napari_dip.presets.choices import PRESETS
    from napari_dip.presets.options import Options
    from napari_dip.session.prepare import prepare
    from napari_dip.tasks.method import read_method, to_argument
    from napari_dip.tasks.noise import note_compression, settle_image
    from napari_dip.tasks.presets.denoise import (
        SETTINGS,
        check_detector_used,
        check_uncertainty,
        choose_settings,
    )

    options = options or Options()
    plain = read_method(method)
    acquired = acquire(image, channel_axis)
    check_choice(options.preset, PRESETS, 'preset')
    matched = match_repeats(acquired, repeats)
    flat = find_flat_areas(
        acquired.planes if matched is None else matched.mean
    )
    usual = SETTINGS[options.preset]
    if plain is None:
        check_detector_used(noise, usual, options.preset)
    told = settle_image(
        acquired,
        matched,
        flat,
        noise=noise,
        correlation=correlation,
        defects=defects,
        stripes=stripes,
    )
    acquired, matched, found = told.image, told.repeats, told.noise
    shown = told.shown
    settings = choose_settings(options.preset, shown, found, matched, plain)
    if options.uncertainty:
        check_uncertainty(settings, options.preset)
    return prepare(
        acquired,
        ~(found.defects | flat.all),
        operator=Identity(),
        settings=settings,
        options=options,
        task='denoise',
        arguments={
            'repeats': matched.count - 1 if matched else None,
            'noise': noise.to_dict()
            if isinstance(noise, NoiseModel)
            else noise,
            'correlation': correlation,
            'defects': defects,
            'stripes': stripes,
            'method': to_argument(plain),
        },
        noise=replace(found, saturated=found.saturated & ~flat.all),
        repeats=matched,
        borders=flat.borders,
        notes=flat.notes
        + told.notes
        + note_patterns(shown)
        + (note_compression(shown, found) if correlation == 'auto' else [])
        + (note_depth(shown) if shown.ndim > 3 else []),
    )


def _outline(
    axes: PlaneAxes,
    preset: str,
    image: ArrayLike | None = None,
    repeats: ArrayLike | None = None,
    noise: Noise = 'auto',
    correlation: str = 'auto',
    stripes: str = 'auto',
    method: Method = 'auto',
) -> Outline:
    """Tell what is fitted; of an unknown image, that its noise is white."""
    import numpy as np

    from napari_dip.images.acquired import acquire
    from napari_dip.images.repeats import match_repeats
    from napari_dip.tasks.method import read_method
    from napari_dip.tasks.noise import settle_image
    from napari_dip.tasks.outline import Outline
    from napari_dip.tasks.presets.denoise import choose_settings

    is_known, ndim = image is not None, len(axes.plane)
    if image is None:
        # A part will do. Noise alone would be binned.
        most = round(256 ** (2 / ndim))
        shape = tuple(min(length, most) for length in axes.shape)
        drawn = np.random.default_rng(0).normal(size=shape)
        image = drawn + np.linspace(0, 9, drawn.size).reshape(shape)
    acquired = acquire(image, axes.channel_axis, ndim=ndim)
    matched = match_repeats(acquired, repeats)
    told = settle_image(
        acquired,
        matched,
        noise=noise,
        correlation=correlation,
        defects='keep',
        stripes=stripes,
    )
    found = told.noise
    plain = read_method(method)
    settings = choose_settings(preset, told.shown, found, told.repeats, plain)
    if not is_known:
        return Outline(settings)
    return Outline(settings, found=found.describe(), parts=found.parts())


def _is_usual(
    preset: str,
    repeats: object = None,
    correlation: object = 'auto',
    method: object = 'auto',
    **_: object,
) -> bool:
    usual = method == 'auto' and preset != 'ulyanov2018'
    return usual and repeats is None and correlation != 'around'


TASK = register(
    Task(
        denoise,
        start_denoising,
        _outline,
        step='denoised',
        takes_volumes=True,
        prefers_volumes=_is_usual,
    )
)
