"""The deep image prior of deepinv, with its own network and defaults."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray

from benchmarks.cases import Problem

Array = NDArray[np.float64]

_CHANNELS = 256
_START = (4, 4)
_ITERATIONS = 2500


def deep_image_prior(
    problem: Problem,
    seed: int,
    *,
    iterations: int = _ITERATIONS,
    channels: int = _CHANNELS,
) -> Array:
    """``DeepImagePrior`` of deepinv with its ``ConvDecoder``.

    Network, number of iterations and learning rate are the defaults of the
    library, which has no stopping rule. The image is brought to the range 0
    to 1 and back; its noise level is not told.

    J. Tachella et al., "DeepInverse: A Python package for solving imaging
    inverse problems with deep learning", JOSS 2025.
    """
    import deepinv

    torch.manual_seed(seed)
    values = np.asarray(problem.image, np.float32)
    planes = values[None] if values.ndim == 2 else np.moveaxis(values, 2, 0)
    low, high = float(values.min()), float(values.max())
    span = (high - low) or 1.0
    device = 'cuda' if torch.cuda.is_available() else 'cpu'
    data = torch.from_numpy((planes - low) / span)[None].to(device)
    decoder = deepinv.models.ConvDecoder(
        img_size=tuple(planes.shape), in_size=_START, channels=channels
    )
    model = deepinv.models.DeepImagePrior(
        decoder.to(device),
        img_size=(channels, *_START),
        iterations=iterations,
    )
    estimate = model(data, deepinv.physics.Denoising())
    array = estimate[0].detach().cpu().double().numpy() * span + low
    return array[0] if values.ndim == 2 else np.moveaxis(array, 0, 2)
