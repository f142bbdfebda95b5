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


def test_an_ensemble_is_fitted_to_shares_and_is_the_mean_in_the_end():
    network = CNNSpec(4, 3, members=3).build(2, 1)
    initialise(network, 0)
    images = torch.rand((6, 2, 12, 14), generator=torch.Generator())
    members = [body(images) for body in network.bodies]
    shares = [m[2 * i : 2 * i + 2] for i, m in enumerate(members)]
    torch.testing.assert_close(network(images), torch.cat(shares))
    mean = torch.stack(members).mean(0)
    torch.testing.assert_close(network.eval()(images), mean)


def test_too_few_windows_are_seen_by_all_members():
    network = CNNSpec(4, 3, members=3).build(2, 1)
    initialise(network, 0)
    image = torch.rand((1, 2, 12, 14), generator=torch.Generator())
    torch.testing.assert_close(network(image), network.eval()(image))


def test_members_have_weights_of_their_own():
    network = CNNSpec(4, 3, members=2).build(2, 1)
    initialise(network, 0)
    first, second = (body[0].weight for body in network.bodies)
    assert not torch.equal(first, second)
