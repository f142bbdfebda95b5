"""Arguments that stand for more than their text."""

from __future__ import annotations

from inspect import Parameter
from typing import TYPE_CHECKING, Annotated, Any

from napari_dip.cli.messages import ArgumentError, about, in_options

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from napari_dip.noise.model import Noise


def read_repeats(
    option: str, paths: list[Path], shape: tuple[int, ...]
) -> NDArray[Any] | None:
    """Read further frames of a field, from any number of files."""
    import numpy as np

    from napari_dip.io import reading

    copies = []
    for path in paths:
        with about(option, path):
            copies.append(reading.read_repeats(path, shape))
    if any(isinstance(copy, np.ma.MaskedArray) for copy in copies):
        masked: NDArray[Any] = np.ma.concatenate(copies)  # type: ignore[no-untyped-call]
        return masked
    return np.concatenate(copies) if copies else None


def read_noise_model(
    name: str,
    gain: float | None,
    offset: float | None,
    read_noise: float | None,
) -> Noise:
    """Take together what is known of the detector."""
    from napari_dip.noise.detector import Detector, check_name

    try:
        name = check_name(name)
        if gain is None:
            _refuse_alone('offset', offset)
            _refuse_alone('read-noise', read_noise)
            return name
        if name != 'auto':
            raise ArgumentError(
                f'--gain: with --noise {name} it means nothing; leave one of '
                'the two out.'
            )
        return Detector(gain, offset or 0.0, read_noise or 0.0)
    except ValueError as error:
        raise ArgumentError(in_options(str(error))) from error


def _refuse_alone(option: str, value: float | None) -> None:
    if value is not None:
        raise ArgumentError(
            f'--{option}: it goes with --gain, which is missing; give both, '
            'or neither.'
        )


def parse_factor(text: str) -> tuple[int, ...]:
    """Read ``4``, ``2,4`` or ``4,1,1``."""
    from napari_dip.images.validation import check_factor

    try:
        numbers = tuple(int(part) for part in text.split(','))
    except ValueError:
        numbers = ()
    if len(numbers) not in (1, 2, 3):
        raise ArgumentError(
            f'--factor: {text!r} is neither a whole number nor two or three '
            'of them; give for example 4, or 2,4 for rows and columns, or '
            '4,1,1 for the depths of a volume.'
        )
    try:
        return check_factor(numbers if len(numbers) > 1 else numbers[0])
    except ValueError as error:
        raise ArgumentError(in_options(str(error))) from error


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
