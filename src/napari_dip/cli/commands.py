"""The command of a task, made from what its function asks for."""

from __future__ import annotations

from collections.abc import Callable
from inspect import Signature
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from napari_dip.cli.inputs import input_of
from napari_dip.cli.parsing import parameter
from napari_dip.cli.process import INTERRUPT
from napari_dip.tasks.base import Task

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_dip.session.base import Restoration


_FORMATS = '.tif, .tiff, .ome.tif, .ome.tiff, .png, .npy or .ome.zarr'

INPUT = parameter(
    'input',
    Path,
    typer.Argument(
        metavar='INPUT', help=f'Image to restore: {_FORMATS}, or .jpg.'
    ),
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
        'resume',
        bool,
        typer.Option(
            '--resume',
            help='Go on with the planes that an OME-Zarr OUTPUT lacks.',
        ),
        False,
    ),
    parameter(
        'quiet',
        bool,
        typer.Option('--quiet', '-q', help='Print nothing but errors.'),
        False,
    ),
)


def add_commands(app: typer.Typer, tasks: list[Task]) -> None:
    """Give an app a command for each task."""
    for task in tasks:
        name = task.name.replace('_', '-')
        app.command(name, help=task.summary)(make_command(task))


def make_command(task: Task) -> Callable[..., None]:
    """Make the function that typer reads a command from."""
    inputs = [
        input_of(one)
        for one in task.arguments
        if one.kind not in ('image', 'output')
    ]
    parameters = [
        INPUT,
        *(one for entry in inputs for one in entry.positional()),
        OUTPUT,
        *(one for entry in inputs for one in entry.options()),
        *OF_FILES,
    ]

    def command(**given: Any) -> None:
        parsed = {one.argument.name: one.parse(given) for one in inputs}

        def start(
            image: NDArray[Any],
            axis: int | None,
            letters: str | None,
            **more: Any,
        ) -> Restoration:
            values = {
                one.argument.name: one.read(
                    given, parsed[one.argument.name], image
                )
                for one in inputs
            }
            # Of the axes of the file some are left out.
            values['channel_axis'] = axis
            for name in ('axes', 'planes'):
                if letters is None:
                    values.pop(name, None)
            if letters is not None:
                values['axes'] = letters or None
                values['channel_axis'] = parsed['channel_axis']
            return task.begin(image=image, **values, **more)

        from napari_dip.cli.job import Files, Job
        from napari_dip.cli.restore import restore_file
        from napari_dip.io.stored import Choice

        job = Job(
            task.title,
            given['input'],
            given['output'],
            start,
            tuple(
                Files(
                    one.argument.name, one.spelled, tuple(files), one.is_list
                )
                for one in inputs
                if (files := one.files(given))
            ),
            factor=task.scale_of(parsed),
            companions=task.companions_of(parsed),
            choice=Choice(given['series'], given['page']),
            channel_axis=parsed['channel_axis'],
            axes=parsed.get('axes'),
            planes=parsed.get('planes'),
            dtype=given['dtype'],
            report=given['report'],
            uncertainty=parsed.get('uncertainty', False),
            overwrite=given['overwrite'],
            quiet=given['quiet'],
            resume=given['resume'],
        )
        raise typer.Exit(restore_file(job, typer.echo, INTERRUPT))

    annotations = {one.name: one.annotation for one in parameters}
    command.__annotations__ = {**annotations, 'return': None}
    command.__signature__ = Signature(parameters)  # type: ignore[attr-defined]
    return command
