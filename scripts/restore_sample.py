"""Denoise the bundled nuclei and write pictures of before and after.

Run as ``python scripts/restore_sample.py FOLDER`` with napari-dip installed.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import imageio.v3 as iio
import numpy as np
import tifffile
from rich.progress import Progress

from napari_dip import denoise
from napari_dip.samples import nuclei
from napari_dip.session.record import Record


def main() -> None:
    """Restore and say where the pictures are."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('folder', type=Path, help='where to write')
    folder = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)

    [(noisy, attributes, _)] = nuclei()
    restored, info = restore(noisy)

    tifffile.imwrite(folder / 'nuclei.tif', noisy)
    tifffile.imwrite(folder / 'nuclei_denoised.tif', restored)
    before = to_grey(noisy, *attributes['contrast_limits'])
    after = to_grey(restored, *attributes['contrast_limits'])
    iio.imwrite(folder / 'before.png', before)
    iio.imwrite(folder / 'after.png', after)
    both = np.hstack([before, after])
    iio.imwrite(folder / 'before_and_after.png', both)

    print(
        f'Denoised {noisy.shape[0]} x {noisy.shape[1]} pixels in '
        f'{info.wall_time:.0f} s and {info.iterations} iterations '
        f'({info.reason_text}).\n'
        f'Compare before.png and after.png in {folder.resolve()}'
    )


def restore(noisy: np.ndarray) -> tuple[np.ndarray, Record]:
    """Denoise with the quickest preset under a progress bar."""
    with Progress() as bar:
        task = bar.add_task('Denoising')
        return denoise(
            noisy,
            preset='fast',
            callback=lambda state: bar.update(
                task, completed=state.iteration, total=state.num_iter
            ),
            return_info=True,
        )


def to_grey(image: np.ndarray, low: float, high: float) -> np.ndarray:
    """Map counts between the contrast limits to 8-bit grey."""
    shown = (image.astype(float) - low) / (high - low)
    return np.round(255 * np.clip(shown, 0, 1)).astype(np.uint8)


if __name__ == '__main__':
    main()
