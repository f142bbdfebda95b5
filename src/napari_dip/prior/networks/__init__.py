"""f: the untrained networks whose structure is the prior.

A network maps a latent ``(batch, channels, height, width)`` to an image of
the same height and width, whatever these are: it pads inside.
"""

from __future__ import annotations

from napari_dip.prior.networks.building import build_network
from napari_dip.prior.networks.chain import Chain, ChainSpec
from napari_dip.prior.networks.deep_decoder import DeepDecoder, DeepDecoderSpec
from napari_dip.prior.networks.hourglass import Hourglass, HourglassSpec
from napari_dip.prior.networks.initialise import initialise
from napari_dip.prior.networks.trunk import Trunk, TrunkSpec

NetworkSpec = HourglassSpec | TrunkSpec | ChainSpec | DeepDecoderSpec

__all__ = [
    'Chain',
    'ChainSpec',
    'DeepDecoder',
    'DeepDecoderSpec',
    'Hourglass',
    'HourglassSpec',
    'NetworkSpec',
    'Trunk',
    'TrunkSpec',
    'build_network',
    'initialise',
]
