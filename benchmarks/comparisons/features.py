"""Images found by their features: the prior beside pixels and TV."""

import itertools
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from skimage.io import imread

from benchmarks.results import Record
from benchmarks.runner import Job

Array = NDArray[Any]

_SIZE = 64
# What the small network is trained on, and images of other kinds.
_TRAINED_ON = 'microscopy/ihc_rgb.png'
_IMAGES = {
    'glands': _TRAINED_ON,
    'membranes': 'microscopy/em_sstem_drosophila_5.png',
}
#: Layers that are inverted, of each network.
LAYERS = {
    'small, trained': ('1', '3', '5'),
    "AlexNet's shape": ('1', '4', '7'),
    "VGG's shape": ('3', '8', '15'),
}
# The published schedule is long: the second layer of each, for one image.
_PUBLISHED = 'ulyanov2018'
#: Weights of the total variation, and steps of the pixels.
WEIGHTS = (0.0, 0.0001, 0.001, 0.01, 0.1)
_STEPS, _RATE = 300, 0.05


def jobs(
    data: Path, only: Sequence[str], presets: Sequence[str], device: str
) -> list[Job]:
    """Each layer of each network for each image."""
    found = []
    for image, preset, network in itertools.product(_IMAGES, presets, LAYERS):
        for layer in LAYERS[network]:
            case = f'{image}, {network}, {layer}'
            short = image == 'glands' and layer == LAYERS[network][1]
            named = any(part in case for part in only or [''])
            if named and (short or preset != _PUBLISHED):
                given = (data, image, network, layer, preset, device)
                names = ('features', case, preset)
                found.append(Job('features', names, measure, given))
    return found


def measure(
    data: Path,
    image: str,
    network: str,
    layer: str,
    preset: str,
    device: str,
) -> Record:
    """Invert a layer, and look for the same with pixels alone."""
    from napari_dip import invert_features

    truth = centre(read(data, _IMAGES[image]), _SIZE)
    model = build(network, read(data, _TRAINED_ON))
    begun = time.process_time()
    found, info = invert_features(
        truth, model, layer, preset=preset, device=device, return_info=True
    )
    seconds = time.process_time() - begun
    distance = distance_to(truth, model, layer)
    own = {'distance': distance(found), 'error': _error(found, truth)}
    tries = [by_pixels(truth, model, layer, weight) for weight in WEIGHTS]
    scored = [
        {'weight': w, 'distance': distance(one), 'error': _error(one, truth)}
        for w, one in zip(WEIGHTS, tries, strict=True)
    ]
    nearest = min(scored, key=lambda one: one['error'])
    least = min(scored, key=lambda one: one['distance'])
    figures = own | {f'{name}_nearest': v for name, v in nearest.items()}
    figures |= {f'{name}_least': value for name, value in least.items()}
    about = {'image': image, 'network': network, 'layer': layer}
    used = info.device.split()[0]
    return about | {'figures': figures, 'cpu': seconds, 'device': used}


def read(data: Path, name: str) -> Array:
    """Read an image of 8 bits as grey levels: of colours the green."""
    image = imread(data / name)
    return image[..., 1] if image.ndim == 3 else image


def centre(image: Array, size: int) -> Array:
    """Return the middle of an image."""
    top, left = ((n - size) // 2 for n in image.shape)
    return image[top : top + size, left : left + size]


def build(name: str, image: Array) -> Any:
    """Make a network of a name; `image` is what one is trained on."""
    if name.startswith('small'):
        return trained(image)
    # A quarter of their channels, for a processor.
    plans = {
        "AlexNet's shape": [
            (16, 11, 4),
            'pool',
            (48, 5, 1),
            'pool',
            (96, 3, 1),
        ],
        "VGG's shape": [
            *[(16, 3, 1)] * 2,
            'pool',
            *[(32, 3, 1)] * 2,
            'pool',
            *[(64, 3, 1)] * 3,
        ],
    }
    return untrained(plans[name])


def untrained(plan: Sequence[Any]) -> Any:
    """Make convolutions with the random weights that such networks have."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    layers: list[nn.Module] = []
    channels = 3
    for step in plan:
        if step == 'pool':
            layers.append(nn.MaxPool2d(3, 2, padding=1))
            continue
        width, side, stride = step
        made = nn.Conv2d(channels, width, side, stride, padding=side // 2)
        nn.init.kaiming_normal_(made.weight, nonlinearity='relu')
        nn.init.zeros_(made.bias)
        layers += [made, nn.ReLU()]
        channels = width
    return nn.Sequential(*layers).eval()


def trained(image: Array) -> Any:
    """Train a small network to tell upright parts of an image from turned."""
    import torch
    from torch import nn
    from torch.nn import functional as F

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
        rows, columns = torch.randint(min(image.shape) - 64, (2, 16)).tolist()
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


def distance_to(truth: Array, model: Any, layer: str) -> Any:
    """Return the map from an image to the distance of its features."""
    import torch

    loss = _loss(truth, model, layer)

    def distance(image: Array) -> float:
        with torch.no_grad():
            return float(loss(_tensor(image)))

    return distance


def by_pixels(truth: Array, model: Any, layer: str, weight: float) -> Array:
    """Look for the image by its pixels, from noise, with TV (Adam)."""
    import torch

    from napari_dip.engine.losses import total_variation

    loss = _loss(truth, model, layer)
    generator = torch.Generator().manual_seed(0)
    start = 0.5 + 0.1 * torch.randn((1, 1, *truth.shape), generator=generator)
    pixels = start.requires_grad_(True)
    optimiser = torch.optim.Adam([pixels], _RATE)
    for step in range(_STEPS):
        optimiser.param_groups[0]['lr'] = _RATE * (1 - step / _STEPS)
        optimiser.zero_grad()
        total = loss(pixels) + weight * total_variation(pixels)
        total.backward()
        optimiser.step()
    found: Array = 255 * pixels.detach().clamp(0, 1)[0, 0].numpy()
    return found


def _loss(truth: Array, model: Any, layer: str) -> Any:
    from functools import partial

    import torch

    from napari_dip.engine.losses import FeatureDistance
    from napari_dip.models.features import Features
    from napari_dip.models.module import ModuleModel

    first = next(model.parameters())
    given = torch.zeros(1), torch.ones(1), first.shape[1]
    features = Features(ModuleModel(model), layer, *given)
    distance = FeatureDistance(features, _tensor(truth))
    return partial(distance, data=None, weight=None)


def _tensor(image: Array) -> Any:
    import torch

    return torch.from_numpy(np.asarray(image, np.float32))[None, None] / 255


def _error(image: Array, truth: Array) -> float:
    return float(np.sqrt(np.mean((image - truth.astype(float)) ** 2)))
