"""Whether the reported uncertainty is that of the error."""

import time
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from benchmarks import engine
from benchmarks.cases import Case, crop
from benchmarks.machine import describe
from benchmarks.results import UNCERTAINTY, Record
from benchmarks.runner import Job

Array = NDArray[Any]

#: The set whose truth is known well: the mean of so many frames.
SET = 'fmd'
_FRAMES = 50
# Side of the centre, pixels over which the noise of the truth is averaged,
# and side of the blocks whose error is compared with the predicted one.
_SIZE, _RADIUS, _SIDE = 256, 8.0, 8


def jobs(
    cases: Iterable[Case], presets: Sequence[str], device: str
) -> list[Job]:
    """Each case with each preset."""
    wanted = [(case, preset, device) for case in cases for preset in presets]
    return [
        Job(UNCERTAINTY, (SET, one[0].name, one[1]), measure, one)
        for one in wanted
    ]


def measure(case: Case, preset: str, device: str) -> Record:
    """Restore the centre of a case and compare."""
    from napari_dip.session.run import run

    problem = crop(case.load(), _SIZE)
    begin = time.perf_counter()
    options = {'device': device, 'uncertainty': True}
    session = engine.start('denoise', problem, preset, **options)
    result, record = run(session, return_info=True)
    seconds = time.perf_counter() - begin
    noise = (problem.image.astype(float) - problem.truth) ** 2
    doubt = gaussian_filter(noise, _RADIUS) / _FRAMES
    error = result - problem.truth.astype(float)
    return {
        'group': case.group,
        'figures': compare(error, record.uncertainty, doubt),
        'seconds': seconds,
        'machine': describe(record.device.split()[0]),
    }


def compare(error: Array, deviation: Array, doubt: Array) -> dict[str, float]:
    """Figures of a map; `doubt` is the variance of the noise of the truth."""
    both = np.sqrt(deviation.astype(float) ** 2 + doubt)
    figures = {
        'error': _rms(error),
        'predicted': _rms(deviation),
        'ratio': _rms(both) / _rms(error),
    }
    for name, bound in (('', both), ('_plain', deviation)):
        for n in (1, 2):
            within = np.mean(np.abs(error) < n * bound)
            figures[f'within_{n}{name}'] = float(within)
    rows, columns = (n // _SIDE for n in error.shape)
    local = []
    for image in (deviation, error):
        cut = np.square(image[: rows * _SIDE, : columns * _SIDE], dtype=float)
        blocks = cut.reshape(rows, _SIDE, columns, _SIDE)
        local.append(np.sqrt(blocks.mean(axis=(1, 3))).ravel())
    varied = all(one.std() for one in local)
    figures['correlation'] = (
        float(np.corrcoef(*local)[0, 1]) if varied else 0.0
    )
    return figures


def _rms(image: Array) -> float:
    return float(np.sqrt(np.mean(np.square(image, dtype=float))))
