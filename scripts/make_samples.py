"""Make the bundled sample images from their sources.

Run as ``python scripts/make_samples.py FOLDER``, where FOLDER holds the source
files under the names that src/napari_dip/samples/SOURCES.md gives.
"""

from __future__ import annotations

import argparse
from itertools import pairwise
from pathlib import Path

import numpy as np
import tifffile
from skimage import draw, io

SAMPLES = Path(__file__).parents[1] / 'src' / 'napari_dip' / 'samples'

# Vertices (row, column) and radius in pixels of a scratch across the image.
SCRATCH = ((40, 0), (66, 52), (84, 130), (131, 196), (150, 255))
SCRATCH_RADIUS = 2.0
# Centre (row, column) and half axes in pixels of the discs of a blotch.
BLOTCH = (((174, 76), (13, 10)), ((182, 87), (9, 12)), ((168, 87), (7, 7)))


def main() -> None:
    """Write every sample beside the package's loaders."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('folder', type=Path, help='where the sources lie')
    source = parser.parse_args().folder
    membranes = tifffile.imread(source / 'membrane_2d_timelapse.tif')[0]
    cells = tifffile.imread(source / 'IXMtest_A02_s9.tif')
    write('nuclei', tifffile.imread(source / 'img2d.tif'))
    write('membranes', membranes)
    write('membranes_damage', damage(membranes.shape))
    write('cells', cells[1, 180:308, 50:178])
    write('histology', io.imread(source / 'ihc.png'))
    write(
        'strontium_titanate',
        tifffile.imread(source / 'Tecnai_Osiris_SrTiO3.tif'),
    )


def damage(shape: tuple[int, int]) -> np.ndarray:
    """Draw a scratch (label 1) and a blotch (label 2)."""
    labels = np.zeros(shape, np.uint8)
    for start, stop in pairwise(SCRATCH):
        for centre in zip(*draw.line(*start, *stop), strict=True):
            labels[draw.disk(centre, SCRATCH_RADIUS, shape=shape)] = 1
    for centre, half_axes in BLOTCH:
        labels[draw.ellipse(*centre, *half_axes, shape=shape)] = 2
    return labels


def write(name: str, image: np.ndarray) -> None:
    """Write one sample as a losslessly compressed TIFF."""
    rgb = image.ndim == 3
    tifffile.imwrite(
        SAMPLES / f'{name}.tif',
        image,
        photometric='rgb' if rgb else 'minisblack',
        compression='zlib',
        predictor=True,
        compressionargs={'level': 9},
        metadata=None,
        software=False,
    )


if __name__ == '__main__':
    main()
