"""Inpainting: A is the mask of the known pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from napari_dip.presets.choices import DEFAULT_PRESET
from napari_dip.tasks.base import Field, Task, register
from napari_dip.tasks.fields import (
    Axes,
    ChannelAxis,
    Device,
    Fit,
    Image,
    MaxNumIter,
    MethodOf,
    Output,
    Planes,
    Preset,
    Seed,
    StripesOfFilled,
    TimeLimit,
    Uncertainty,
)

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from napari_dip.images.acquired import AcquiredImage
    from napari_dip.images.axes import Axes as PlaneAxes
    from napari_dip.presets.options import Options
    from napari_dip.session.base import Callback, Restoration, Restored
    from napari_dip.tasks.method import Method
    from napari_dip.tasks.outline import Outline

Mask = Annotated[
    'ArrayLike',
    Field(
        'Image that is nonzero where a pixel is missing.',
        kind='mask',
        label='labels',
    ),
]


def inpaint(
    image: Image,
    mask: Mask,
    *,
    axes: Axes = None,
    fit: Fit = 'auto',
    planes: Planes = None,
    channel_axis: ChannelAxis = None,
    stripes: StripesOfFilled = 'auto',
    method: MethodOf = 'auto',
    preset: Preset = DEFAULT_PRESET,
    seed: Seed = 0,
    device: Device = 'auto',
    max_num_iter: MaxNumIter = None,
    time_limit: TimeLimit = None,
    uncertainty: Uncertainty = False,
    output: Output = None,
    resume: bool = False,
    callback: Callback | None = None,
    return_info: bool = False,
) -> Restored:
    """Fill the missing pixels of one image with what is known of it.

    Quick fills are combined as known pixels ask for that are hidden in holes
    of the mask's shape; an untrained network learns there what the fills
    lack. Known pixels keep their values.

    Parameters
    ----------
    image : (M, N) or (M, N, C) array_like
        Image as :func:`~napari_dip.denoise` takes it. Pixels that are not
        finite, masked or fully transparent are missing too.
    mask : (M, N) or (M, N, C) array_like
        Nonzero where a pixel is missing, as in scikit-image. The record says
        how much that is. :func:`~napari_dip.find_missing` makes one of what
        a microscope lost. Of a series it is one for all planes or one for
        each.
    axes, fit, planes, channel_axis, method, preset, seed, device, \
