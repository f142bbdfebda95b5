"""Whether the reported uncertainty is that of the error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from benchmarks import own, results
from benchmarks.cases import Case, crop
from benchmarks.machine import describe

Array = NDArray[np.float64]

#: The set whose truth is known well enough.
SET = 'fmd'
SIZE = 256
# The truth of FMD is the mean of so many frames.
_FRAMES = 50
# Pixels over which the noise of the truth is averaged, and a side of the
# squares whose error is compared with the predicted one.
_RADIUS = 8.0
_SIDE = 8


def measure(case: Case, preset: str, *, device: str) -> dict[str, Any]:
    """Restore the centre of a case and compare.

    Parameters
    ----------
    case : Case
        Of the set `SET`.
    preset, device : str
        As in napari_dip.
    """
    from napari_dip.presets.options import Options
    from napari_dip.session.run import run

    problem = crop(case.load(), SIZE)
    options = Options(preset, device=device, uncertainty=True)
    session = own.start('denoise', problem, options)
    result, record = run(session, return_info=True)
    error = result - problem.truth.astype(float)
    noise = (problem.image.astype(float) - problem.truth) ** 2
    doubt = gaussian_filter(noise, _RADIUS) / _FRAMES
    device_used = record.device.split()[0]
    return {
        'set': case.collection,
        'case': case.name,
        'group': case.group,
        'method': preset,
        'version': own.version(),
        'source': own.source_digest(),
        'seed': 0,
        'figures': compare(error, record.uncertainty, doubt),
        'device': device_used,
        'machine': describe(device_used),
    }


def compare(
    error: NDArray[Any], deviation: NDArray[Any], doubt: NDArray[Any]
) -> dict[str, float]:
    """Figures of a map.

    Parameters
    ----------
    error : ndarray
        Restored image minus truth.
    deviation : ndarray
        The map.
    doubt : ndarray
        Variance of the noise of the truth itself, which adds to the error.
    """
    both = np.sqrt(deviation.astype(float) ** 2 + doubt)
    return {
        'error': _root_mean_square(error),
        'predicted': _root_mean_square(deviation),
        'ratio': _root_mean_square(both) / _root_mean_square(error),
        'within_1': float(np.mean(np.abs(error) < both)),
        'within_2': float(np.mean(np.abs(error) < 2 * both)),
        'within_1_plain': float(np.mean(np.abs(error) < deviation)),
        'within_2_plain': float(np.mean(np.abs(error) < 2 * deviation)),
        'correlation': _correlation(_local(deviation), _local(error)),
    }


def is_stored(case: Case, preset: str, folder: Path, *, stale: bool) -> bool:
    """Whether a figure is there, of these sources if `stale` ones are not."""
    return any(
        record['case'] == case.name
        and record['method'] == preset
        and record['version'] == own.version()
        and (not stale or record['source'] == own.source_digest())
        for record in results.load(folder)
    )


def _root_mean_square(image: NDArray[Any]) -> float:
    return float(np.sqrt(np.mean(np.square(image, dtype=float))))


def _local(image: NDArray[Any]) -> Array:
    """Root mean square in squares of pixels."""
    rows, columns = (n // _SIDE for n in image.shape)
    cut = np.square(image[: rows * _SIDE, : columns * _SIDE], dtype=float)
    squares = cut.reshape(rows, _SIDE, columns, _SIDE)
    local: Array = np.sqrt(squares.mean(axis=(1, 3))).ravel()
    return local


def _correlation(one: Array, other: Array) -> float:
    if one.std() == 0 or other.std() == 0:
        return 0.0
    return float(np.corrcoef(one, other)[0, 1])
