from __future__ import annotations

import pytest
import torch

from napari_dip.engine.averaging.coarse_to_fine import CoarseToFineAverage
from napari_dip.engine.problem import Problem
from napari_dip.grid.dihedral import dihedrals
from napari_dip.latents.internal import InternalPairs
from napari_dip.networks import CNNSpec, initialise
from napari_dip.operators.downsample import Downsample


def average(factors=(4, 4), side=20):
    generator = torch.Generator().manual_seed(2)
    data = torch.randn((1, 1, side, side), generator=generator)
    known = torch.ones_like(data)
    latent = InternalPairs(data, known, factors, 'lanczos3', side=8, seed=0)
    network = CNNSpec(4, 3).build(1, 1)
    initialise(network, 0)
    found = CoarseToFineAverage(
        network,
        latent,
        torch.empty(1, 1, side * factors[0], side * factors[1]),
        decay=0.9,
        precision='float32',
    )
    return found, network, latent, data


def judged():
    """An average, and a problem with held-out pixels."""
    found, network, latent, data = average(side=40, factors=(2, 2))
    found.update(network, torch.empty(0))
    held_out = torch.zeros_like(data)
    held_out[..., ::4, ::4] = 1
    problem = Problem(
        network,
        latent,
        Downsample((2, 2), 'lanczos3'),
        data,
        torch.ones_like(data),
        held_out,
    )
    return found, problem


def test_an_augmented_image_has_an_augmented_estimate():
    found, _, _, _ = average()
    image = torch.randn((1, 1, 16, 16))
    mean, *_ = found._ensembled(image, 8)
    for dihedral in dihedrals():
        again, *_ = found._ensembled(dihedral.apply(image), 8)
        torch.testing.assert_close(dihedral.undo(again), mean)


def test_half_of_the_samples_are_known_beside_the_estimate(monkeypatch):
    found, network, latent, _ = average(factors=(2, 2))
    monkeypatch.setattr(found, '_losing', list)
    found.estimate(1)
    assert found.half is None
    estimate = found.estimate(8)

    def every_other(image):
        some = dihedrals()[::2]
        with torch.no_grad():
            made = [one.undo(network(one.apply(image))) for one in some]
        return torch.stack(made).mean(0)

    torch.testing.assert_close(found.half, latent.upsample(every_other))
    assert not torch.equal(found.half, estimate)


def test_the_deviation_is_that_of_held_out_data():
    found, problem = judged()
    estimate = found.estimate(8)
    near, far = (
        found.deviation(problem, estimate + wrong) for wrong in (0.0, 5.0)
    )
    assert near.shape == estimate.shape
    assert far.mean() == pytest.approx(5, rel=0.1)
    assert near.mean() < 0.2 * far.mean()


def test_held_out_data_judge_the_upsampled_image():
    # As the network makes it, be it better or worse than interpolated.
    found, problem = judged()
    good = found._unseeing_estimate()
    found.keep(iteration=7)
    with torch.no_grad():
        for weight in problem.network.parameters():
            weight.add_(torch.randn_like(weight))
    for _ in range(20):
        found.update(problem.network, torch.empty(0))
    assert not torch.equal(found._unseeing_estimate(), good)
    assert found.restore(problem) == 7
    torch.testing.assert_close(found._unseeing_estimate(), good)
