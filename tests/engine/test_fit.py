from __future__ import annotations

import gc
import math
import weakref
from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import nn
from torch.utils._python_dispatch import TorchDispatchMode

from napari_dip.engine.fit import Fit
from napari_dip.engine.metrics import HeldOutError, WindowedVariance
from napari_dip.engine.state import StopReason
from napari_dip.latents.base import Draw
from napari_dip.latents.blind_spot import BlindSpot
from napari_dip.latents.noise import FixedLatent, uniform_noise
from napari_dip.networks import UNetSpec, initialise
from napari_dip.operators.downsample import Downsample


class Script:
    """A stopping metric that follows a script."""

    reason = StopReason.VARIANCE_MINIMUM

    def __init__(self, metrics) -> None:
        self.metrics = list(metrics)
        self.rewinds = 0
        self.now = 0

    def observe(self, observation) -> None:
        self.now = observation.iteration
        self.observation = observation

    def value(self):
        if self.now > len(self.metrics):
            return None
        value = self.metrics[self.now - 1]
        return None if value is None else torch.tensor(value)

    def chance(self) -> float:
        return 0.0

    def rewind(self) -> None:
        self.rewinds += 1


class Fragile(nn.Module):
    """A network that breaks at chosen calls."""

    def __init__(self, breaks, error: str | None = None) -> None:
        super().__init__()
        self.inner = UNetSpec((4, 4)).build(3, 1)
        initialise(self.inner, 0)
        self.breaks = breaks
        self.error = error
        self.calls = 0

    def forward(self, z):
        self.calls += torch.is_grad_enabled()
        broken = torch.is_grad_enabled() and self.breaks(self.calls)
        if broken and self.error:
            raise RuntimeError(self.error)
        return self.inner(z) * (math.nan if broken else 1.0)


def valley(bottom: int, count: int = 60) -> list[float]:
    return [1.0 + abs(i - bottom) for i in range(1, count + 1)]


def dropped(data: torch.Tensor, **parts) -> BlindSpot:
    ones = torch.ones_like(data)
    return BlindSpot(
        data, parts.get('known', ones), parts.get('held_out', 0 * ones), 0.3
    )


@pytest.fixture
def windowed(make_problem, make_fit):
    """Make a fit of the default kind: dropped pixels, windows, weights."""

    def make(num_iter: int = 8, seed: int = 0, metrics=None) -> Fit:
        network = UNetSpec((4, 4)).build(2, 1)
        initialise(network, seed)
        problem = make_problem(network, shape=(40, 40))
        latent = BlindSpot(problem.data, problem.known, problem.held_out, 0.3)
        problem = make_problem(network, shape=(40, 40), latent=latent)
        return make_fit(
            problem,
            metrics or [HeldOutError()],
            seed=seed,
            num_iter=num_iter,
            window=16,
            num_windows=2,
            average='weights',
            num_samples=2,
            schedule='one_cycle',
        )

    return make


def test_it_is_an_iterator_of_states(make_fit):
    states = list(make_fit(num_iter=5))
    assert [s.iteration for s in states] == [1, 2, 3, 4, 5]
    assert {s.num_iter for s in states} == {5}
    assert [s.reason for s in states[:-1]] == [None] * 4
    assert states[-1].reason is StopReason.MAX_NUM_ITER


@pytest.mark.parametrize(('follows', 'iterations'), [(True, 3), (False, 9)])
def test_a_fit_that_goes_on_from_another_takes_a_third(
    windowed, monkeypatch, follows, iterations
):
    fit = windowed(num_iter=9)
    asked = []

    def go_on_from(weights, network):
        asked.append(weights)
        return follows

    monkeypatch.setattr(fit._averaging, 'go_on_from', go_on_from)
    fit._before = windowed().trained()
    weights = fit._before.weights
    states = list(fit)
    assert len(states) == iterations
    assert states[-1].reason is StopReason.SCHEDULE_COMPLETE
    assert [len(one) for one in asked] == [len(weights)]


def test_a_finished_schedule_says_so(make_fit):
    *_, last = make_fit(num_iter=4, schedule='one_cycle')
    assert last.reason is StopReason.SCHEDULE_COMPLETE


def test_after_the_end_there_is_no_next(make_fit):
    fit = make_fit(num_iter=3)
    list(fit)
    assert list(fit) == []
    assert fit.iteration == 3


