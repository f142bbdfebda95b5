"""Removal of JPEG artefacts: A is JPEG's quantisation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from napari_dip.presets.choices import DEFAULT_PRESET
from napari_dip.tasks import fields
from napari_dip.tasks.base import Field, Task, register

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from napari_dip.images.acquired import AcquiredImage
    from napari_dip.images.axes import Axes
    from napari_dip.images.brightness import Brightness
    from napari_dip.images.jpeg_table import Table
    from napari_dip.io.pictures.jpeg import Compression
    from napari_dip.presets.options import Options
    from napari_dip.session.base import Callback, Restoration, Restored
    from napari_dip.tasks.outline import Outline

Quality = Annotated[
    int | None,
    Field(
        'Quality that the JPEG was saved with, from 1 to 100. By default the '
        'steps of the compression are found in the pixels.',
        label='JPEG quality',
        least=1,
        most=100,
        example='30',
        empty='found in the image',
    ),
]

File = Annotated[
    str,
    Field(
        'JPEG file that the image was read from: the steps of its '
        'compression are taken as it holds them, unless a quality is given.',
        kind='origin',
        label='JPEG file',
    ),
]


def remove_compression(
    image: fields.Image,
    quality: Quality = None,
    *,
    file: File = '',
    channel_axis: fields.ChannelAxis = None,
    preset: fields.Preset = DEFAULT_PRESET,
    seed: fields.Seed = 0,
    device: fields.Device = 'auto',
    max_num_iter: fields.MaxNumIter = None,
    time_limit: fields.TimeLimit = None,
    callback: Callback | None = None,
    return_info: bool = False,
) -> Restored:
    """Remove the artefacts of JPEG compression from one image.

    A network with random weights learns from this image alone what JPEG
    takes from such an image. The result, compressed again, makes the same
    file.

    Parameters
    ----------
    image : (M, N) or (M, N, C) array_like
        The decompressed image, as :func:`~napari_dip.denoise` takes it. Of
        RGB the brightness is restored, and the colours are kept unless a
        `file` tells of them.
    quality : int, optional
        Quality that it was saved with, from 1 to 100. Unless given, the steps
        that JPEG rounded to are found in the pixels, whatever their table;
        this needs pixels to which nothing was done since, but for cropping
        or another contrast.
    file : str
        JPEG file that the image was read from: the steps are taken as it
        holds them, unless `quality` is given, and of RGB the colours are
        restored too.
    channel_axis, preset, seed, device, max_num_iter, time_limit, callback, \
return_info
        As in :func:`~napari_dip.denoise`.

    Returns
    -------
    restored : ndarray of float32
        Same shape and axes as `image`, in its units.
    info : Record
        Only with `return_info`.

    Raises
    ------
    TypeError
        If the image does not hold real numbers.
    ValueError
        If nothing tells of a compression and no quality is given, the file
        cannot be read or holds another picture, or an option is unknown or
        out of range.
    MemoryError
        If the device has no room for the image.

    Notes
    -----
    JPEG rounds the cosine coefficients of 8 × 8 pixels to steps. The network
    sees a first estimate, the mean of compressions in blocks laid in all
    ways [2]_, compressed once more, and is asked for what it lost by that
    [3]_. What it finds missing is added to the image, similar blocks are
    filtered together, and each coefficient is kept within half a step of
    what the file holds. 'ulyanov2018' takes the artefacts for noise, as the
    paper did.

    References
    ----------
    .. [1] D. Ulyanov, A. Vedaldi, V. Lempitsky, "Deep Image Prior",
           CVPR 2018.
    .. [2] A. Nosratinia, "Enhancement of JPEG-Compressed Images by
           Re-application of JPEG", Journal of VLSI Signal Processing 27,
           2001.
    .. [3] A. Shocher, N. Cohen, M. Irani, "Zero-Shot Super-Resolution using
           Deep Internal Learning", CVPR 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from napari_dip import remove_compression
    >>> image = np.random.default_rng(0).normal(100, 5, (32, 32))
    >>> restored = remove_compression(image, 30, preset='fast', max_num_iter=5)
    >>> restored.shape
    (32, 32)
    """
    return TASK.run(**locals())


def start_removing_compression(
    image: ArrayLike | AcquiredImage,
    quality: int | None = None,
    *,
    file: str = '',
    channel_axis: int | None = None,
    options: Options | None = None,
) -> Restoration:
    """Prepare :func:`remove_compression` as a session."""
    import numpy as np
    import torch

    from napari_dip.images.acquired import acquire
    from napari_dip.images.brightness import Brightness, brightness_of
    from napari_dip.images.jpeg_table import Table
    from napari_dip.operators.base import Operator
    from napari_dip.operators.identity import Identity
    from napari_dip.operators.quantisation import Quantisation
    from napari_dip.presets.options import Options
    from napari_dip.session.prepare import prepare
    from napari_dip.tasks.presets.remove_compression import (
        choose_settings,
        knows_steps,
    )

    options = options or Options()
    acquired = acquire(image, channel_axis)
    if quality is not None:
        TASK.argument('quality').check(quality)
    settings = choose_settings(options.preset)
    operator: Operator = Identity()
    notes: list[str] = []
    if knows_steps(options.preset):
        told = None
        if file and quality is None:
            told = _read_file(file, acquired)
        # A block that lacks pixels has no coefficients.
        acquired = acquired.filled()
        values = acquired.planes.astype(float)
        acquired = brightness_of(acquired)
        if told is None:
            tables, notes = _find_tables(acquired, values, quality)
        else:
            tables = [Table(told.steps[0]) for _ in acquired.planes]
            notes = ['JPEG: the steps that the file holds.']
        steps = np.stack([table.steps for table in tables])
        operator = Quantisation(
            torch.from_numpy(acquired.planes.astype(np.float32))[None],
            torch.from_numpy(steps.astype(np.float32)),
            tables[0].first,
        )
        if isinstance(acquired, Brightness):
            acquired, told_of_colours = _with_colours(acquired, told)
            notes.append(told_of_colours)
    return prepare(
        acquired,
        np.ones(acquired.planes.shape, bool),
        operator=operator,
        settings=settings,
        options=options,
        task='remove_compression',
        arguments={'quality': quality, 'file': file},
        notes=notes,
    )


def _read_file(file: str, image: AcquiredImage) -> Compression:
    """Read how a file is compressed, and check that it is the image's."""
    from pathlib import Path

    from napari_dip.images.jpeg_table import grey_level
    from napari_dip.io.errors import FileError
    from napari_dip.io.pictures.jpeg import read_compression

    try:
        found = read_compression(Path(file))
    except FileNotFoundError as error:
        raise ValueError(f'file: there is no {file!r}.') from error
    except (OSError, SyntaxError) as error:
        raise ValueError(
            f'file: {file!r} cannot be read as JPEG; leave it out.'
        ) from error
    except FileError as error:
        raise ValueError(f'file: {error}') from error
    if found.shape != image.axes.plane:
        file_size, size = (
            ' × '.join(map(str, one))
            for one in (found.shape, image.axes.plane)
        )
        raise ValueError(
            f'file: its picture has {file_size} pixels and the image {size}; '
            'give the whole picture, or leave the file out.'
        )
    if grey_level(image.planes.astype(float)) != 1:
        raise ValueError(
            'file: the pixels of the image are not the grey levels of its '
            'picture; give them as they were read, or leave the file out.'
        )
    return found


