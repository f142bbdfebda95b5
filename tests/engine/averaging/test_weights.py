from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from napari_dip.engine.averaging.output import OutputAverage
from napari_dip.engine.averaging.weights import WeightAverage
from napari_dip.grid.dihedral import dihedrals
from napari_dip.latents.blind_spot import BlindSpot
from napari_dip.latents.noise import FixedLatent, uniform_noise
from napari_dip.networks import UNetSpec, initialise
from napari_dip.operators.identity import Identity

SPEC = UNetSpec((6, 6, 6))


def network(seed: int = 0) -> torch.nn.Module:
    net = SPEC.build(3, 2)
    initialise(net, seed)
    return net


def weight_average(net, latent, shape, **options) -> WeightAverage:
    defaults = {'decay': 0.9, 'precision': 'float32', 'seed': 0}
    return WeightAverage(
        net, latent, torch.empty(1, 1, *shape), **{**defaults, **options}
    )


def test_weights_are_averaged_like_outputs():
    nets = [network(seed) for seed in range(4)]
    latent = FixedLatent(uniform_noise(3, (16, 16), 0, 1.0))
    weights = weight_average(network(9), latent, (16, 16), decay=0.2)
    outputs = OutputAverage(0.2)
    for net in nets:
        weights.update(net, torch.empty(0))
        outputs.update(net, next(net.parameters()).detach())
    averaged = next(iter(weights._weights()))
    torch.testing.assert_close(averaged, outputs.estimate(1))


def test_the_fit_network_is_left_alone():
    net = network()
    before = [p.clone() for p in net.parameters()]
    latent = FixedLatent(uniform_noise(3, (16, 16), 0, 1.0))
    average = weight_average(net, latent, (16, 16))
    average.update(network(1), torch.empty(0))
    average.keep(7)
    average.update(network(2), torch.empty(0))
    average.restore()
    for old, now in zip(before, net.parameters(), strict=True):
        assert torch.equal(old, now)
        assert now.requires_grad


@pytest.mark.parametrize('shape', [(96, 128), (101, 75), (150, 33)])
def test_tiles_join_to_the_inference_of_the_whole_image(shape):
    latent = FixedLatent(uniform_noise(3, shape, 0, 1.0))
    net = network()
    whole = weight_average(net, latent, shape).estimate(1)
    tiled = weight_average(net, latent, shape, tile=32, halo=64).estimate(1)
    assert whole.shape == (1, 2, *shape)
    torch.testing.assert_close(tiled, whole, rtol=1e-4, atol=1e-5)
    # A halo that is too small would show.
    seams = weight_average(net, latent, shape, tile=32, halo=0).estimate(1)
    assert (seams - whole).abs().max() > 1e-3


def dropped(shape=(24, 20)) -> BlindSpot:
    image = uniform_noise(2, shape, 1, 1.0)
    return BlindSpot(
        image, torch.ones_like(image), torch.zeros_like(image), 0.4
    )


def estimates(count: int, num_samples: int) -> torch.Tensor:
    net = SPEC.build(4, 2)
    initialise(net, 0)
    return torch.cat(
        [
            weight_average(net, dropped(), (24, 20), seed=s).estimate(
                num_samples
            )
            for s in range(count)
        ]
    )


def test_more_samples_vary_less_about_the_same_mean():
    one, many = estimates(40, 1), estimates(40, 8)
    ratio = (one.var(dim=0).mean() / many.var(dim=0).mean()).item()
    assert ratio == pytest.approx(8, rel=0.25)
    torch.testing.assert_close(one.mean(0), many.mean(0), atol=0.05, rtol=0)


def test_an_augmented_latent_has_an_augmented_estimate_if_every_draw_is():
    latent = uniform_noise(3, (16, 24), 0, 1.0)

    def estimate(values: torch.Tensor, augment: bool) -> torch.Tensor:
        shape = (values.shape[-2], values.shape[-1])
        average = weight_average(
            network(), FixedLatent(values), shape, augment=augment
        )
        return average.estimate(8)

    for turn in dihedrals()[1:]:
        turned = turn.apply(latent)
        again = turn.undo(estimate(turned, augment=True))
        torch.testing.assert_close(again, estimate(latent, augment=True))
        plain = turn.undo(estimate(turned, augment=False))
        assert (plain - estimate(latent, augment=False)).abs().max() > 1e-3