def test_the_loss_falls_and_every_loss_is_kept(make_fit):
    fit = make_fit(num_iter=60, check_every=7)
    states = list(fit)
    history = fit.loss_history()
    assert len(history) == 60
    assert np.mean(history[-5:]) < 0.6 * np.mean(history[:5])
    # Loss leaves the device only now and then: the mean since the last look.
    assert math.isnan(states[5].loss)
    assert states[6].loss == pytest.approx(np.mean(history[:7]))
    assert states[12].loss == states[6].loss
    assert states[13].loss == pytest.approx(np.mean(history[7:14]))


def test_what_is_fitted_are_the_known_pixels_alone(make_problem, make_fit):
    def histories(spoil: float):
        problem = make_problem()
        known = torch.ones_like(problem.data)
        known[..., :9] = 0
        data = problem.data + spoil * (1 - known)
        problem = make_problem(known=known, data=data)
        fit = make_fit(problem, [HeldOutError()])
        list(fit)
        return fit.loss_history(), fit.metric_history()

    assert histories(0.0) == histories(1e3)


def test_held_out_pixels_are_judged_and_never_fitted(make_problem, make_fit):
    def run(spoil: float):
        problem = make_problem(held_out=0.2)
        data = problem.data + spoil * problem.held_out
        fit = make_fit(make_problem(held_out=0.2, data=data), [HeldOutError()])
        list(fit)
        return fit

    clean, spoilt = run(0.0), run(100.0)
    assert clean.loss_history() == spoilt.loss_history()
    assert torch.equal(clean.estimate(), spoilt.estimate())
    assert spoilt.metric_history()[0][1] > 1e3 * clean.metric_history()[0][1]


def test_without_held_out_pixels_there_is_no_metric(make_problem, make_fit):
    fit = make_fit(make_problem(held_out=0.0), [HeldOutError()])
    *_, last = fit
    assert last.metric is None
    assert fit.metric_history() == []
    assert last.reason is StopReason.MAX_NUM_ITER


def test_through_an_operator_the_estimate_is_the_finer_image(
    make_problem, make_fit
):
    latent = FixedLatent(uniform_noise(3, (40, 72), 0, 1.0))
    problem = make_problem(latent=latent, operator=Downsample((2, 3)))
    fit = make_fit(problem, num_iter=40)
    list(fit)
    assert fit.estimate().shape == (1, 1, 40, 72)
    history = fit.loss_history()
    assert history[-1] < 0.8 * history[0]


@pytest.mark.parametrize('average', ['output', 'weights'])
def test_it_stops_at_the_minimum_and_keeps_its_estimate(make_fit, average):
    def run(metrics, num_iter):
        fit = make_fit(
            metrics=metrics,
            num_iter=num_iter,
            patience=5,
            decay=0.5,
            average=average,
        )
        *_, last = fit
        return fit, last

    fit, last = run([Script(valley(7))], 40)
    assert last.reason is StopReason.VARIANCE_MINIMUM
    assert (last.iteration, last.best_iteration) == (12, 7)
    assert last.metric == 6.0
    assert fit.metric_history() == [
        (i + 1, f) for i, f in enumerate(valley(7)[:12])
    ]
    short, _ = run((), 7)
    assert torch.equal(fit.estimate(), short.estimate())


def test_the_metric_of_the_first_rule_is_followed(make_fit):
    metrics = [Script(valley(9)), HeldOutError()]
    *_, last = make_fit(metrics=metrics, num_iter=50, patience=4)
    assert (last.best_iteration, last.iteration) == (9, 13)


@pytest.mark.parametrize(('num_iter', 'half'), [(8, 4), (9, 5)])
def test_noise_learnt_in_the_second_half_is_not_kept(windowed, num_iter, half):
    falling = Script(range(num_iter, 0, -1))
    falling.reason = StopReason.HELD_OUT_MINIMUM
    fit = windowed(num_iter, metrics=[falling])
    for state in fit:
        if state.iteration == half:
            expected = fit.estimate()
        elif state.iteration > half and state.reason is None:
            for weight in fit._averaging._weights():
                weight.mul_(2)
    assert torch.equal(fit.estimate(), expected)
    assert fit.state().best_iteration == half


