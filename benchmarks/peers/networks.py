"""A peer that is fitted to the one noisy image."""

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.cases import Problem


def deep_inverse(
    problem: Problem, seed: int, iterations: int = 2500, channels: int = 256
) -> NDArray[np.float64]:
    """``DeepImagePrior`` of deepinv with the defaults of the library."""
    import deepinv

    torch.manual_seed(seed)
    values = np.atleast_3d(np.asarray(problem.image, np.float32))
    low, high = float(values.min()), float(values.max())
    span = (high - low) or 1.0
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    scaled = np.moveaxis((values - low) / span, 2, 0)
    data = torch.from_numpy(scaled)[None].to(device)
    given = {'img_size': tuple(data.shape[1:]), 'in_size': (4, 4)}
    decoder = deepinv.models.ConvDecoder(**given, channels=channels)
    given = {'img_size': (channels, 4, 4), 'iterations': iterations}
    model = deepinv.models.DeepImagePrior(decoder.to(device), **given)
    result = model(data, deepinv.physics.Denoising()).detach()[0]
    restored = np.moveaxis(result.cpu().double().numpy(), 0, 2)
    return (restored * span + low).reshape(problem.image.shape)
