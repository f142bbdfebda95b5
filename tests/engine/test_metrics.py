from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_dip.engine.early_stopping import EarlyStopping
from napari_dip.engine.metrics import (
    ExponentialVariance,
    HeldOutError,
    Observation,
    WindowedVariance,
)
from napari_dip.engine.state import StopReason


def observation(iteration, output=None, error=None) -> Observation:
    return Observation(
        iteration,
        torch.zeros(1, 1, 2, 2) if output is None else output,
        None if error is None else torch.tensor(float(error)),
    )


def outputs(count: int, seed: int = 0, shape=(1, 2, 5, 6)) -> torch.Tensor:
    """Outputs that settle on a picture far from zero and then wander."""
    generator = torch.Generator().manual_seed(seed)
    noise = torch.randn(count, *shape, generator=generator)
    picture = 10 * torch.rand(shape, generator=generator)
    spread = torch.linspace(1, 0.01, count).reshape(-1, 1, 1, 1, 1)
    return picture + spread * noise


def test_every_reason_is_a_sentence_of_its_own():
    words = [reason.value for reason in StopReason]
    assert len(set(words)) == len(words)
    assert all(' ' in text and not text.endswith('.') for text in words)


@settings(deadline=None, max_examples=30)
@given(
    window=st.integers(2, 12),
    count=st.integers(1, 60),
    seed=st.integers(0, 99),
)
def test_moving_variance_is_that_of_the_last_outputs(window, count, seed):
    rule = WindowedVariance(window)
    pictures = outputs(count, seed)
    for index, picture in enumerate(pictures):
        rule.observe(observation(index + 1, picture))
    if count < window:
        assert rule.value() is None
        return
    last = pictures[-window:].double().numpy()
    expected = np.var(last, axis=0).mean()
    assert rule.value().item() == pytest.approx(expected, rel=5e-3)


def test_moving_variance_does_not_drift_in_a_long_fit():
    rule = WindowedVariance(10)
    pictures = outputs(3000)
    for index, picture in enumerate(pictures):
        rule.observe(observation(index + 1, picture))
    expected = np.var(pictures[-10:].double().numpy(), axis=0).mean()
    assert rule.value().item() == pytest.approx(expected, rel=0.02)


def test_moving_variance_takes_memory_that_no_image_raises():
    rule = WindowedVariance(window=5, num_pixels=100)
    for index in range(23):
        rule.observe(observation(index + 1, torch.rand(1, 3, 64, 64)))
    tensors = [v for v in vars(rule).values() if isinstance(v, torch.Tensor)]
    assert sum(t.numel() for t in tensors) <= (5 + 3) * 100
    # Of uniform values, independent from output to output.
    assert rule.value().item() == pytest.approx(1 / 12 * 4 / 5, rel=0.2)


def test_a_sample_stands_for_the_whole_and_depends_on_the_seed():
    def metric(seed, num_pixels):
        rule = WindowedVariance(20, num_pixels=num_pixels, seed=seed)
        for index, picture in enumerate(outputs(20, shape=(1, 1, 64, 64))):
            rule.observe(observation(index + 1, picture))
        return rule.value().item()

    whole = metric(0, 64 * 64)
    assert metric(1, 1000) == pytest.approx(whole, rel=0.1)
    assert metric(1, 1000) == metric(1, 1000) != metric(2, 1000)


def test_moving_variance_waits_for_its_start_and_for_a_full_window():
    rule = WindowedVariance(window=3, min_start=10)
    given = []
    for index, picture in enumerate(outputs(15)):
        rule.observe(observation(index + 1, picture))
        if rule.value() is not None:
            given.append(index + 1)
    assert given == [13, 14, 15]


def test_moving_variance_rewinds_to_an_empty_window():
    rule, fresh = WindowedVariance(4), WindowedVariance(4)
    for index in range(9):
        rule.observe(observation(index, torch.full((1, 1, 2, 2), torch.nan)))
    rule.rewind()
    assert rule.value() is None
    for index, picture in enumerate(outputs(6)):
        rule.observe(observation(index, picture))
        fresh.observe(observation(index, picture))
    assert rule.value() == fresh.value()


@settings(deadline=None, max_examples=30)
@given(
    weight=st.floats(0.1, 0.9),
    count=st.integers(1, 130),
    seed=st.integers(0, 99),
)
def test_exponential_variance_is_that_of_fading_outputs(weight, count, seed):
    rule = ExponentialVariance(weight)
    pictures = outputs(count, seed)
    for index, picture in enumerate(pictures):
        rule.observe(observation(index + 1, picture))
    if count < round(10 / weight):
        assert rule.value() is None
        return
    weights = weight * (1 - weight) ** np.arange(count, dtype=float)[::-1]
    weights[0] /= weight  # all that came before the first is the first
    values = pictures.double().numpy()
    mean = np.average(values, axis=0, weights=weights)
    expected = np.average((values - mean) ** 2, axis=0, weights=weights)
    assert rule.value().item() == pytest.approx(expected.mean(), rel=5e-3)


def test_exponential_variance_finds_the_valley_that_the_window_finds():
    generator = torch.Generator().manual_seed(0)
    metrics = (WindowedVariance(20), ExponentialVariance(0.1))
    rules = [EarlyStopping(metric, patience=200) for metric in metrics]
    for iteration in range(1, 601):
        spread = 1 + abs(iteration - 300) / 50
        picture = spread * torch.randn(1, 1, 32, 32, generator=generator)
        for metric, rule in zip(metrics, rules, strict=True):
            metric.observe(observation(iteration, picture))
            if (value := metric.value()) is not None:
                rule.update(iteration, float(value))
    assert [rule.state.confirmed for rule in rules] == [True, True]
    # Both look back: the window by half its length, the average by 1 / weight.
    assert all(295 <= rule.state.best_iteration <= 325 for rule in rules)


def test_exponential_variance_waits_for_its_start_and_forgets_on_rewind():
    rule, fresh = (ExponentialVariance(0.5, min_start=5) for _ in range(2))
    for index in range(30):
        rule.observe(observation(index, torch.full((1, 1, 2, 2), torch.nan)))
    rule.rewind()
    given = []
    for index, picture in enumerate(outputs(30)):
        for one in (rule, fresh):
            one.observe(observation(index + 1, picture))
        assert rule.value() == fresh.value()
        if rule.value() is not None:
            given.append(index + 1)
    assert given[0] == 5 + 20


@given(error=st.floats(0.01, 100), count=st.integers(1, 20))
def test_held_out_error_starts_without_bias(error, count):
    rule = HeldOutError(0.97)
    for index in range(count):
        rule.observe(observation(index + 1, error=error))
    assert rule.value().item() == pytest.approx(error, rel=1e-4)


def test_held_out_error_is_the_weighted_mean_of_the_past():
    errors = np.random.default_rng(0).uniform(size=30)
    rule = HeldOutError(0.9)
    for index, error in enumerate(errors):
        rule.observe(observation(index + 1, error=error))
    weights = 0.9 ** np.arange(30)[::-1]
    expected = np.average(errors, weights=weights)
    assert rule.value().item() == pytest.approx(expected, rel=1e-5)


def test_held_out_error_needs_pixels_a_start_and_forgets_on_rewind():
    rule = HeldOutError(0.9, min_start=2)
    rule.observe(observation(1))
    assert rule.value() is None
    rule.observe(observation(2, error=100))
    assert rule.value() is None
    rule.observe(observation(3, error=100))
    assert rule.value() is not None
    rule.rewind()
    assert rule.value() is None
    rule.observe(observation(4, error=1))
    assert rule.value().item() == pytest.approx(1)