max_num_iter, time_limit, output, resume, callback, return_info
        As in :func:`~napari_dip.denoise`.
    stripes : {'auto', 'keep'}
        'auto' looks for offsets of whole rows and columns, fills without
        them, and gives filled pixels that of their line; 'keep' takes them
        for structure. Known pixels keep theirs.
    uncertainty : bool
        Whether to estimate by how much a measurement would differ from each
        filled pixel, one standard deviation, as ``info.uncertainty``: 0
        where pixels are known. It is measured on known pixels that were
        held out in holes of the mask's shape and size; with another method
        on single ones, so that deep inside a hole it is a guess.

    Returns
    -------
    restored : ndarray of float32
        Same shape and axes as `image`, in its units.
    info : Record
        Only with `return_info`; holds the uncertainty if asked for.

    Raises
    ------
    TypeError
        If the image or the mask does not hold real numbers.
    ValueError
        If there is nothing to restore, the mask does not fit the image or
        marks no or all pixels, or an option is unknown.
    MemoryError
        If the device has no room for the image.

    Notes
    -----
    Gaps that hold a marker such as -1 or 65535 are filled too. Borders of one
    value, as stitching leaves them, tell nothing and keep it, unless the mask
    marks them. The record says so, and whether rows or columns have offsets:
    a filled pixel is what would have been measured there, with that of its
    line. Of a line that is missing as a whole none is known.

    What is fitted is the part of the image with all missing pixels and half
    as much around them, 64 pixels at least; with 'ulyanov2018' all of it.
    More than 1536 × 1536 pixels are fitted in overlapping tiles of 640, which
    are smaller where the memory is short. Each has as many iterations,
    `max_num_iter` at most; `time_limit` is for all together. Those that miss
    no pixel are left out.

    References
    ----------
    .. [1] D. Ulyanov, A. Vedaldi, V. Lempitsky, "Deep Image Prior",
           CVPR 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from napari_dip import inpaint
    >>> image = np.random.default_rng(0).normal(100, 5, (32, 32))
    >>> mask = np.zeros((32, 32), bool)
    >>> mask[10:12] = True
    >>> inpaint(image, mask, preset='fast', max_num_iter=5).shape
    (32, 32)
    """
    return TASK.run(**locals())


def start_inpainting(
    image: ArrayLike | AcquiredImage,
    mask: ArrayLike,
    *,
    channel_axis: int | None = None,
    stripes: str = 'auto',
    method: Method = 'auto',
    options: Options | None = None,
) -> Restoration:
    """Prepare :func:`inpaint` as a session, to be run step by step."""
    import numpy as np

    from napari_dip.images.acquired import acquire
    from napari_dip.images.flat_areas import find_flat_areas
    from napari_dip.images.masks import describe_mask, read_mask
    from napari_dip.images.striped import without_stripes
    from napari_dip.operators.identity import Identity
    from napari_dip.presets.options import Options
    from napari_dip.session.prepare import prepare
    from napari_dip.tasks.method import read_method, to_argument
    from napari_dip.tasks.noise import look_for_stripes
    from napari_dip.tasks.presets.inpaint import choose_settings, trims_known

    options = options or Options()
    plain = read_method(method)
    acquired = acquire(image, channel_axis)
    marked = read_mask(mask, acquired)
    # What the mask marks is filled, border or not.
    flat = find_flat_areas(np.where(marked, np.nan, acquired.planes))
    missing = marked | flat.gaps
    notes = [describe_mask(marked), *flat.notes]
    shown = np.where(
        missing | flat.borders | ~np.isfinite(acquired.planes),
        np.nan,
        acquired.planes,
    )
    filled = ~(np.isfinite(shown) | flat.borders)
    found = look_for_stripes(shown, stripes, acquired.parts, filled)
    if found is not None:
        notes.append(
            f'Offsets of the {found.name} were found: filled pixels have '
            'that of their line, as far as it is known. Known pixels keep '
            'theirs; denoising takes them out.'
        )
        acquired = without_stripes(acquired, found, filled)
    return prepare(
        acquired,
        ~(missing | flat.borders),
        operator=Identity(),
        settings=choose_settings(options.preset, missing, plain),
        options=options,
        task='inpaint',
        arguments={'stripes': stripes, 'method': to_argument(plain)},
        keep_known=True,
        trim_known=trims_known(options.preset),
        borders=flat.borders,
        notes=notes,
    )


def _outline(
    axes: PlaneAxes,
    preset: str,
    image: ArrayLike | None = None,
    mask: ArrayLike | None = None,
    stripes: str = 'auto',
    method: Method = 'auto',
) -> Outline:
    """Tell what is fitted; of an unknown mask, that it is all over."""
    import numpy as np

    from napari_dip.images.acquired import AcquiredImage
    from napari_dip.images.masks import read_mask
    from napari_dip.tasks.method import read_method
    from napari_dip.tasks.noise import foresee_stripes
    from napari_dip.tasks.outline import Outline
    from napari_dip.tasks.presets.inpaint import choose_settings, trims_known

    blank = np.broadcast_to(np.float32(0), (axes.channels, *axes.plane))
    if mask is None:
        # Lines as wide as those that people paint.
        rows = np.arange(axes.plane[-2]) % 64 < 6
        lines = np.broadcast_to(rows[:, None], axes.plane)
        missing = np.broadcast_to(lines, blank.shape)
    else:
        missing = read_mask(mask, AcquiredImage(blank, axes))
    settings = choose_settings(preset, missing, read_method(method))
    gone = None if mask is None else missing
    parts = foresee_stripes(image, axes, stripes, gone)
    return Outline(settings, missing, trims_known(preset), parts=parts)


TASK = register(
    Task(
        inpaint,
        start_inpainting,
        _outline,
        step='inpainted',
        takes_volumes=True,
    )
)
