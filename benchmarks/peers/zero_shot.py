"""Small networks trained on the one noisy image, written for comparison.

Both learn from pairs of half-resolution images made of disjoint pixels, so
they assume noise that is independent from pixel to pixel.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from benchmarks.cases import Problem

Array = NDArray[np.float64]

_N2N_STEPS = 2000
_N2N_WIDTH = 48
_FAST_WIDTH = 64
_FAST_LAYERS = 8
_FAST_PATIENCE = 100
_FAST_CAP = 3000
_RATE = 1e-3


def zero_shot_noise2noise(
    problem: Problem, seed: int, steps: int = _N2N_STEPS
) -> Array:
    """Zero-shot Noise2Noise with its published network and schedule.

    Y. Mansour, R. Heckel, "Zero-Shot Noise2Noise: Efficient image denoising
    without any data", CVPR 2023: the network predicts the noise; each
    diagonal half-image has to predict the other, and halving has to commute
    with denoising.
    """
    torch.manual_seed(seed)
    image, back = _prepare(problem)
    network = _noise_network(image.shape[1]).to(image.device)
    optimiser = torch.optim.Adam(network.parameters(), _RATE)
    schedule = torch.optim.lr_scheduler.StepLR(optimiser, 1500, 0.5)
    for _ in range(steps):
        optimiser.zero_grad(set_to_none=True)
        _noise2noise_loss(network, image).backward()
        optimiser.step()
        schedule.step()
    with torch.no_grad():
        return back(image - network(image))


def _noise_network(channels: int) -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(channels, _N2N_WIDTH, 3, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(_N2N_WIDTH, _N2N_WIDTH, 3, padding=1),
        nn.LeakyReLU(0.2),
        nn.Conv2d(_N2N_WIDTH, channels, 1),
    )


def _noise2noise_loss(network: nn.Module, image: Tensor) -> Tensor:
    halves = _diagonals(image)
    cleaned = [half - network(half) for half in halves]
    whole = _diagonals(image - network(image))
    residual = F.mse_loss(cleaned[0], halves[1]) + F.mse_loss(
        cleaned[1], halves[0]
    )
    consistency = sum(map(F.mse_loss, cleaned, whole))
    return 0.5 * (residual + consistency)


def _diagonals(image: Tensor) -> tuple[Tensor, Tensor]:
    # Mean of each diagonal of every 2 x 2 block.
    down = (image[..., ::2, ::2] + image[..., 1::2, 1::2]) / 2
    up = (image[..., 1::2, ::2] + image[..., ::2, 1::2]) / 2
    return down, up


def chequerboard(problem: Problem, seed: int, cap: int = _FAST_CAP) -> Array:
    """Chequerboard halves as training pairs, after Noise2Fast.

    J. Lequyer et al., "A fast blind zero-shot denoiser", Nat. Mach. Intell. 4
    (2022) 953-963: the two colours of a chequerboard, squeezed along rows or
    columns, predict each other; training ends when the difference between
    output and input has found no new minimum for 100 validations, and the
    last outputs are averaged.
    """
    torch.manual_seed(seed)
    image, back = _prepare(problem)
    network = _deep_network(image.shape[1]).to(image.device)
    optimiser = torch.optim.Adam(network.parameters(), _RATE)
    recent: deque[Tensor] = deque(maxlen=_FAST_PATIENCE)
    best, waited = float('inf'), 0
    pairs = _colour_pairs(image)
    for _ in range(cap):
        source, target = next(pairs)
        optimiser.zero_grad(set_to_none=True)
        F.binary_cross_entropy(network(source), target).backward()
        optimiser.step()
        with torch.no_grad():
            recent.append(network(image))
        error = float(F.mse_loss(recent[-1], image))
        best, waited = (error, 0) if error < best else (best, waited + 1)
        if waited > _FAST_PATIENCE:
            break
    return back(torch.stack(tuple(recent)).mean(0))


def _deep_network(channels: int) -> nn.Module:
    widths = [channels] + [_FAST_WIDTH] * _FAST_LAYERS
    layers: list[nn.Module] = []
    for before, after in pairwise(widths):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU()]
    layers += [nn.Conv2d(_FAST_WIDTH, channels, 1), nn.Sigmoid()]
    return nn.Sequential(*layers)


def _colour_pairs(image: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    halves = [
        *_squeezed(image),
        *(half.mT for half in _squeezed(image.mT)),
    ]
    orders = [(0, 1), (1, 0), (2, 3), (3, 2)]
    while True:
        for index in torch.randperm(len(orders)).tolist():
            source, target = orders[index]
            yield halves[source], halves[target]


def _squeezed(image: Tensor) -> tuple[Tensor, Tensor]:
    # Odd rows shifted by one column: one colour in the even columns.
    rolled = image.clone()
    rolled[..., 1::2, :] = image[..., 1::2, :].roll(1, -1)
    return rolled[..., ::2], rolled[..., 1::2]


def _prepare(
    problem: Problem,
) -> tuple[Tensor, Callable[[Tensor], Array]]:
    """Image as an even-sized tensor in 0 to 1, and the way back."""
    values = np.asarray(problem.image, np.float32)
    planes = values[None] if values.ndim == 2 else np.moveaxis(values, 2, 0)
    low, high = float(values.min()), float(values.max())
    span = (high - low) or 1.0
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    tensor = torch.from_numpy((planes - low) / span)[None].to(device)
    rows, columns = values.shape[:2]
    padding = (0, columns % 2, 0, rows % 2)

    def back(result: Tensor) -> Array:
        array = result[0, :, :rows, :columns].cpu().double().numpy()
        scaled = array * span + low
        return scaled[0] if values.ndim == 2 else np.moveaxis(scaled, 0, 2)

    return F.pad(tensor, padding, mode='replicate'), back
