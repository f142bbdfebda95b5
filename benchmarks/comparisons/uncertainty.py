"""Whether the reported uncertainty is that of the error."""

from collections.abc import Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from skimage.measure import block_reduce

from benchmarks import engine
from benchmarks.cases import Case, crop
from benchmarks.datasets.folder import find_cases
from benchmarks.results import Record
from benchmarks.runner import Job

Array = NDArray[Any]

# The set whose truth is known well: the mean of so many frames.
_SET, _FRAMES = 'fmd', 50
# Side of the centre, pixels over which the noise of the truth is averaged,
# and side of the blocks whose error is compared with the predicted one.
_SIZE, _RADIUS, _SIDE = 256, 8.0, 8
#: In the place of a preset: deviation of Langevin samples, `fast`.
POSTERIOR = 'posterior'


def jobs(
    data: Path, only: Sequence[str], presets: Sequence[str], device: str
) -> list[Job]:
    """Each case with each preset."""
    found = []
    for case, preset in product(find_cases(data, [_SET], only), presets):
        names, given = (_SET, case.name, preset), (case, preset, device)
        found.append(Job('uncertainty', names, measure, given))
    return found


def measure(case: Case, preset: str, device: str) -> Record:
    """Restore the centre of a case and compare."""
    from napari_dip.session.base import run

    problem = crop(case.load(), _SIZE)
    options: dict[str, Any] = {'device': device, 'uncertainty': True}
    if preset == POSTERIOR:
        from napari_dip import DeepImagePrior

        preset = 'fast'
        options['method'] = DeepImagePrior(posterior=True)
    session = engine.start('denoise', problem, preset, **options)
    result, record = run(session, return_info=True)
    noise = (problem.image.astype(float) - problem.truth) ** 2
    doubt = gaussian_filter(noise, _RADIUS) / _FRAMES
    error = result - problem.truth.astype(float)
    figures = compare(error, record.uncertainty, doubt)
    used = record.device.split()[0]
    return {'group': case.group, 'figures': figures, 'device': used}


def compare(error: Array, deviation: Array, doubt: Array) -> dict[str, float]:
    """Figures of a map; `doubt` is the variance of the noise of the truth."""
    both = np.sqrt(deviation.astype(float) ** 2 + doubt)
    figures = {
        'error': float(_rms(error)),
        'predicted': float(_rms(deviation)),
        'ratio': float(_rms(both) / _rms(error)),
    }
    for name, bound in (('', both), ('_plain', deviation)):
        for n in (1, 2):
            within = np.mean(np.abs(error) < n * bound)
            figures[f'within_{n}{name}'] = float(within)
    whole = tuple(slice(n - n % _SIDE) for n in error.shape)
    local = [
        block_reduce(one[whole], _SIDE, _rms).ravel()
        for one in (deviation, error)
    ]
    varied = all(one.std() for one in local)
    related = np.corrcoef(*local)[0, 1] if varied else 0.0
    return figures | {'correlation': float(related)}


def _rms(image: Array, axis: Any = None) -> Any:
    return np.sqrt(np.mean(np.square(image, dtype=float), axis=axis))
