"""Arguments and options that the commands have, with their help."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from napari_dip.noise.names import NOISES
from napari_dip.presets.choices import (
    DEFECTS,
    DEVICES,
    FACTORS,
    PRESETS,
)

_FORMATS = '.tif, .tiff, .ome.tif, .ome.tiff, .png or .npy'

Input = Annotated[
    Path,
    typer.Argument(metavar='INPUT', help=f'Image to restore: {_FORMATS}.'),
]
Mask = Annotated[
    Path,
    typer.Argument(
        metavar='MASK',
        help='Image that is nonzero where a pixel is missing, in any of the '
        'formats.',
    ),
]
Output = Annotated[
    Path,
    typer.Argument(metavar='OUTPUT', help=f'File to write: {_FORMATS}.'),
]
Repeat = Annotated[
    list[Path] | None,
    typer.Option(
        metavar='FILE',
        help='Another frame of the field of INPUT, or a stack of them, with '
        'noise of its own; give it once for each file.',
    ),
]
Factor = Annotated[
    str,
    typer.Option(
        metavar='N|ROWS,COLUMNS',
        help='Pixels of the result for each pixel of the image: '
        f'{", ".join(str(f) for f in FACTORS)}, or one from 1 to 8 for rows '
        'and one for columns, such as 2,4.',
    ),
]
Series = Annotated[
    int | None,
    typer.Option(
        metavar='N',
        help='Which image of an INPUT that holds several, counted from 0.',
    ),
]
Page = Annotated[
    int | None,
    typer.Option(
        metavar='N',
        help='Which single plane of a TIFF file to restore, counted from 0 '
        'as its pages are.',
    ),
]
InvertMask = Annotated[
    bool,
    typer.Option(
        '--invert-mask',
        help='Take MASK for zero where a pixel is missing, and nonzero where '
        'it is kept.',
    ),
]
ChannelAxis = Annotated[
    int | None,
    typer.Option(
        metavar='N',
        help='Axis of the channels, counted from 0 as the file has them. '
        'By default what the file says, or RGB along the last axis.',
    ),
]
NoiseName = Annotated[
    str,
    typer.Option(
        metavar='NAME',
        help=f'{" or ".join(NOISES)}: found from the image, or of one '
        'variance. Give --gain instead if you know the detector.',
    ),
]
Gain = Annotated[
    float | None,
    typer.Option(
        metavar='X',
        help='Intensity units for each photo-electron, if you know them.',
    ),
]
Offset = Annotated[
    float | None,
    typer.Option(
        metavar='X',
        help='Mean intensity without any light; goes with --gain. By '
        'default 0.',
    ),
]
ReadNoise = Annotated[
    float | None,
    typer.Option(
        metavar='X',
        help='Standard deviation without any light in intensity units; goes '
        'with --gain. By default 0.',
    ),
]
Defects = Annotated[
    str,
    typer.Option(
        metavar='|'.join(DEFECTS),
        help='"auto" fills hot and dead pixels in, "keep" takes every pixel '
        'for what it is.',
    ),
]
Preset = Annotated[
    str, typer.Option(metavar='NAME', help=f'{", ".join(PRESETS)}.')
]
Seed = Annotated[
    int,
    typer.Option(
        metavar='N',
        help='The same seed, image, version and device give the same result.',
    ),
]
Device = Annotated[
    str, typer.Option(metavar='NAME', help=f'{", ".join(DEVICES)} or cuda:N.')
]
MaxNumIter = Annotated[
    int | None,
    typer.Option(
        metavar='N',
        help='Most iterations. By default the number of the preset; it '
        'stops by itself before.',
    ),
]
TimeLimit = Annotated[
    float | None,
    typer.Option(
        metavar='SECONDS',
        help='Time after which the best estimate so far is taken.',
    ),
]
DType = Annotated[
    str | None,
    typer.Option(
        '--dtype',
        metavar='float32|same',
        help='"same" rounds and clips to the dtype of INPUT, without '
        'scaling. By default float32, and "same" for PNG.',
    ),
]
Report = Annotated[
    Path | None,
    typer.Option(
        metavar='FILE', help='Write the record of the restoration as JSON.'
    ),
]
Uncertainty = Annotated[
    bool,
    typer.Option(
        '--uncertainty',
        help='Also write by how much each pixel may be off, one standard '
        'deviation, beside OUTPUT.',
    ),
]
Overwrite = Annotated[
    bool,
    typer.Option('--overwrite', help='Replace the files written.'),
]
Quiet = Annotated[
    bool, typer.Option('--quiet', '-q', help='Print nothing but errors.')
]