def test_moving_variance_stops_a_fit(make_fit):
    rule = WindowedVariance(window=5, min_start=3)
    fit = make_fit(metrics=[rule], num_iter=400, patience=8)
    *_, last = fit
    assert last.reason is StopReason.VARIANCE_MINIMUM
    assert last.iteration == last.best_iteration + 8
    assert fit.metric_history()[0][0] == 8


def test_stopping_keeps_the_best_so_far(make_fit):
    fit = make_fit(metrics=[Script(valley(4))], num_iter=50, decay=0.0)
    best = None
    for state in fit:
        if state.iteration == 4:
            best = fit.estimate().clone()
        if state.iteration == 9:
            assert not torch.equal(fit.estimate(), best)
            fit.stop()
    assert fit.state().reason is StopReason.USER
    assert fit.iteration == 9
    assert torch.equal(fit.estimate(), best)


def test_stopping_an_ended_fit_leaves_its_reason(make_fit):
    fit = make_fit(num_iter=2)
    list(fit)
    fit.stop()
    assert fit.reason is StopReason.MAX_NUM_ITER


def test_pausing_is_not_asking(make_fit):
    straight, paused = make_fit(), make_fit()
    list(straight)
    for _ in range(5):
        next(paused)
    assert paused.iteration == 5
    assert paused.reason is None
    list(paused)
    assert paused.loss_history() == straight.loss_history()


@pytest.mark.parametrize('how', ['end', 'stop', 'minimum'])
def test_an_ended_fit_can_go_on(make_fit, how):
    fit = make_fit(metrics=[Script(valley(3))], num_iter=10, patience=4)
    for state in fit:
        if how == 'stop' and state.iteration == 5:
            fit.stop()
        if how == 'end':
            fit._rule.patience = 1000
    ended = fit.iteration
    assert ended == {'end': 10, 'stop': 5, 'minimum': 7}[how]
    fit.extend(6)
    assert fit.reason is None
    states = list(fit)
    assert [s.iteration for s in states] == list(range(ended + 1, ended + 7))
    assert states[0].num_iter == ended + 6
    # A minimum found before does not end it again at once.
    assert states[-1].reason is StopReason.MAX_NUM_ITER
    assert len(fit.loss_history()) == ended + 6
    assert torch.isfinite(fit.estimate()).all()


def test_going_on_shows_what_comes_next(make_fit):
    fit = make_fit(metrics=[Script(valley(2))], num_iter=5, decay=0.0)
    list(fit)
    best = fit.estimate().clone()
    fit.extend(10)
    list(fit)
    assert not torch.equal(fit.estimate(), best)


@pytest.mark.parametrize('seed', [0, 3])
def test_the_same_seed_gives_the_same_bits(windowed, seed):
    def run(seed):
        fit = windowed(seed=seed)
        states = list(fit)
        return states, fit.loss_history(), fit.estimate()

    torch.manual_seed(1)
    states, losses, estimate = run(seed)
    torch.manual_seed(2)
    torch.rand(5)
    states_again, losses_again, estimate_again = run(seed)
    # Not a number is not itself, hence the text.
    assert str(states) == str(states_again)
    assert losses == losses_again
    assert torch.equal(estimate, estimate_again)
    _, losses_other, estimate_other = run(seed + 1)
    assert losses != losses_other
    assert not torch.equal(estimate, estimate_other)


@pytest.mark.parametrize('kind', ['windowed', 'whole'])
def test_looking_never_disturbs_the_fit(windowed, make_fit, kind):
    def run(look: bool):
        fit = windowed() if kind == 'windowed' else make_fit()
        states = []
        for state in fit:
            states.append(str(state))
            if look:
                fit.estimate(1)
                fit.estimate(3)
                fit.loss_history()
                fit.state()
        return states, fit.loss_history(), fit.estimate()

    quiet, looked = run(False), run(True)
    assert quiet[:2] == looked[:2]
    assert torch.equal(quiet[2], looked[2])


@pytest.mark.parametrize('average', ['output', 'weights'])
def test_a_fit_that_diverges_once_goes_back_and_on(
    make_problem, make_fit, average
):
    network = Fragile(lambda call: call == 23)
    rule = Script([1.0] * 99)
    fit = make_fit(make_problem(network), [rule], num_iter=60, average=average)
    *_, last = fit
    assert last.reason is StopReason.MAX_NUM_ITER
    assert rule.rewinds == 1
    assert math.isfinite(last.loss)
    assert torch.isfinite(fit.estimate()).all()
    assert all(torch.isfinite(p).all() for p in network.parameters())
    assert fit._optimiser.learning_rate == pytest.approx(5e-3)


