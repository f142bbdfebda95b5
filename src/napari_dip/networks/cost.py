"""What a network computes, counted beforehand."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from napari_dip.networks.layers import CONVOLUTIONS


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
