"""Make the pictures of tutorials that show images, and no window.

Run as ``python scripts/tutorial_pictures.py [NAME ...]``; they take minutes.
Images are the samples of the package, so that anybody can make them.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from napari_dip import denoise, remove_compression, restore_guided
from napari_dip.samples import histology

DOCS = Path(__file__).parents[1] / 'docs' / 'images'
# Pixels between panels, and of the image along a side of one of the page.
GAP, ZOOM = 6, 2

Array = NDArray[Any]


def main() -> None:
    """Make those that were asked for, or all."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument('names', nargs='*', choices=[[], *PICTURES])
    for name in parser.parse_args().names or PICTURES:
        panels = PICTURES[name]()
        beside(panels).save(DOCS / f'{name}.png', optimize=True)


def beside(panels: list[Array]) -> Image.Image:
    """Put images beside each other, each pixel enlarged."""
    shown = []
    for panel in panels:
        grey = np.clip(np.rint(panel), 0, 255).astype(np.uint8)
        large = grey.repeat(ZOOM, 0).repeat(ZOOM, 1)
        white = np.full((len(large), GAP, *large.shape[2:]), 255, np.uint8)
        shown += [white, large]
    return Image.fromarray(np.concatenate(shown[1:], axis=1))


def compression() -> list[Array]:
    """Glands, their JPEG, and what is made of that."""
    [(image, _, _)] = histology()
    middle = image[176:336, 176:336]
    file = io.BytesIO()
    Image.fromarray(middle).save(file, 'jpeg', quality=10)
    compressed = np.asarray(Image.open(file))
    restored = remove_compression(compressed)
    return [middle, compressed, np.asarray(restored)]


def guided() -> list[Array]:
    """Red of glands in noise, alone and guided by the green."""
    [(image, _, _)] = histology()
    middle = image[176:336, 176:336]
    noise = np.random.default_rng(0).normal(0, 25, middle.shape[:2])
    noisy = middle[..., 0] + noise
    alone = denoise(noisy, preset='fast')
    found = restore_guided(noisy, middle[..., 1], preset='fast')
    return [noisy, middle[..., 1], np.asarray(alone), np.asarray(found)]


PICTURES: dict[str, Callable[[], list[Array]]] = {
    'compression': compression,
    'guided': guided,
}

if __name__ == '__main__':
    main()
