"""Restore a series on disk in a process of its own, within a limit of memory.

Called with a file or folder, one for the result, and the bytes of address
space that the process may have (0: any); writes those it had at most.
"""

from __future__ import annotations

import resource
import sys
from dataclasses import replace
from pathlib import Path

import zarr

from napari_dip.cli import main, plane_by_plane
from napari_dip.networks import UNetSpec
from napari_dip.tasks.presets.denoise import SETTINGS

# Little is measured.
QUICK = (
    *('--axes', 'TYX', '--preset', 'fast', '--max-num-iter', '2'),
    *('--gain', '1', '--correlation', 'independent', '--defects', 'keep'),
    *('--device', 'cpu', '--quiet'),
)


def restore() -> None:
    """Restore it with a tiny network and no filters: all else streams."""
    source, target, limit = sys.argv[1:]
    zarr.config.set({'threading.max_workers': 1, 'async.concurrency': 1})
    if int(limit):
        resource.setrlimit(resource.RLIMIT_AS, (int(limit),) * 2)
    usual = SETTINGS['fast']
    network = UNetSpec((4, 4), norm=usual.network.norm)
    fit = replace(usual.fit, num_samples=2)
    SETTINGS['fast'] = replace(usual, network=network, fit=fit, filters=())
    # A TIFF is taken for one that does not fit.
    plane_by_plane.has_room = lambda shape: False
    sys.argv = ['napari-dip', 'denoise', source, target, *QUICK]
    try:
        main()
    except SystemExit as end:
        if end.code:
            raise
    sys.stdout.write(str(peak()))


def peak() -> int:
    """Return the largest address space that this process had, in bytes."""
    lines = Path('/proc/self/status').read_text('utf-8').splitlines()
    [line] = [one for one in lines if one.startswith('VmPeak')]
    return 1024 * int(line.split()[1])


if __name__ == '__main__':
    restore()
