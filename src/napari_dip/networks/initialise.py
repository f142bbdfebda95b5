"""Random weights θ that depend on the seed alone."""

from __future__ import annotations

import torch
from torch import nn

from napari_dip.networks.layers import CONVOLUTIONS, NORMS


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

    Raises
    ------
    NotImplementedError
        If a layer other than a convolution or a batch norm, which begins at
        the same values always, has weights.
    """
    generator = torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, CONVOLUTIONS):
            fan_in = module.weight[0].numel()
            bound = float(getattr(module, 'gain', 1.0)) * fan_in**-0.5
            nn.init.uniform_(module.weight, -bound, bound, generator=generator)
            if module.bias is not None:
                nn.init.uniform_(
                    module.bias, -bound, bound, generator=generator
                )
        elif not isinstance(module, NORMS):
            _refuse_weights(module)


def _refuse_weights(module: nn.Module) -> None:
    """Refuse weights that would not depend on the seed."""
    if next(module.parameters(recurse=False), None) is not None:
        raise NotImplementedError(
            f'{type(module).__name__}: the seed does not decide the weights '
            'of such a layer; build the network of convolutions and batch '
            'norms of two or three axes.'
        )
