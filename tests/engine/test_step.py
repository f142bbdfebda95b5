from __future__ import annotations

import copy
import math

import pytest
import torch
from torch import nn

from napari_dip.engine.averaging.output import OutputAverage
from napari_dip.engine.optimisers import Adam
from napari_dip.engine.step import Checkpoints


class Bench:
    """A network, its optimiser and average, fitted to a fixed target."""

    def __init__(self, every: int = 1) -> None:
        self.network = nn.Conv2d(1, 1, 3, padding=1)
        self.optimiser = Adam(self.network.parameters(), 0.1)
        self.average = OutputAverage(0.9)
        self.checkpoints = Checkpoints(
            self.network, self.optimiser, self.average, every=every
        )

    def step(self, scale: float = 1.0) -> None:
        output = self.network(torch.ones(1, 1, 4, 4))
        self.optimiser.zero_grad()
        (scale * output.square().mean()).backward()
        self.optimiser.step()
        self.average.update(self.network, output)

    def state(self):
        return copy.deepcopy(
            (
                self.network.state_dict(),
                self.optimiser.state_dict(),
                self.average.estimate(1),
            )
        )


def same(a, b) -> bool:
    if isinstance(a, torch.Tensor):
        return torch.equal(a, b)
    if isinstance(a, dict):
        return a.keys() == b.keys() and all(same(a[k], b[k]) for k in a)
    if isinstance(a, int):
        return a == b
    return all(same(x, y) for x, y in zip(a, b, strict=True))


def test_weights_moments_and_average_go_back_together():
    bench = Bench()
    for _ in range(4):
        bench.step()
    assert bench.checkpoints.accept(1.0)
    good = bench.state()
    assert good[1]['means'][0].abs().max() > 0
    bench.step(float('nan'))
    assert not same(bench.state(), good)
    bench.checkpoints.restore()
    assert same(bench.state(), good)


def test_after_going_back_the_fit_goes_on_as_it_would_have():
    straight, detour = Bench(), Bench()
    detour.network.load_state_dict(straight.network.state_dict())
    for bench in (straight, detour):
        bench.checkpoints = Checkpoints(
            bench.network, bench.optimiser, bench.average
        )
        bench.step()
        bench.checkpoints.accept(1.0)
    detour.step(1e6)
    detour.checkpoints.restore()
    for bench in (straight, detour):
        bench.step()
    assert same(straight.state(), detour.state())


def test_going_back_twice_gives_the_same_state():
    bench = Bench()
    bench.step()
    bench.checkpoints.accept(1.0)
    good = bench.state()
    for _ in range(2):
        bench.step(float('nan'))
        bench.checkpoints.restore()
        assert same(bench.state(), good)


def test_before_any_loss_the_first_weights_are_there():
    bench = Bench()
    first = copy.deepcopy(bench.network.state_dict())
    bench.step(float('nan'))
    assert not bench.checkpoints.accept(math.nan)
    bench.checkpoints.restore()
    assert same(bench.network.state_dict(), first)
    assert torch.isfinite(bench.average.estimate(1)).all()


@pytest.mark.parametrize('loss', [math.nan, math.inf, 11.0])
def test_such_a_loss_is_a_divergence(loss):
    bench = Bench()
    assert bench.checkpoints.accept(5.0)
    assert bench.checkpoints.accept(1.0)
    assert bench.checkpoints.accept(9.0)
    assert not bench.checkpoints.accept(loss)
    # No lower loss makes what is no number harmless.
    assert bench.checkpoints.accept(loss, harmless=20.0) == (loss == 11.0)


def test_each_return_halves_the_step_until_it_is_given_up():
    bench = Bench()
    factors = []
    while not bench.checkpoints.exhausted:
        bench.checkpoints.restore()
        factors.append(bench.checkpoints.caution)
    assert factors == [0.5**n for n in range(1, 6)]


def test_only_every_nth_accepted_loss_is_saved():
    bench = Bench(every=3)
    bench.step()
    bench.checkpoints.accept(1.0)
    first = bench.state()
    for _ in range(2):
        bench.step()
        bench.checkpoints.accept(1.0)
    bench.checkpoints.restore()
    assert same(bench.state(), first)
    bench.step()
    bench.checkpoints.accept(1.0)
    later = bench.state()
    bench.step()
    bench.checkpoints.restore()
    assert same(bench.state(), later)
