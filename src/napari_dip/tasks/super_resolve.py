"""Super-resolution: A is a low-pass filter and decimation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from napari_dip.presets.choices import DEFAULT_PRESET, FACTORS
from napari_dip.tasks import fields
from napari_dip.tasks.base import Field, Task, register

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from napari_dip.images.acquired import AcquiredImage
    from napari_dip.images.axes import Axes as PlaneAxes
    from napari_dip.presets.options import Options
    from napari_dip.session.base import Callback, Restoration, Restored
    from napari_dip.tasks.method import DeepImagePrior, Method
    from napari_dip.tasks.outline import Outline

Factor = Annotated[
    int | tuple[int, ...],
    Field(
        'Pixels of the result along each side of a pixel of the image: '
        f'{", ".join(str(f) for f in FACTORS)}, or one from 1 to 8 for rows '
        'and one for columns, or three for depths, rows and columns of a '
        'volume.',
        kind='factor',
        choices={str(f): f'×{f}' for f in FACTORS},
        least=1,
        most=8,
        example='4',
    ),
]


RemoveNoise = Annotated[
    str,
    Field(
        'Measure the noise and take it out in the same fit, rather than '
        'enlarge it as detail: where noise is most of what is fine in the '
        'image ("auto"), always ("yes") or never ("no").',
        choices={'auto': 'where it is strong', 'yes': 'yes', 'no': 'no'},
        label='take the noise out',
    ),
]


def super_resolve(
    image: fields.Image,
    factor: Factor,
    *,
    remove_noise: RemoveNoise = 'auto',
    axes: fields.Axes = None,
    fit: fields.Fit = 'auto',
    planes: fields.Planes = None,
    channel_axis: fields.ChannelAxis = None,
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
    """Enlarge one image with a deep image prior.

    A network with random weights learns from this image alone how details
    look that are lost when it is reduced. The result, brought down to the
    size of the image, agrees with it.

    Parameters
    ----------
    image : (M, N) or (M, N, C) array_like
        Image as :func:`~napari_dip.denoise` takes it.
    factor : int or tuple of int
        Pixels of the result a pixel of the image: 2, 3, 4 or 8, or one from
        1 to 8 for rows and one for columns. Three are for depths, rows and
        columns, and take the image for a volume: ``(4, 1, 1)`` refines its
        depths alone.
    remove_noise : {'auto', 'yes', 'no'}
        Whether to measure the noise, which has to be independent from pixel
        to pixel, and take it out in the same fit. The result then agrees
        with an image without it. 'auto' does so where means of 2 × 2 pixels
        have less than half of its variance, as noise has and structure has
        not, and where a preset, a factor below 5 and no uncertainty allow.
    axes, fit, planes, channel_axis, stripes, method, preset, seed, device, \
