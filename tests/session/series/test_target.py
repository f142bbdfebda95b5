"""Planes of a series go where they are told to."""

import numpy as np

from napari_dip.session.series.target import Target
from napari_dip.tasks.base import find_task


def test_planes_are_written_once_they_are_made():
    """So a run that is killed keeps those that it has finished."""
    rng = np.random.default_rng(0)
    planes = rng.poisson(30 + 20 * np.sin(np.arange(32) / 4), (4, 32, 32))
    arrays = []

    def target(shape):
        arrays.append(np.full(shape, np.nan, np.float32))
        return Target(arrays[0])

    session = find_task('denoise').begin(
        image=planes,
        axes='TYX',
        preset='fast',
        max_num_iter=2,
        device='cpu',
        target=target,
    )
    [array] = arrays
    for progress in session:
        if progress.plane == 3:
            break
    finite = np.isfinite(array).all((1, 2))
    assert finite.tolist() == [True, True, False, False]
    session.stop()
    assert session.result() is array
    session.close()