def test_an_estimate_is_the_same_each_time_it_is_asked_for():
    net = SPEC.build(4, 2)
    average = weight_average(net, dropped(), (24, 20))
    assert torch.equal(average.estimate(3), average.estimate(3))


def test_averaged_weights_are_kept_restored_and_fallen_back_on():
    latent = FixedLatent(uniform_noise(3, (16, 16), 0, 1.0))
    average = weight_average(network(), latent, (16, 16), decay=0.0)

    def update(seed: int) -> torch.Tensor:
        average.update(network(seed), torch.empty(0))
        return average.estimate(1)

    untrained = average.estimate(1)
    poison = network(5)
    with torch.no_grad():
        next(poison.parameters()).fill_(float('nan'))
    average.update(poison, torch.empty(0))
    average.fall_back()
    assert torch.equal(average.estimate(1), untrained)
    first = update(1)
    average.keep(7)
    second = update(2)
    average.hold()
    update(3)
    average.fall_back()
    assert torch.equal(average.estimate(1), second)
    average.restore()
    assert torch.equal(average.estimate(1), first)


def test_the_deviation_leaves_the_estimate_as_it_was(make_problem):
    latent = dropped()
    problem = make_problem(shape=(24, 20), data=latent.image)
    net = SPEC.build(4, 2)
    initialise(net, 0)
    average = weight_average(net, latent, (24, 20))
    before = average.estimate(2)
    deviation = average.deviation(problem, before)
    assert deviation.shape == latent.image.shape
    assert deviation.min() > 0
    assert torch.equal(average.deviation(problem, before), deviation)
    assert torch.equal(average.estimate(2), before)


@pytest.mark.parametrize(
    ('better', 'chosen'), [('marked', 5), ('kept', 7), ('latest', None)]
)
def test_the_held_out_pixels_have_the_last_word(better, chosen):
    average, estimates = three_estimates()
    right = estimates[better]
    problem = held_out_problem(right)
    assert average.restore(problem) == chosen
    torch.testing.assert_close(average.estimate(1), right)


@pytest.mark.parametrize(('noise', 'chosen'), [(0.0, 5), (30.0, None)])
def test_what_chance_may_have_made_better_is_not_put_back(noise, chosen):
    average, estimates = three_estimates()
    right = estimates['marked']
    generator = torch.Generator().manual_seed(0)
    # Half of the noise leans to the other side, so that none is favoured.
    half = noise * torch.randn(right[..., ::2].shape, generator=generator)
    problem = held_out_problem(right)
    problem.held_out[:] = 1
    problem.data = right + torch.stack((half, -half), -1).flatten(-2)
    assert average.restore(problem) == chosen


def test_an_estimate_that_is_the_last_is_not_compared(monkeypatch):
    average, estimates = three_estimates()
    average.keep(9)
    average.mark(9)
    asked = []
    errors = average._held_out_errors
    monkeypatch.setattr(
        average,
        '_held_out_errors',
        lambda problem: asked.append(problem) or errors(problem),
    )
    assert average.restore(held_out_problem(estimates['kept'])) is None
    assert asked == []


def three_estimates() -> tuple[WeightAverage, dict[str, torch.Tensor]]:
    latent = FixedLatent(uniform_noise(3, (16, 16), 0, 1.0))
    average = weight_average(network(0), latent, (16, 16), decay=0.0)
    estimates = {}
    for seed, name in enumerate(('marked', 'kept', 'latest'), start=1):
        average.update(network(seed), torch.empty(0))
        estimates[name] = average.estimate(1)
        if name == 'marked':
            average.mark(5)
        elif name == 'kept':
            average.keep(7)
    return average, estimates


def held_out_problem(right: torch.Tensor) -> SimpleNamespace:
    known, held_out = torch.ones_like(right), torch.zeros_like(right)
    held_out[..., ::3, ::3] = 1
    # What is not held out has no say.
    data = torch.where(held_out > 0, right, 1e3)
    return SimpleNamespace(
        data=data, known=known, held_out=held_out, operator=Identity()
    )


def test_a_fit_that_nothing_was_held_out_of_begins_anew():
    net = network()
    latent = FixedLatent(uniform_noise(3, (16, 16), 0, 1.0))
    average = weight_average(net, latent, (16, 16))
    own = average.weights()
    other = [weight + 1 for weight in own]
    assert not average.go_on_from(other, net)
    assert all(map(torch.equal, average.weights(), own))