max_num_iter, time_limit, output, resume, callback, return_info
        As in :func:`~napari_dip.denoise`.
    uncertainty : bool
        Whether to estimate by how much each pixel may be off, one standard
        deviation, as ``info.uncertainty``. For it 2 % of the pixels are
        held out of a fit that comes first, so that it takes twice as long.

    Returns
    -------
    restored : ndarray of float32
        `factor` times the rows and columns of `image`, and its depths if
        they have a factor, in its units. The
        image and the result cover the same rectangle: pixel k of the image
        is centred at ``(k + 1/2) factor - 1/2`` of the result.
    info : Record
        Only with `return_info`; holds the uncertainty if asked for.

    Raises
    ------
    TypeError
        If the image does not hold real numbers, or the factor no integers.
    ValueError
        If there is nothing to restore in the image, or an option is unknown
        or out of range.
    MemoryError
        If the device has no room for the result.

    Notes
    -----
    The network is asked for what the image loses if it is reduced by the
    smallest step there is, 2 for a factor of 4, and enlarged again by a
    Lanczos filter. Then the image itself is enlarged step by step, what the
    network finds lacking is added, and the result is projected back onto the
    data. From a factor of 5 on it is fitted to make the image of noise
    instead, and the result agrees with the data too.

    The downsampling operator is fixed and linear: a Lanczos-3 filter, as
    image libraries reduce with, centred on each pixel of the image, then
    decimation; 'ulyanov2018' has the Lanczos-2 filter of the paper.

    Noise is taken for detail, unless it is to be removed. Then the network
    sees the image with noise of its own kind added, reduced, and is asked for
    the image with an independent draw of noise, of which it can learn
    nothing [3]_. What it finds lacking is added in the first step alone.

    Offsets of whole rows and columns are taken from the image, at its own
    pixels, before anything is learned of it.

    Ratios such as 1.5 are none of decimation: enlarge by 3 and reduce the
    result by 2.

    References
    ----------
    .. [1] D. Ulyanov, A. Vedaldi, V. Lempitsky, "Deep Image Prior",
           CVPR 2018.
    .. [2] A. Shocher, N. Cohen, M. Irani, "Zero-Shot Super-Resolution using
           Deep Internal Learning", CVPR 2018.
    .. [3] T. Pang et al., "Recorrupted-to-Recorrupted: Unsupervised Deep
           Learning for Image Denoising", CVPR 2021.

    Examples
    --------
    >>> import numpy as np
    >>> from napari_dip import super_resolve
    >>> image = np.random.default_rng(0).normal(100, 5, (16, 16))
    >>> super_resolve(image, 2, preset='fast', max_num_iter=5).shape
    (32, 32)
    """
    return TASK.run(**locals())


def start_super_resolution(
    image: ArrayLike | AcquiredImage,
    factor: int | tuple[int, ...],
    *,
    remove_noise: str = 'auto',
    channel_axis: int | None = None,
    stripes: str = 'auto',
    method: Method = 'auto',
    options: Options | None = None,
) -> Restoration:
    """Prepare :func:`super_resolve` as a session, to be run step by step."""
    from dataclasses import replace

    from napari_dip.images.acquired import acquire
    from napari_dip.images.flat_areas import find_flat_areas
    from napari_dip.images.validation import check_choice, check_factor
    from napari_dip.operators.downsample import Downsample
    from napari_dip.presets.options import Options
    from napari_dip.session.prepare import prepare
    from napari_dip.tasks.method import read_method, to_argument
    from napari_dip.tasks.noise import look_for_stripes, note_stripes
    from napari_dip.tasks.presets.super_resolve import choose_settings

    options = options or Options()
    plain = read_method(method)
    factors = check_factor(factor)
    acquired = acquire(image, channel_axis)
    ndim = acquired.planes.ndim - 1
    if len(factors) > ndim:
        raise ValueError(
            f'factor: {factor!r} has one for depths, and the image is one '
            'plane; give 2, or two of them.'
        )
    # Rows and columns lie last.
    factors = (1,) * (ndim - len(factors)) + factors
    check_choice(remove_noise, ('auto', 'yes', 'no'), 'remove_noise')
    if remove_noise == 'yes' and options.uncertainty:
        raise ValueError(
            'uncertainty: it is not known where noise is removed; leave one '
            'of the two out.'
        )
    # Borders of one value are enlarged like all else.
    flat = find_flat_areas(acquired.planes)
    notes = list(flat.gap_notes)
    shown = flat.without(acquired.planes)
    found = look_for_stripes(shown, stripes, acquired.parts)
    if found is not None:
        planes = found.taken_from(acquired.planes)
        acquired = replace(acquired, planes=planes)
        shown = found.taken_from(shown)
        notes.append(note_stripes(found))
    removed = not options.uncertainty and _removes_noise(
        remove_noise, options.preset, factors, plain, shown
    )
    settings = choose_settings(
        options.preset, factors, plain, remove_noise=removed
    )
    if remove_noise != 'yes':
        notes += _note_noise(acquired.planes, ~flat.gaps, removed=removed)
    return prepare(
        acquired,
        ~flat.gaps,
        operator=Downsample(factors, settings.kernel),
        settings=settings,
        options=options,
        task='super_resolve',
        arguments={
            'factor': list(factors),
            'remove_noise': remove_noise,
            'stripes': stripes,
            'method': to_argument(plain),
        },
        notes=notes,
    )


def _removes_noise(
    remove_noise: str,
    preset: str,
    factors: tuple[int, ...],
    plain: DeepImagePrior | None,
    planes: NDArray[Any] | None,
) -> bool:
    """Settle whether noise is taken out; not known of no image."""
    import numpy as np

    from napari_dip.noise.snr import is_mostly_noise
    from napari_dip.tasks.presets.super_resolve import can_remove_noise

    if remove_noise != 'auto' or planes is None:
        return remove_noise == 'yes'
    possible = can_remove_noise(preset, factors, plain)
    return possible and is_mostly_noise(planes, np.isfinite(planes))


def _note_noise(
    planes: NDArray[Any], known: NDArray[Any], *, removed: bool
) -> list[str]:
    """Tell how strong the noise is, and what becomes of it."""
    import numpy as np

    from napari_dip.noise.snr import measure_snr
    from napari_dip.noise.variance import estimate_variance

    shown = np.where(known & np.isfinite(planes), planes, np.nan)
    values = shown.astype(float)
    ratios = [measure_snr(one, estimate_variance(one)) for one in values]
    found = ', '.join(f'{ratio:.2g}' for ratio in ratios if np.isfinite(ratio))
    if not found:
        return []
    if removed:
        told = f'Noise was taken out in the same fit (SNR {found}), for it is'
        return [f"{told} most of what is fine (remove_noise='no' keeps it)."]
    told = f'Noise is enlarged with the image (SNR {found}), unless you let'
    return [f"{told} the fit take the noise out (remove_noise='yes')."]


def _outline(
    axes: PlaneAxes,
    preset: str,
    image: ArrayLike | None = None,
    factor: int | tuple[int, ...] = 2,
    stripes: str = 'auto',
    method: Method = 'auto',
    remove_noise: str = 'auto',
) -> Outline:
    """Tell what is fitted; of an unknown image, that its noise is kept."""
    from napari_dip.images.acquired import acquire
    from napari_dip.images.validation import check_factor
    from napari_dip.tasks.method import read_method
    from napari_dip.tasks.noise import foresee_stripes
    from napari_dip.tasks.outline import Outline
    from napari_dip.tasks.presets.super_resolve import choose_settings

    factors = check_factor(factor)
    factors = (1,) * (len(axes.plane) - len(factors)) + factors
    plain = read_method(method)
    planes = None
    if image is not None:
        ndim = len(axes.plane)
        planes = acquire(image, axes.channel_axis, ndim=ndim).planes
    removed = _removes_noise(remove_noise, preset, factors, plain, planes)
    return Outline(
        choose_settings(preset, factors, plain, remove_noise=removed),
        parts=foresee_stripes(image, axes, stripes),
    )


def _scale(factor: int | tuple[int, ...] = 2, **_: Any) -> tuple[int, ...]:
    # It is checked where the session begins.
    return (
        tuple(factor) if isinstance(factor, (tuple, list)) else (factor,) * 2
    )


def _say(
    factor: int | tuple[int, ...], remove_noise: str = 'auto', **_: Any
) -> str:
    factors = _scale(factor)
    same = len(factors) == 2 and factors[0] == factors[1]
    told = factors[:1] if same else factors
    words = ''.join(f'×{n}' for n in told)
    return f'denoised {words}' if remove_noise == 'yes' else words


TASK = register(
    Task(
        super_resolve,
        start_super_resolution,
        _outline,
        step=_say,
        scale=_scale,
        title='Super-resolve',
        takes_volumes=True,
    )
)