@pytest.mark.parametrize('average', ['output', 'weights'])
@pytest.mark.parametrize('first', [2, 30])
@pytest.mark.parametrize('check_every', [1, 10])
def test_a_fit_that_keeps_diverging_ends_with_a_finite_estimate(
    make_problem, make_fit, average, first, check_every
):
    network = Fragile(lambda call: call >= first)
    fit = make_fit(
        make_problem(network),
        num_iter=400,
        average=average,
        check_every=check_every,
    )
    *_, last = fit
    assert last.reason is StopReason.DIVERGED
    assert last.iteration < 120
    assert torch.isfinite(fit.estimate()).all()


@pytest.mark.parametrize('average', ['output', 'weights'])
@pytest.mark.parametrize('learning_rate', [1e3, 1e12])
def test_a_far_too_great_learning_rate_ends_with_a_finite_estimate(
    make_fit, average, learning_rate
):
    fit = make_fit(
        learning_rate=learning_rate,
        average=average,
        num_iter=300,
        check_every=10,
    )
    *_, last = fit
    if learning_rate > 1e6:
        assert last.reason is StopReason.DIVERGED
    assert torch.isfinite(fit.estimate()).all()


def test_a_diverged_fit_that_went_on_falls_back_too(make_problem, make_fit):
    network = Fragile(lambda call: call > 20)
    fit = make_fit(make_problem(network), num_iter=15)
    list(fit)
    fit.extend(100)
    *_, last = fit
    assert last.reason is StopReason.DIVERGED
    assert torch.isfinite(fit.estimate()).all()


def test_a_hot_pixel_seen_now_and_then_is_no_divergence(
    make_problem, make_fit
):
    network = UNetSpec((4, 4)).build(2, 1)
    initialise(network, 0)
    data = 0.01 * make_problem(shape=(64, 64)).data
    data[..., 30, 30] = 64.0
    problem = make_problem(
        network, shape=(64, 64), data=data, latent=dropped(data)
    )
    fit = make_fit(
        problem,
        num_iter=100,
        window=16,
        num_windows=2,
        average='weights',
        check_every=5,
    )
    *_, last = fit
    # The premise: such jumps would be a divergence on whole images.
    losses = np.reshape(fit.loss_history(), (-1, 5)).mean(axis=1)
    assert losses.max() > 100 * losses.min()
    assert last.reason is StopReason.MAX_NUM_ITER
    assert fit._checkpoints.caution == 1


OUT_OF_MEMORY = "DefaultCPUAllocator: can't allocate memory: you tried"


def test_no_memory_for_the_first_iteration_is_said_in_words(
    make_problem, make_fit
):
    network = Fragile(lambda call: True, OUT_OF_MEMORY)
    fit = make_fit(make_problem(network))
    with pytest.raises(MemoryError, match=r'Not enough memory on cpu.*choose'):
        next(fit)
    with pytest.raises(MemoryError) as caught:
        next(fit)
    # On the CPU the CPU is no remedy.
    assert 'device="cpu"' not in str(caught.value)


@pytest.mark.parametrize('average', ['output', 'weights'])
def test_memory_that_runs_out_later_ends_the_fit(
    make_problem, make_fit, average
):
    network = Fragile(lambda call: call > 5, OUT_OF_MEMORY)
    fit = make_fit(make_problem(network), [Script(valley(3))], average=average)
    *_, last = fit
    assert last.reason is StopReason.OUT_OF_MEMORY
    assert last.iteration == 5
    assert torch.isfinite(fit.estimate()).all()


def test_no_memory_for_the_first_average_is_no_lost_fit(make_fit, monkeypatch):
    fit = make_fit()

    def fail(*args):
        raise MemoryError

    monkeypatch.setattr(fit._averaging, 'update', fail)
    with pytest.raises(MemoryError, match='Not enough memory'):
        next(fit)


def test_other_errors_are_not_hidden(make_problem, make_fit):
    network = Fragile(lambda call: call == 3, 'size mismatch')
    with pytest.raises(RuntimeError, match='size mismatch'):
        list(make_fit(make_problem(network)))


