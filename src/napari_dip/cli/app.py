"""Commands.

What is heavy is imported when a command runs, so that help is there at once.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from napari_dip import __version__
from napari_dip.cli import parsing
from napari_dip.cli.arguments import (
    ChannelAxis,
    Defects,
    Device,
    DType,
    Factor,
    Gain,
    Input,
    InvertMask,
    Mask,
    MaxNumIter,
    NoiseName,
    Offset,
    Output,
    Overwrite,
    Page,
    Preset,
    Quiet,
    ReadNoise,
    Repeat,
    Report,
    Seed,
    Series,
    TimeLimit,
    Uncertainty,
)
from napari_dip.cli.errors import ArgumentError, about
from napari_dip.cli.interrupt import INTERRUPT
from napari_dip.cli.streams import lost, tolerant_streams
from napari_dip.io.choice import Choice
from napari_dip.io.errors import in_words
from napari_dip.presets.choices import DEFAULT_PRESET

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_dip.session.base import Restoration

# Exit status if an argument is at fault, and if all is done and only the
# account of it is lost.
USAGE_ERROR = 2
UNHEARD = 1

app = typer.Typer(
    name='napari-dip',
    help='Restore one image with a deep image prior: no training data, '
    'nothing to tune. Ctrl-C keeps the best so far.',
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


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
        app(prog_name='napari-dip')
    except ArgumentError as error:
        typer.echo(f'Error: {error}', err=True)
        return USAGE_ERROR
    except SystemExit as done:
        return int(done.code or 0)
    return 0


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f'napari-dip {__version__}')
        raise typer.Exit


@app.callback()
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


@app.command()
def denoise(
    input_: Input,
    output: Output,
    repeat: Repeat = None,
    series: Series = None,
    page: Page = None,
    channel_axis: ChannelAxis = None,
    noise: NoiseName = 'auto',
    gain: Gain = None,
    offset: Offset = None,
    read_noise: ReadNoise = None,
    defects: Defects = 'auto',
    preset: Preset = DEFAULT_PRESET,
    seed: Seed = 0,
    device: Device = 'auto',
    max_num_iter: MaxNumIter = None,
    time_limit: TimeLimit = None,
    dtype: DType = None,
    report: Report = None,
    uncertainty: Uncertainty = False,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Remove the noise of an image."""
    model = parsing.read_noise_model(noise, gain, offset, read_noise)

    def start(image: NDArray[Any], axis: int | None) -> Restoration:
        from napari_dip.presets.options import Options
        from napari_dip.tasks.denoise import start_denoising

        options = Options(
            preset,
            seed,
            device,
            max_num_iter,
            time_limit,
            uncertainty=uncertainty,
        )
        return start_denoising(
            image,
            repeats=parsing.read_repeats(repeat or [], image.shape),
            channel_axis=axis,
            noise=model,
            defects=defects,
            options=options,
        )

    _run(
        title='Denoising',
        input=input_,
        output=output,
        repeats=tuple(repeat or []),
        start=start,
        choice=Choice(series, page),
        channel_axis=channel_axis,
        dtype=dtype,
        report=report,
        uncertainty=uncertainty,
        overwrite=overwrite,
        quiet=quiet,
    )


@app.command()
def inpaint(
    input_: Input,
    mask: Mask,
    output: Output,
    invert_mask: InvertMask = False,
    series: Series = None,
    page: Page = None,
    channel_axis: ChannelAxis = None,
    preset: Preset = DEFAULT_PRESET,
    seed: Seed = 0,
    device: Device = 'auto',
    max_num_iter: MaxNumIter = None,
    time_limit: TimeLimit = None,
    dtype: DType = None,
    report: Report = None,
    uncertainty: Uncertainty = False,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Fill in the pixels of an image that are missing."""

    def start(image: NDArray[Any], axis: int | None) -> Restoration:
        from napari_dip.io.reading import read_mask

        with about('MASK', mask):
            missing = read_mask(mask)
        if invert_mask:
            missing = missing == 0

        from napari_dip.presets.options import Options
        from napari_dip.tasks.inpaint import start_inpainting

        options = Options(
            preset,
            seed,
            device,
            max_num_iter,
            time_limit,
            uncertainty=uncertainty,
        )
        return start_inpainting(
            image, missing, channel_axis=axis, options=options
        )

    _run(
        title='Inpainting',
        input=input_,
        output=output,
        mask=mask,
        start=start,
        choice=Choice(series, page),
        channel_axis=channel_axis,
        dtype=dtype,
        report=report,
        uncertainty=uncertainty,
        overwrite=overwrite,
        quiet=quiet,
    )


@app.command()
def super_resolve(
    input_: Input,
    output: Output,
    factor: Factor,
    series: Series = None,
    page: Page = None,
    channel_axis: ChannelAxis = None,
    preset: Preset = DEFAULT_PRESET,
    seed: Seed = 0,
    device: Device = 'auto',
    max_num_iter: MaxNumIter = None,
    time_limit: TimeLimit = None,
    dtype: DType = None,
    report: Report = None,
    uncertainty: Uncertainty = False,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
) -> None:
    """Enlarge an image, with the detail that its pixels allow."""
    factors = parsing.parse_factor(factor)

    def start(image: NDArray[Any], axis: int | None) -> Restoration:
        from napari_dip.presets.options import Options
        from napari_dip.tasks.super_resolve import (
            start_super_resolution,
        )

        options = Options(
            preset,
            seed,
            device,
            max_num_iter,
            time_limit,
            uncertainty=uncertainty,
        )
        return start_super_resolution(
            image, factors, channel_axis=axis, options=options
        )

    _run(
        title='Super-resolution',
        input=input_,
        output=output,
        start=start,
        factor=factors,
        choice=Choice(series, page),
        channel_axis=channel_axis,
        dtype=dtype,
        report=report,
        uncertainty=uncertainty,
        overwrite=overwrite,
        quiet=quiet,
    )


@app.command()
def info() -> None:
    """Print versions and devices."""
    from napari_dip.cli.info import describe

    for line in describe():
        typer.echo(line)


def _run(**arguments: Any) -> NoReturn:
    from napari_dip.cli.carrying_out import carry_out
    from napari_dip.cli.job import Job

    raise typer.Exit(carry_out(Job(**arguments), typer.echo, INTERRUPT))
