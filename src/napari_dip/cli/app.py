"""Commands.

What is heavy is imported when a command runs, so that help is there at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NoReturn

import typer

from napari_dip import __version__
from napari_dip.cli.arguments import (
    ChannelAxis,
    Defects,
    Device,
    DType,
    Factor,
    Gain,
    Input,
    Mask,
    MaxNumIter,
    NoiseName,
    Offset,
    Output,
    Overwrite,
    Preset,
    Quiet,
    ReadNoise,
    Repeat,
    Report,
    Seed,
    TimeLimit,
    Uncertainty,
)
from napari_dip.restoration.choices import DEFAULT_PRESET

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from napari_dip.restoration.detector import Noise
    from napari_dip.restoration.protocol import Restoration

USAGE_ERROR = 2

app = typer.Typer(
    name='napari-dip',
    help='Restore one image with a deep image prior: no training data, '
    'nothing to tune. Ctrl-C keeps the best so far.',
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


def main() -> None:
    """Run the command line."""
    app(prog_name='napari-dip')


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
    model = _read_noise_model(noise, gain, offset, read_noise)

    def start(image: NDArray[Any], axis: int | None) -> Restoration:
        from napari_dip.restoration.denoising import start_denoising
        from napari_dip.restoration.options import Options

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
            repeats=_read_repeats(repeat or [], image.shape),
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
        from napari_dip.cli.errors import about
        from napari_dip.files.reading import read_mask

        with about('MASK', mask):
            missing = read_mask(mask)

        from napari_dip.restoration.inpainting import start_inpainting
        from napari_dip.restoration.options import Options

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
    factors = _parse_factor(factor)

    def start(image: NDArray[Any], axis: int | None) -> Restoration:
        from napari_dip.restoration.options import Options
        from napari_dip.restoration.super_resolution import (
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


def _read_repeats(
    paths: list[Path], shape: tuple[int, ...]
) -> NDArray[Any] | None:
    import numpy as np

    from napari_dip.cli.errors import about
    from napari_dip.files.reading import read_repeats

    copies = []
    for path in paths:
        with about('--repeat', path):
            copies.append(read_repeats(path, shape))
    return np.concatenate(copies) if copies else None


def _read_noise_model(
    name: str,
    gain: float | None,
    offset: float | None,
    read_noise: float | None,
) -> Noise:
    from napari_dip.restoration.detector import Detector, check_name

    try:
        name = check_name(name)
        if gain is None:
            _refuse_alone('offset', offset)
            _refuse_alone('read-noise', read_noise)
            return name
        if name != 'auto':
            _fail(
                f'--gain: with --noise {name} it means nothing; leave one of '
                'the two out.'
            )
        return Detector(gain, offset or 0.0, read_noise or 0.0)
    except ValueError as error:
        _fail(f'--{str(error).replace("read_noise", "read-noise", 1)}')


def _refuse_alone(option: str, value: float | None) -> None:
    if value is not None:
        _fail(
            f'--{option}: it goes with --gain, which is missing; give both, '
            'or neither.'
        )


def _parse_factor(text: str) -> tuple[int, int]:
    """Read ``4`` or ``2,4``."""
    from napari_dip.restoration.validation import check_factor

    try:
        numbers = tuple(int(part) for part in text.split(','))
    except ValueError:
        numbers = ()
    if len(numbers) not in (1, 2):
        _fail(
            f'--factor: {text!r} is neither a whole number nor two of them; '
            'give for example 4, or 2,4 for rows and columns.'
        )
    try:
        return check_factor(numbers if len(numbers) == 2 else numbers[0])
    except ValueError as error:
        _fail(f'--{error}')


def _run(**arguments: Any) -> None:
    from napari_dip.cli.errors import ArgumentError
    from napari_dip.cli.job import INTERRUPTED, Job, carry_out

    try:
        status = carry_out(Job(**arguments), typer.echo)
    except ArgumentError as error:
        _fail(str(error))
    except KeyboardInterrupt:
        typer.echo('Aborted.', err=True)
        raise typer.Exit(INTERRUPTED) from None
    else:
        raise typer.Exit(status)


def _fail(sentence: str) -> NoReturn:
    typer.echo(f'Error: {sentence}', err=True)
    raise typer.Exit(USAGE_ERROR)
