"""Make the pictures of tutorials that show images, and no window.

Run as ``python scripts/tutorial_pictures.py [NAME ...]``; they take minutes.
Images are the samples of the package, so that anybody can make them.
"""

from __future__ import annotations

import argparse
import io
import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image
from torch import nn
from torch.nn import functional as F

from napari_dip import (
    denoise,
    invert_features,
    remove_compression,
    restore_guided,
)
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


def trained(image: Array) -> nn.Module:
    """Train a small network to tell upright parts of an image from turned."""
    torch.manual_seed(0)
    widths = (1, 16, 32, 32, 32)
    layers: list[nn.Module] = []
    for before, after in itertools.pairwise(widths):
        layers += [nn.Conv2d(before, after, 3, stride=2, padding=1), nn.ReLU()]
    head = nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())
    network = nn.Sequential(*layers, *head, nn.Linear(widths[-1], 4))
    optimiser = torch.optim.Adam(network.parameters(), 1e-3)
    whole = torch.from_numpy(image.astype(np.float32))[None, None] / 255
    for _ in range(200):
        rows, columns = torch.randint(image.shape[0] - 64, (2, 16)).tolist()
        turns = torch.randint(4, (16,))
        parts = [
            whole[0, :, r : r + 64, c : c + 64].rot90(int(k), (1, 2))
            for r, c, k in zip(rows, columns, turns, strict=True)
        ]
        loss = F.cross_entropy(network(torch.stack(parts)), turns)
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    return network.eval()


PICTURES: dict[str, Callable[[], list[Array]]] = {
    'compression': compression,
    'guided': guided,
    'features': features,
}

if __name__ == '__main__':
    main()
