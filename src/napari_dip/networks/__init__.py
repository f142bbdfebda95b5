"""f: the untrained networks whose structure is the prior.

A network maps a latent ``(batch, channels, height, width)`` to an image of
the same height and width, whatever these are: it pads inside.
"""

from __future__ import annotations

from napari_dip.networks.building import build_network
from napari_dip.networks.cnn import Chain, ChainSpec
from napari_dip.networks.deep_decoder import DeepDecoder, DeepDecoderSpec
from napari_dip.networks.initialise import initialise
from napari_dip.networks.skip import Hourglass, HourglassSpec
from napari_dip.networks.unet import Trunk, TrunkSpec

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
