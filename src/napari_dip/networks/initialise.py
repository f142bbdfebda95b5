"""Random weights θ that depend on the seed alone."""

from __future__ import annotations

import torch
from torch import nn


def initialise(network: nn.Module, seed: int) -> None:
    """Draw the weights of every convolution anew, in place.

    Uniform within ± 1 / sqrt(fan-in), weights and biases, as PyTorch does by
    default and as the published experiments had it; from a generator of our
    own, so that neither other code nor other threads change the draw. A
    network that wants another scale says so by a ``gain`` attribute on the
    convolution.

    Parameters
    ----------
    network : nn.Module
        Network on the CPU: the draw must not depend on the device.
    seed : int
        The same seed gives the same weights.
    """
    generator = torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            fan_in = module.weight[0].numel()
            bound = float(getattr(module, 'gain', 1.0)) * fan_in**-0.5
            nn.init.uniform_(module.weight, -bound, bound, generator=generator)
            if module.bias is not None:
                nn.init.uniform_(
                    module.bias, -bound, bound, generator=generator
                )
