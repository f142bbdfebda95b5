"""Networks trained on the one noisy image.

The first two, written for comparison, learn from pairs of half-resolution
images of disjoint pixels: they assume noise independent from pixel to pixel.
"""

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

_PATIENCE = 100
_RATE = 1e-3


def noise2noise(problem: Problem, seed: int, steps: int = 2000) -> Array:
    """Zero-shot Noise2Noise: the network predicts the noise.

    Halves have to predict each other, and halving to commute with it.
    """
    torch.manual_seed(seed)
    image, back = _prepare(problem)
    channels, layers = image.shape[1], []
    for before in (channels, 48):
        layers += [nn.Conv2d(before, 48, 3, padding=1), nn.LeakyReLU(0.2)]
    network = nn.Sequential(*layers, nn.Conv2d(48, channels, 1))
    network.to(image.device)
    optimiser = torch.optim.Adam(network.parameters(), _RATE)
    schedule = torch.optim.lr_scheduler.StepLR(optimiser, 1500, 0.5)
    one, other = _diagonals(image)
    for _ in range(steps):
        optimiser.zero_grad(set_to_none=True)
        cleaned = [half - network(half) for half in (one, other)]
        whole = _diagonals(image - network(image))
        residual = F.mse_loss(cleaned[0], other) + F.mse_loss(cleaned[1], one)
        consistency = sum(map(F.mse_loss, cleaned, whole))
        (0.5 * (residual + consistency)).backward()
        optimiser.step()
        schedule.step()
    with torch.no_grad():
        return back(image - network(image))


def _diagonals(image: Tensor) -> tuple[Tensor, Tensor]:
    # Mean of each diagonal of every 2 x 2 block.
    down = (image[..., ::2, ::2] + image[..., 1::2, 1::2]) / 2
    up = (image[..., 1::2, ::2] + image[..., ::2, 1::2]) / 2
    return down, up


def chequerboard(problem: Problem, seed: int, cap: int = 3000) -> Array:
    """The two colours of a chequerboard, squeezed, predict each other.

    Training ends when the difference between output and input has found no
    new minimum for 100 validations; the last outputs are averaged.
    """
    torch.manual_seed(seed)
    image, back = _prepare(problem)
    layers: list[nn.Module] = []
    for before, after in pairwise([image.shape[1], *[64] * 8]):
        layers += [nn.Conv2d(before, after, 3, padding=1), nn.ReLU()]
    layers += [nn.Conv2d(64, image.shape[1], 1), nn.Sigmoid()]
    network = nn.Sequential(*layers).to(image.device)
    optimiser = torch.optim.Adam(network.parameters(), _RATE)
    recent: deque[Tensor] = deque(maxlen=_PATIENCE)
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
        if waited > _PATIENCE:
            break
    return back(torch.stack(tuple(recent)).mean(0))


def _colour_pairs(image: Tensor) -> Iterator[tuple[Tensor, Tensor]]:
    one, other = _squeezed(image)
    left, right = (half.mT for half in _squeezed(image.mT))
    orders = [(one, other), (other, one), (left, right), (right, left)]
    while True:
        yield from (orders[n] for n in torch.randperm(len(orders)).tolist())


def _squeezed(image: Tensor) -> tuple[Tensor, Tensor]:
    # Odd rows shifted by one column: one colour in the even columns.
    rolled = image.clone()
    rolled[..., 1::2, :] = image[..., 1::2, :].roll(1, -1)
    return rolled[..., ::2], rolled[..., 1::2]


def deep_inverse(
    problem: Problem, seed: int, iterations: int = 2500, channels: int = 256
) -> Array:
    """``DeepImagePrior`` of deepinv with the defaults of the library."""
    import deepinv

    torch.manual_seed(seed)
    data, back = _prepare(problem, even=False)
    given = {'img_size': tuple(data.shape[1:]), 'in_size': (4, 4)}
    decoder = deepinv.models.ConvDecoder(**given, channels=channels)
    given = {'img_size': (channels, 4, 4), 'iterations': iterations}
    model = deepinv.models.DeepImagePrior(decoder.to(data.device), **given)
    return back(model(data, deepinv.physics.Denoising()).detach())


def _prepare(
    problem: Problem, *, even: bool = True
) -> tuple[Tensor, Callable[[Tensor], Array]]:
    """Image as a tensor in 0 to 1, of even sides, and the way back."""
    values = np.atleast_3d(np.asarray(problem.image, np.float32))
    low, high = float(values.min()), float(values.max())
    span = (high - low) or 1.0
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    scaled = np.moveaxis((values - low) / span, 2, 0)
    tensor = torch.from_numpy(scaled)[None].to(device)
    rows, columns = values.shape[:2]
    padding = (0, columns % 2 * even, 0, rows % 2 * even)

    def back(result: Tensor) -> Array:
        array = result[0, :, :rows, :columns].cpu().double().numpy()
        restored = np.moveaxis(array * span + low, 0, 2)
        return restored.reshape(problem.image.shape)

    return F.pad(tensor, padding, mode='replicate'), back
