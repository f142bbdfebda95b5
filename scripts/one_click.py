"""What a run of the form with its own settings makes of real stacks.

Run as ``python -m scripts.one_click FOLDER OUTPUT [NAME ...]``, with the
public images in FOLDER, where there is a display. Pictures of what was read,
beside what came out, and of the window lie in OUTPUT.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from pathlib import Path
from typing import Any, NamedTuple

import napari
import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image

from scripts.screenshot import open_form, save, wait_until

Array = NDArray[Any]
# Pixels between panels; some of the screen for one of the image.
GAP, ZOOM = 6, 3


class Set(NamedTuple):
    """A file, its axes, and the part of it that is taken."""

    file: str
    letters: str
    part: tuple[slice, ...] = ()


ALL, MIDDLE, SMALL = slice(None), slice(64, 192), slice(40, 120)
# Where there are cells.
ROWS, COLUMNS = slice(70, 150), slice(480, 560)
SETS = {
    'migration': Set('cell_migration_tyx_u16.tif', 'TYX'),
    'membrane': Set(
        'membrane_timelapse_tyx_u16.tif', 'TYX', (ALL, SMALL, SMALL)
    ),
    'brain': Set('brain_zyx_u16.tif', 'ZYX', (ALL, MIDDLE, MIDDLE)),
    'nuclei': Set('stardist_img3d_zyx_u16.tif', 'ZYX'),
    'beads': Set('beads_zyx_u8.tif', 'ZYX', (ALL, SMALL, SMALL)),
    'painting': Set('cellpainting_cyx_u16.tif', 'CYX', (ALL, ROWS, COLUMNS)),
    'hela': Set('hela_cells_yxc_u16.tif', 'YXC', (SMALL, SMALL)),
}


def main() -> None:
    """Restore each set in a window of its own."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('folder', type=Path)
    parser.add_argument('output', type=Path)
    parser.add_argument('names', nargs='*', choices=[*SETS, []])
    asked = parser.parse_args()
    for name in asked.names or SETS:
        restore(name, SETS[name], asked.folder, asked.output)
    sys.stdout.flush()
    # Workers of napari itself may still wait.
    os._exit(0)


def restore(name: str, chosen: Set, folder: Path, output: Path) -> None:
    """Press Start, tell what the form says, and save the pictures."""
    data = tifffile.imread(folder / chosen.file)[chosen.part]
    viewer = napari.Viewer(show=True)
    viewer.window.resize(1280, 720)
    layer = viewer.add_image(data, name=name)
    # As if the file said so; napari takes three channels last for colours.
    layer.axis_labels = chosen.letters.lower()[: layer.ndim]
    form = open_form(viewer, 'Denoise')
    form.stack.extent.value = 'every plane'
    wait_until(lambda: False, seconds=2)
    wait_until(lambda: 'estimating' not in form.outlook.value)
    print(name, data.shape, 'before:', form.outlook.value)
    save(viewer, output / f'{name}-before.png')
    began = time.process_time()
    form.start()
    wait_until(lambda: not form.panel.run.state.is_busy, seconds=1800)
    print(name, 'seconds:', round(time.process_time() - began, 1))
    print(name, 'after:', form.panel.monitor.status.value)
    save(viewer, output / f'{name}-after.png')
    result = np.asarray(viewer.layers[-1].data)
    np.savez_compressed(output / f'{name}.npz', before=data, after=result)
    seen = Image.fromarray(picture(data, result, chosen.letters))
    seen.save(output / f'{name}.png', optimize=True)
    viewer.close()


def picture(before: Array, after: Array, letters: str) -> Array:
    """Lay views before beside the same after, on one scale of greys."""
    low, high = np.percentile(before, (0.5, 99.8))
    pairs = []
    for stack in (before, after):
        grey = np.clip((stack - low) / (high - low), 0, 1) * 255
        pairs.append(views(grey.astype(np.uint8), letters))
    rows = [
        np.concatenate([first, gap(first), second], axis=1)
        for first, second in zip(*pairs, strict=True)
    ]
    width = max(row.shape[1] for row in rows)
    page = []
    for row in rows:
        spare = [(0, 0), (0, width - row.shape[1])]
        padded = np.pad(
            row, spare + [(0, 0)] * (row.ndim - 2), constant_values=255
        )
        page += [padded, gap(padded.swapaxes(0, 1)).swapaxes(0, 1)]
    return np.concatenate(page[:-1]).repeat(ZOOM, 0).repeat(ZOOM, 1)


def views(stack: Array, letters: str) -> list[Array]:
    """Middle plane, and below it its middle row at all depths or times."""
    if letters == 'YXC':
        return [stack]
    if letters == 'CYX':
        return list(stack)
    across = stack[:, stack.shape[1] // 2]
    if letters == 'TYX':
        # A kymograph of few times is thin.
        across = across.repeat(ZOOM, 0)
    return [stack[len(stack) // 2], across]


def gap(beside: Array) -> Array:
    """Make white columns as high as what is beside them."""
    return np.full_like(beside[:, :GAP], 255)


if __name__ == '__main__':
    main()
