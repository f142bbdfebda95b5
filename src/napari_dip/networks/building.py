"""A network that depends on nothing but its description."""

from __future__ import annotations

from typing import Protocol

import torch
from torch import nn


class _Spec(Protocol):
    def build(
        self, channels_in: int, channels_out: int, ndim: int = 2
    ) -> nn.Module: ...


def build_network(
    spec: _Spec, channels_in: int, channels_out: int, ndim: int = 2
) -> nn.Module:
    """Build a network in float32, without a draw from the global generator.

    Its weights are yet to be drawn by
    :func:`~napari_dip.networks.initialise`.

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
