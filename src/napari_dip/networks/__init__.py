"""f: the untrained networks whose structure is the prior.

A network maps a latent ``(batch, channels, *shape)`` to an image of the same
shape, of two or three spatial axes, whatever their lengths: it pads inside.
"""

from __future__ import annotations

from napari_dip.networks.building import build_network, initialise
from napari_dip.networks.cnn import CNN, CNNSpec
from napari_dip.networks.deep_decoder import DeepDecoder, DeepDecoderSpec
from napari_dip.networks.skip import SkipNetwork, SkipSpec
from napari_dip.networks.unet import UNet, UNetSpec

NetworkSpec = SkipSpec | UNetSpec | CNNSpec | DeepDecoderSpec

__all__ = [
    'CNN',
    'CNNSpec',
    'DeepDecoder',
    'DeepDecoderSpec',
    'NetworkSpec',
    'SkipNetwork',
    'SkipSpec',
    'UNet',
    'UNetSpec',
    'build_network',
    'initialise',
]
