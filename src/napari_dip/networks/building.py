"""A network made of its description, with weights of a seed; its work."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import Tensor, nn

from napari_dip.networks.layers import CONVOLUTIONS, NORMS


class _Spec(Protocol):
    def build(
        self, channels_in: int, channels_out: int, ndim: int = 2
    ) -> nn.Module: ...


def build_network(
    spec: _Spec, channels_in: int, channels_out: int, ndim: int = 2
) -> nn.Module:
    """Build a network in float32, without a draw from the global generator.

    Its weights are yet to be drawn by
    :func:`~napari_dip.networks.building`.

    Parameters
    ----------
    spec : NetworkSpec
        Its description.
    channels_in, channels_out : int
        Channels of the latent and of the image.
    ndim : int
        Spatial axes of the image, 2 or 3.
    """
    # PyTorch draws weights for every layer that is made.
    with torch.random.fork_rng(devices=[]):
        network = spec.build(channels_in, channels_out, ndim)
    return network.to(torch.float32)


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


@torch.no_grad()
def multiplications(network: nn.Module, images: Tensor) -> int:
    """Count those of the convolutions of a network, forward.

    Parameters
    ----------
    network : nn.Module
        Network, on the device of the images.
    images : Tensor
        What it is given.
    """
    count = 0

    def note(module: nn.Module, _: object, output: Tensor) -> None:
        nonlocal count
        weight = module.weight
        assert isinstance(weight, Tensor)
        # Of each output: inputs of its group, times the kernel's pixels.
        count += output.numel() * weight[0].numel()

    hooks = [
        module.register_forward_hook(note)
        for module in network.modules()
        if isinstance(module, CONVOLUTIONS)
    ]
    try:
        network(images)
    finally:
        for hook in hooks:
            hook.remove()
    return count
