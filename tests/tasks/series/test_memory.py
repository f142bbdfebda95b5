"""The memory of a series does not grow with its planes."""

import os
import subprocess
import sys
import tracemalloc
from dataclasses import replace
from pathlib import Path

import dask.array as da
import numpy as np
import pytest
import tifffile

from napari_dip import denoise
from napari_dip.tasks.presets.denoise import SETTINGS

zarr = pytest.importorskip('zarr')
pytest.importorskip('resource')

# Arenas and free memory that is kept take address space by chance.
ALLOCATOR = {
    'OMP_NUM_THREADS': '1',
    'MALLOC_ARENA_MAX': '1',
    'MALLOC_MMAP_THRESHOLD_': str(2**20),
}

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


def traced_peak(number):
    """Return the most bytes that NumPy has held for so many planes."""
    light = 20 + 15 * np.sin(np.arange(128) / 9)
    plane = np.random.default_rng(0).poisson(light, (1, 128, 128))
    planes = da.concatenate([da.from_array(plane, plane.shape)] * number)
    few = {'preset': 'fast', 'max_num_iter': 1, 'device': 'cpu'}
    tracemalloc.start()
    try:
        result = denoise(planes, axes='TYX', **few)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert np.isfinite(result[-1]).all()
    return peak


def test_no_plane_is_held_longer_than_needed(tiny, monkeypatch):
    monkeypatch.setattr(
        'napari_dip.session.series.sheet.MOST_PIXELS', 2 * 128**2
    )
    plain = replace(SETTINGS['fast'], filters=())
    monkeypatch.setitem(SETTINGS, 'fast', plain)
    # What is loaded once is not counted.
    traced_peak(2)
    # The result of the other 6 alone has 393 kB.
    assert traced_peak(9) < traced_peak(3) + 2**17


def write_series(path, number, side):
    """Write a series, a plane at a time."""
    light = 20 + 15 * np.sin(np.arange(side) / 9)
    plane = np.random.default_rng(0).poisson(light, (side, side))
    planes = (np.roll(plane, 9 * n, 1).astype('u2') for n in range(number))
    shape = number, side, side
    if path.suffix == '.tif':
        told = {'shape': shape, 'dtype': 'u2', 'metadata': {'axes': 'TYX'}}
        tifffile.imwrite(path, planes, photometric='minisblack', **told)
        return
    array = zarr.create_array(
        str(path), shape=shape, chunks=(1, side, side), dtype='u2'
    )
    for number, one in enumerate(planes):
        array[number] = one


def restore_within(source, limit=0):
    """Restore a series within as many bytes; return those it took."""
    script = Path(__file__).with_name('restore_within.py')
    target = source.with_name(f'restored-{source.name}')
    done = subprocess.run(
        [sys.executable, script, source, target, str(limit)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **ALLOCATOR},
    )
    assert done.returncode == 0, done.stderr
    return int(done.stdout)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != 'linux', reason='it reads /proc')
@pytest.mark.parametrize('ending', ['.ome.zarr', '.ome.tif'])
def test_many_planes_are_restored_in_the_memory_of_a_few(tmp_path, ending):
    few, many = (tmp_path / f'{n}{ending}' for n in ('few', 'many'))
    # As many fill the sheet of samples.
    write_series(few, 8, 512)
    write_series(many, 40, 512)
    peak = restore_within(few)
    # The result of the other 32 alone has 34 MB.
    restore_within(many, peak + 2**23)
