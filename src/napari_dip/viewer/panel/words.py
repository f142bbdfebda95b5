"""Numbers as a person would say them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from napari_dip.images.stacks.stack import TOLD

if TYPE_CHECKING:
    from napari_dip.session.progress import Progress


def describe_progress(progress: Progress) -> str:
    """Phase and times in a line."""
    said = [progress.phase.value]
    plane, planes = progress.plane, progress.num_planes
    if planes > 1 and progress.is_shared:
        said.insert(0, f'{plane - 1:,} of {planes:,} planes done')
    elif planes > 1:
        said.insert(0, f'Plane {plane:,} of {planes:,}')
    if progress.phase.is_fit:
        done, planned = progress.iteration, progress.num_iter
        said.append(f'{done:,} of {planned:,} iterations')
    said.append(describe_seconds(progress.elapsed))
    if not math.isnan(progress.remaining):
        said.append(f'about {describe_seconds(progress.remaining)} left')
    return ' · '.join(said)


def describe_end(progress: Progress) -> str:
    """Why and when it ended, in a sentence."""
    return (
        f'Ended at {progress.iteration:,} of {progress.num_iter:,} '
        f'iterations after {describe_seconds(progress.elapsed)}: '
        f'{progress.reason}.'
    )


def describe_noise(record: dict[str, Any]) -> str:
    """Return what noise a denoising assumed; nothing for other tasks."""
    if record['task'] != 'denoise' or 'noise' not in record:
        return ''
    return f'Assumed {record["noise"]}.'


def describe_notes(notes: Sequence[str], num_planes: int) -> str:
    """Return the notes of a result; of a series the first.

    Those may differ from plane to plane, so that there are as many.
    """
    told = list(notes)
    if num_planes > 1 and len(notes) > TOLD:
        more = f'{len(notes) - TOLD:,} more notes'
        told[TOLD:] = [f'{more} are in the metadata of the layer.']
    return ' '.join(told)


def describe_seconds(seconds: float) -> str:
    r"""Return a duration as a person would say it.

    Examples
    --------
    >>> describe_seconds(7.2), describe_seconds(95), describe_seconds(7200)
    ('7\xa0s', '1\xa0min\xa035\xa0s', '2\xa0h\xa00\xa0min')
    """
    whole = round(seconds)
    if whole < 60:
        text = f'{whole}~s'
    elif whole < 3600:
        text = f'{whole // 60}~min~{whole % 60}~s'
    else:
        text = f'{whole // 3600}~h~{whole % 3600 // 60}~min'
    # No line ends within a duration.
    return text.replace('~', '\N{NO-BREAK SPACE}')


def describe_bytes(number: int) -> str:
    """Return an amount of memory as a person would say it.

    Examples
    --------
    >>> describe_bytes(52_000_000), describe_bytes(3_210_000_000)
    ('52 MB', '3.2 GB')
    """
    if number < 1e9:
        return f'{number / 1e6:.0f} MB'
    return f'{number / 1e9:.1f} GB'


def describe_shape(shape: Sequence[int]) -> str:
    """Return lengths with times signs between.

    Examples
    --------
    >>> describe_shape((512, 256))
    '512 × 256'
    """
    return ' × '.join(str(length) for length in shape)
