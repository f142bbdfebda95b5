"""Make the pictures of tutorials that show images, and no window.

Run as ``python -m scripts.tutorial_pictures [NAME ...]``; they take minutes.
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

from benchmarks.comparisons.features import trained
from napari_dip import (
    DeepImagePrior,
    compare_architectures,
    denoise,
    find_missing,
    inpaint,
    invert_features,
    maximise_activation,
    remove_compression,
    restore_guided,
    sample_prior,
)
from napari_dip.samples import cells, histology, nuclei

DOCS = Path(__file__).parents[1] / 'docs' / 'images'
# Pixels between panels, and of the image along a side of one of the page.
GAP, ZOOM = 6, 2
# Standard deviation of planted offsets, in intensities of the nuclei.
OFFSETS = 8
# Channels of a layer that answer to anything.
CHANNELS = (1, 3, 4, 5)

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


def features() -> list[Array]:
    """Glands, and what layers know that tell their noise from their shape."""
    [(image, _, _)] = histology()
    middle = image[208:304, 208:304, 1]
    network = trained(image[..., 1])
    layers = '1, 3, 5, 7'
    first, info = invert_features(
        middle, network, layers, preset='fast', return_info=True
    )
    return [middle, first, *info.companions.values()]


def activation() -> list[Array]:
    """What channels of the fifth of those layers answer to most."""
    [(image, _, _)] = histology()
    middle, network = image[208:304, 208:304, 1], trained(image[..., 1])
    return [
        np.asarray(
            maximise_activation(middle, network, '5', unit, preset='fast')
        )
        for unit in CHANNELS
    ]


def samples() -> list[Array]:
    """Cells, and what random weights make of noise in their brightness."""
    [(image, _, _)] = cells()
    first, info = sample_prior(
        image, samples=3, preset='balanced', return_info=True
    )
    return shown(image, [first, *info.companions.values()])


def architectures() -> list[Array]:
    """Glands with a hole, two fills, and where all of them differ."""
    part, holed = with_hole()
    _, info = compare_architectures(holed, preset='fast', return_info=True)
    *fills, where = info.companions.values()
    return [*shown(part, [holed, fills[1], fills[-1]])[1:], stretched(where)]


def posterior() -> list[Array]:
    """Noisy nuclei, the mean of samples and their deviation."""
    [(image, _, _)] = nuclei()
    part = image[:128, :128]
    mean, info = denoise(
        part,
        method=DeepImagePrior(posterior=True),
        preset='fast',
        uncertainty=True,
        return_info=True,
    )
    return [*shown(part, [mean]), stretched(info.uncertainty)]


def large_hole() -> list[Array]:
    """A hole in glands, by default and by two published recipes."""
    part, holed = with_hole()
    fills = [
        inpaint(
            part,
            np.isnan(holed),
            method=method,
            preset='fast',
            max_num_iter=500,
        )
        for method in (
            'auto',
            # A quarter of the published channels, to be done in a minute.
            DeepImagePrior(recipe='vase', width=32),
            DeepImagePrior(recipe='library', width=32),
        )
    ]
    return shown(part, [holed, *fills])


def with_hole() -> tuple[Array, Array]:
    """Glands, and the same with a large hole in the middle."""
    [(image, _, _)] = histology()
    part = image[60:188, 300:428, 1].astype(float)
    holed = part.copy()
    holed[44:84, 44:84] = np.nan
    return part, holed


def lines() -> list[Array]:
    """Dead lines of a frame, their mask as it is found, and the fill."""
    [(image, _, _)] = nuclei()
    part = image[:128, :128].copy()
    part[40], part[90:92], part[:, 70] = 0, part.max(), part.min()
    mask = find_missing(part, 'lines')
    filled = inpaint(part, mask, preset='fast')
    image, filled = shown(part, [filled])
    return [image, 255.0 * mask, filled]


def stripes() -> list[Array]:
    """Nuclei whose rows have offsets, denoised with these kept and not."""
    [(image, _, _)] = nuclei()
    part = image[:128, :128].astype(float)
    offsets = np.random.default_rng(0).normal(0, OFFSETS, (len(part), 1))
    striped = part + offsets
    results = [
        denoise(striped, preset='fast', stripes=choice)
        for choice in ('keep', 'auto')
    ]
    return shown(part, [striped, *results])[1:]


def shown(image: Array, others: list[Array]) -> list[Array]:
    """Bring an image and others in its units to grey levels alike."""
    low, high = np.quantile(image, (0.002, 0.998))
    return [
        np.where(np.isfinite(one), 255 * (one - low) / (high - low), 255)
        for one in (image, *map(np.asarray, others))
    ]


def stretched(deviation: Array) -> Array:
    """Show a deviation from none to its greatest but for outliers."""
    return 255 * deviation / np.quantile(deviation, 0.995)


PICTURES: dict[str, Callable[[], list[Array]]] = {
    'compression': compression,
    'guided': guided,
    'features': features,
    'activation': activation,
    'samples': samples,
    'architectures': architectures,
    'posterior': posterior,
    'large-hole': large_hole,
    'lines': lines,
    'stripes': stripes,
}

if __name__ == '__main__':
    main()