@pytest.mark.parametrize('when', ['started', 'ended'])
@pytest.mark.parametrize('average', ['output', 'weights'])
def test_closing_frees_network_and_data(make_fit, make_problem, when, average):
    problem = make_problem()
    fit = make_fit(problem, [HeldOutError()], average=average)
    for _ in range(3):
        next(fit)
    if when == 'ended':
        list(fit)
    losses, metrics = fit.loss_history(), fit.metric_history()
    held = [
        problem.network,
        problem.data,
        problem.latent,
        fit._averaging,
        fit._optimiser,
        next(problem.network.parameters()),
    ]
    references = [weakref.ref(thing) for thing in held]
    del problem, held
    fit.close()
    gc.collect()
    assert [reference() for reference in references] == [None] * 6
    assert fit.loss_history() == losses
    assert fit.metric_history() == metrics
    assert list(fit) == []


def test_a_closed_fit_says_that_it_is_closed(make_fit):
    fit = make_fit()
    next(fit)
    fit.close()
    fit.close()
    fit.stop()
    assert fit.reason is StopReason.USER
    for ask in (fit.estimate, lambda: fit.extend(5)):
        with pytest.raises(RuntimeError, match='memory was given back'):
            ask()
    assert fit.state().iteration == 1


def test_an_untouched_fit_has_no_history(make_fit):
    fit = make_fit()
    assert fit.loss_history() == fit.metric_history() == []
    state = fit.state()
    assert (state.iteration, state.best_iteration, state.reason) == (
        0,
        0,
        None,
    )


class Looks(TorchDispatchMode):
    """Notes every metric that leaves the device.

    Windows and flips are drawn as integers on the CPU, whatever the device.
    """

    def __init__(self) -> None:
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        if func is torch.ops.aten._local_scalar_dense.default:
            self.count += args[0].is_floating_point()
        return func(*args, **(kwargs or {}))


@pytest.mark.parametrize('average', ['output', 'weights'])
@pytest.mark.parametrize('metric', [HeldOutError, WindowedVariance])
def test_only_looks_at_the_metrics_wait_for_the_device(
    make_fit, average, metric
):
    options = {'window': 2} if metric is WindowedVariance else {}
    windowed = average == 'weights'
    fit = make_fit(
        metrics=[metric(**options)],
        average=average,
        check_every=5,
        augment=windowed,
        window=8 if windowed else None,
    )
    waited = []
    for _ in range(10):
        with Looks() as looks:
            next(fit)
        waited.append(looks.count > 0)
    assert waited == [False] * 4 + [True] + [False] * 4 + [True]


class Shifted(FixedLatent):
    """A latent that asks for something else than the data."""

    def draw(self, windows, generator, *, fitting):
        draw = super().draw(windows, generator, fitting=fitting)
        if not fitting:
            return draw
        ones = torch.ones(len(windows), 1, *draw.latent.shape[2:])
        return Draw(draw.latent, shift=3 * ones)


def test_a_latent_may_shift_what_is_asked_for(make_problem, make_fit):
    values = uniform_noise(3, (20, 24), 0, 1.0)
    shifted = make_problem(latent=Shifted(values), held_out=0.2)
    plain = make_problem(latent=FixedLatent(values), held_out=0.2)
    plain = replace(plain, data=plain.data + 3)
    histories = []
    for problem in (shifted, plain):
        fit = make_fit(problem, [HeldOutError()])
        list(fit)
        metrics = [metric for _, metric in fit.metric_history()]
        histories.append((fit.loss_history(), metrics))
    for one, other in zip(*histories, strict=True):
        assert one == pytest.approx(other)


def test_the_data_term_is_that_of_the_problem(make_problem, make_fit):
    def absolute(prediction, data, weight):
        return (weight * (prediction - data).abs()).sum() / weight.sum()

    problem = make_problem(loss=absolute)
    fit = make_fit(problem, [HeldOutError(smoothing=0.0)], num_iter=1)
    state = next(fit)
    output = fit.estimate()
    off = (output - problem.data).abs()
    seen = problem.held_out == 0
    assert state.loss == pytest.approx(off[seen].mean().item())
    assert state.metric == pytest.approx(off[~seen].mean().item())
