"""Arguments and options that all commands have, beside those of the task."""

from __future__ import annotations

from inspect import Parameter
from pathlib import Path
from typing import Annotated, Any

import typer

_FORMATS = '.tif, .tiff, .ome.tif, .ome.tiff, .png or .npy'


def parameter(
    name: str, kind: Any, told: Any, default: Any = Parameter.empty
) -> Parameter:
    """Make a parameter of a command, as typer reads it."""
    return Parameter(
        name,
        Parameter.KEYWORD_ONLY,
        default=default,
        annotation=Annotated[kind, told],
    )


INPUT = parameter(
    'input',
    Path,
    typer.Argument(metavar='INPUT', help=f'Image to restore: {_FORMATS}.'),
)
OUTPUT = parameter(
    'output',
    Path,
    typer.Argument(metavar='OUTPUT', help=f'File to write: {_FORMATS}.'),
)

#: How a file is read, and what is written.
OF_FILES = (
    parameter(
        'series',
        int | None,
        typer.Option(
            metavar='N',
            help='Which image of an INPUT that holds several, counted from 0.',
        ),
        None,
    ),
    parameter(
        'page',
        int | None,
        typer.Option(
            metavar='N',
            help='Which single plane of a TIFF file to restore, counted from '
            '0 as its pages are.',
        ),
        None,
    ),
    parameter(
        'dtype',
        str | None,
        typer.Option(
            '--dtype',
            metavar='float32|same',
            help='"same" rounds and clips to the dtype of INPUT, without '
            'scaling. By default float32, and "same" for PNG.',
        ),
        None,
    ),
    parameter(
        'report',
        Path | None,
        typer.Option(
            metavar='FILE',
            help='Write the record of the restoration as JSON.',
        ),
        None,
    ),
    parameter(
        'overwrite',
        bool,
        typer.Option('--overwrite', help='Replace the files written.'),
        False,
    ),
    parameter(
        'quiet',
        bool,
        typer.Option('--quiet', '-q', help='Print nothing but errors.'),
        False,
    ),
)
