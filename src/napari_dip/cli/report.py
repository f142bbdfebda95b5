"""What was done: the record as JSON, and a few lines for the user."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.cli.job import Job, Outcome, Target
from napari_dip.cli.messages import ArgumentError, shown
from napari_dip.cli.monitor import duration
from napari_dip.io.casting import count_clipped
from napari_dip.io.writing import lost
from napari_dip.tasks.base import find_task

if TYPE_CHECKING:
    from napari_dip.session.record import Record


def encode_report(job: Job, record: Record) -> bytes:
    """Return the report of a job: the record, and the names of its files."""
    content = {**record.to_dict(), 'files': _files(job)}
    text = json.dumps(
        _without_nan(content), indent=2, ensure_ascii=False, allow_nan=False
    )
    # The bytes of a name that are no text become escapes, which JSON has too.
    return f'{text}\n'.encode(errors='backslashreplace')


def _files(job: Job) -> dict[str, Any]:
    files: dict[str, Any] = {'input': str(job.input)}
    for one in job.beside:
        paths = [str(path) for path in one.paths]
        files[one.name] = paths if one.is_list else paths[0]
    return {**files, 'output': str(job.output)}


def _without_nan(content: Any) -> Any:
    """Replace numbers that JSON has no word for by null."""
    if isinstance(content, dict):
        return {key: _without_nan(item) for key, item in content.items()}
    if isinstance(content, (list, tuple)):
        return [_without_nan(item) for item in content]
    if isinstance(content, float) and not math.isfinite(content):
        return None
    return content


def summarise(job: Job, target: Target, outcome: Outcome) -> Iterator[str]:
    """Yield lines about the files that were written."""
    record, output = outcome.record, shown(job.output)
    result = target.store(outcome.image)
    size = ' × '.join(str(length) for length in result.data.shape)
    yield (
        f'{output}: {size} pixels after {record.iterations} iterations '
        f'in {duration(record.wall_time)} on {record.device}; '
        f'{record.reason_text}.'
    )
    if find_task(record.task).takes('noise'):
        yield f'{output}: assumed {record.noise}.'
    if job.uncertainty_file is not None:
        yield (
            f'{shown(job.uncertainty_file)}: one standard deviation of its '
            'error, in the same units.'
        )
    for name in record.companions:
        yield f'{shown(job.companion_files[name])}: {name}.'
    for what in lost(job.output, result):
        yield (
            f'{output}: this format does not hold {what}; '
            'choose a name that ends in .ome.tif to keep it.'
        )


def say_lost(
    job: Job, target: Target, image: NDArray[np.float32]
) -> list[str]:
    """Say what a result loses on its way into a file.

    Returns
    -------
    list of str
        A sentence each.

    Raises
    ------
    ArgumentError
        If nothing of it is a number.
    """
    odd = image.size - int(np.count_nonzero(np.isfinite(image)))
    if odd == image.size:
        raise ArgumentError(
            f'INPUT ({shown(job.input)}): no pixel of the result is a finite '
            'number; give an image whose values float32 can hold.'
        )
    counts = {
        f'values were clipped to the limits of {target.dtype}': count_clipped(
            image, target.dtype
        ),
        _say_odd(target.dtype): odd,
    }
    return [
        f'{shown(job.output)}: {count} {what}.'
        for what, count in counts.items()
        if count
    ]


def _say_odd(dtype: np.dtype[Any]) -> str:
    told = 'values of the result are not finite numbers'
    return f'{told}, and 0 in {dtype}' if dtype.kind in 'biu' else told
