from __future__ import annotations

import torch

from napari_dip.networks import CNNSpec, initialise


def test_a_window_is_seen_as_in_the_whole_image():
    network = CNNSpec(4, 3).build(2, 1)
    initialise(network, 0)
    image = torch.rand((1, 2, 20, 22), generator=torch.Generator())
    whole, part = network(image), network(image[..., 4:18, 5:20])
    torch.testing.assert_close(part[..., 3:-3, 3:-3], whole[..., 7:15, 8:17])


def test_depth_and_width_are_those_asked_for():
    layers = [
        (layer.in_channels, layer.out_channels)
        for layer in CNNSpec(5, 4).build(2, 1).modules()
        if isinstance(layer, torch.nn.Conv2d)
    ]
    assert layers == [(2, 5), (5, 5), (5, 5), (5, 1)]
