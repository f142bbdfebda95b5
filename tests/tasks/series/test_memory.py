"""The memory of a series does not grow with its planes."""

import subprocess
import sys

import pytest

pytest.importorskip('zarr')
pytest.importorskip('resource')

# A sheet of samples is full with 32 planes: only their number differs.
SCRIPT = """
import resource, sys
import dask.array as da
import numpy as np
from napari_dip.tasks.base import find_task

number = int(sys.argv[1])
planes = [
    da.from_delayed(
        __import__('dask').delayed(
            lambda i: np.random.default_rng(i).poisson(
                20 + 9 * np.sin(np.arange(256) / 9), (256, 256)
            ).astype(np.uint16)
        )(i),
        (256, 256),
        np.uint16,
    )
    for i in range(number)
]
session = find_task('denoise').begin(
    image=da.stack(planes), axes='TYX', preset='fast', device='cpu'
)
for _ in range(2):
    next(session)
session.stop()
result = session.result()
assert np.isfinite(result[number - 1]).all()
session.close()
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


@pytest.mark.slow
def test_two_hundred_planes_take_no_more_memory_than_a_few():
    peaks = []
    for number in (32, 132):
        done = subprocess.run(
            [sys.executable, '-c', SCRIPT, str(number)],
            capture_output=True,
            text=True,
            check=True,
        )
        peaks.append(int(done.stdout))
    few, many = peaks
    # The result of the others alone has 26 MB (ru_maxrss counts in KiB).
    assert many - few < 10_000 * (1024 if sys.platform == 'darwin' else 1)