def _with_colours(
    image: Brightness, told: Compression | None
) -> tuple[Brightness, str]:
    """Restore the colours if a file tells of them, and say so."""
    from dataclasses import replace

    from napari_dip.operators.chroma import clean_chroma

    if told is None or len(told.steps) == 1 or max(told.sampling) > 2:
        return (
            image,
            'The brightness was restored; the colours are as they were.',
        )
    colours = clean_chroma(image.colours, told.steps[1:], told.sampling)
    return (
        replace(image, colours=colours),
        'Brightness and colours were restored.',
    )


def _find_tables(
    image: AcquiredImage, values: NDArray[Any], quality: int | None
) -> tuple[list[Table], list[str]]:
    """Find the table of each plane, and say what it is."""
    import numpy as np

    from napari_dip.images.jpeg_table import Table, find_table, grey_level
    from napari_dip.noise.jpeg import standard_table

    notes = []
    # The brightness of colours is no whole number of levels.
    shared = len(image.planes) < len(values)
    tables = []
    for plane, own in zip(image.planes.astype(float), values, strict=False):
        level = grey_level(values if shared else own)
        found = None if level is None else find_table(plane, level)
        if quality is None and found is None:
            raise ValueError(
                'image: no trace of JPEG compression was found in the pixels; '
                'give the quality it was saved with, such as quality=30, or '
                'use denoise.'
            )
        if quality is not None:
            if level is None:
                level = float(np.ptp(values)) / 255
                notes.append(
                    'The pixels are no grey levels of 8 bits; their range was '
                    'taken for 255 levels.'
                )
            first = (0, 0) if found is None else found.first
            found = Table(standard_table(quality) * level, first, quality)
        assert found is not None
        tables.append(found)
    return tables, [*dict.fromkeys(notes), _describe(tables)]


def _describe(tables: Sequence[Table]) -> str:
    qualities = [table.quality for table in tables]
    text = ', '.join(
        'with a table of its own' if quality is None else f'quality {quality}'
        for quality in dict.fromkeys(qualities)
    )
    row, column = tables[0].first
    if (row, column) != (0, 0):
        text += f', blocks from row {row} and column {column} on'
    return f'JPEG: {text}.'


def _outline(axes: Axes, preset: str) -> Outline:
    """Tell what is fitted."""
    from napari_dip.tasks.outline import Outline
    from napari_dip.tasks.presets.remove_compression import choose_settings

    return Outline(choose_settings(preset))


TASK = register(
    Task(
        remove_compression,
        start_removing_compression,
        _outline,
        step='decompressed',
    )
)
