"""Commands.

What is heavy is imported when a command runs, so that help is there at once.
"""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Annotated

import typer

from napari_dip import __version__
from napari_dip.cli.commands import add_commands
from napari_dip.cli.messages import ArgumentError
from napari_dip.cli.process import lost, tolerant_streams
from napari_dip.io.errors import in_words
from napari_dip.masks import KINDS
from napari_dip.tasks.base import tasks

# Exit status if an argument is at fault, and if all is done and only the
# account of it is lost.
USAGE_ERROR = 2
UNHEARD = 1

# What a bug report needs to know of.
_PACKAGES = ('torch', 'numpy', 'tifffile', 'napari')


def run() -> int:
    """Run the command line and return its exit status."""
    with tolerant_streams() as output:
        status = _status()
        error = lost(output)
        if error is not None:
            typer.echo(
                'Error: standard output: it could not be written: '
                f'{in_words(error)}.',
                err=True,
            )
    return status or (UNHEARD if error else 0)


def _status() -> int:
    try:
        # Libraries that are loaded later cannot do without it.
        Path.cwd()
    except FileNotFoundError:
        typer.echo(
            'Error: the current folder is gone; change to another one.',
            err=True,
        )
        return USAGE_ERROR
    try:
        make_app()(prog_name='napari-dip')
    except ArgumentError as error:
        typer.echo(f'Error: {error}', err=True)
        return USAGE_ERROR
    except SystemExit as done:
        return int(done.code or 0)
    return 0


def make_app() -> typer.Typer:
    """Make the commands: one for each task, and one about the machine."""
    app = typer.Typer(
        name='napari-dip',
        help='Restore one image with a deep image prior: no training data, '
        'nothing to tune. Ctrl-C keeps the best so far.',
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode=None,
        pretty_exceptions_enable=False,
    )
    app.callback()(root)
    add_commands(app, tasks())
    app.command('find-missing')(find_missing)
    app.command()(info)
    return app


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f'napari-dip {__version__}')
        raise typer.Exit


def root(
    version: Annotated[
        bool,
        typer.Option(
            '--version',
            callback=_print_version,
            is_eager=True,
            help='Print the version and exit.',
        ),
    ] = False,
) -> None:
    """Hold what all commands share; its help is the one of the app."""


def find_missing(
    source: Annotated[
        Path,
        typer.Argument(metavar='INPUT', help='Image, or a stack of planes.'),
    ],
    target: Annotated[
        Path,
        typer.Argument(
            metavar='MASK',
            help='File to write: 255 where a pixel is missing. For "inpaint".',
        ),
    ],
    what: Annotated[
        list[str] | None,
        typer.Option(
            metavar='|'.join(KINDS),
            help='What to find; give it once for each.',
        ),
    ] = None,
    value: Annotated[
        float | None,
        typer.Option(metavar='X', help='Mark pixels of this value too.'),
    ] = None,
    channel_axis: Annotated[
        int | None,
        typer.Option(
            metavar='N',
            help='Axis of the channels, counted from 0 as the file has them.',
        ),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option('--overwrite', help='Replace MASK.')
    ] = False,
    quiet: Annotated[
        bool,
        typer.Option('--quiet', '-q', help='Print nothing but errors.'),
    ] = False,
) -> None:
    """Find saturation, defects, lost lines and the like, as a mask."""
    from napari_dip.cli.find_missing import write_missing

    write_missing(
        source,
        target,
        what or [],
        value=value,
        channel_axis=channel_axis,
        overwrite=overwrite,
        say=(lambda line: None) if quiet else typer.echo,
    )


def info() -> None:
    """Print versions and devices."""
    for line in describe():
        typer.echo(line)


def describe() -> Iterator[str]:
    """Yield lines about the program, what it stands on and the devices."""
    yield f'napari-dip {__version__}'
    yield f'Python {platform.python_version()}'
    yield f'system {platform.platform()}'
    for package in _PACKAGES:
        yield f'{package} {_version(package)}'
    yield from _devices()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return 'not installed'


def _devices() -> Iterator[str]:
    """Yield the devices, the one that 'auto' takes first."""
    try:
        import torch

        from napari_dip.device.choice import (
            available_devices,
            device_description,
            free_memory,
        )
    except (ImportError, OSError) as error:
        yield f'no devices: PyTorch cannot be loaded ({error})'
        return
    for name in available_devices():
        device = torch.device(name)
        free = free_memory(device) / 2**30
        yield (
            f'device {name}: {device_description(device)}, {free:.1f} GiB '
            'of memory free'
        )
