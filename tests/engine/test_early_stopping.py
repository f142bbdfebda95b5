from __future__ import annotations

import math
from functools import partial

import numpy as np
import pytest
import torch

from napari_dip.engine.early_stopping import (
    EarlyStopping,
    HeldOut,
    HeldOutEstimate,
    MovingVariance,
    NoRule,
)
from napari_dip.engine.metrics import (
    HeldOutError,
    Observation,
    WindowedVariance,
)
from napari_dip.engine.state import StopReason

rule_of = partial(EarlyStopping, HeldOutError())


def follow(metrics, **options) -> EarlyStopping:
    rule = rule_of(**options)
    for iteration, metric in enumerate(metrics, start=1):
        rule.update(iteration, metric)
    return rule


def valley(centre: float, depth: float, width: float, count: int = 100):
    t = np.arange(1, count + 1)
    return -depth * np.exp(-(((t - centre) / width) ** 2))


def test_patience_confirms_a_minimum_and_not_before():
    rule = rule_of(patience=5)
    assert rule.update(3, 1.0)
    for iteration in range(4, 8):
        assert not rule.update(iteration, 1.5)
        assert not rule.state.confirmed
    assert not rule.update(8, 1.5)
    assert rule.state.confirmed
    assert (rule.state.best, rule.state.best_iteration) == (1.0, 3)


def test_a_confirmed_minimum_is_frozen_though_a_later_valley_is_lower():
    metrics = 2 + valley(30, 1, 8) + valley(80, 1.5, 8)
    rule = follow(metrics, patience=20)
    assert rule.state.best_iteration == 30
    assert follow(metrics, patience=60).state.best_iteration == 80
    assert not rule.update(200, 0.0)
    assert rule.state.best_iteration == 30


def test_a_false_dip_in_the_warm_up_is_passed_by_a_late_start():
    metrics = 2 + valley(6, 1, 3) + valley(50, 0.8, 12)

    def best(min_start):
        rule = EarlyStopping(HeldOutError(0.0, min_start), patience=20)
        for iteration, metric in enumerate(metrics, start=1):
            rule.metric.observe(
                Observation(
                    iteration, torch.zeros(1), torch.tensor(float(metric))
                )
            )
            if (value := rule.metric.value()) is not None:
                rule.update(iteration, float(value))
        return rule.state.best_iteration

    assert best(min_start=0) == 6
    assert best(min_start=15) == 50


def test_what_is_within_tolerance_is_not_lower():
    rule = rule_of(patience=10, tolerance=0.1)
    assert rule.update(1, 1.0)
    assert not rule.update(2, 0.95)
    assert rule.update(3, 0.85)


def test_a_metric_that_is_no_number_is_passed_over():
    rule = follow([1.0, math.nan, -math.inf, math.inf], patience=50)
    assert (rule.state.best, rule.state.best_iteration) == (1.0, 1)
    assert not rule.state.confirmed


def test_the_iteration_of_the_estimate_is_settled_in_the_end():
    rule = rule_of(patience=5)
    rule.settle(9)
    assert rule.state.best_iteration == 0
    rule.update(3, 1.0)
    rule.settle(9)
    assert (rule.state.best, rule.state.best_iteration) == (1.0, 9)


@pytest.mark.parametrize(
    ('spec', 'held_out', 'reason'),
    [
        (HeldOut(part=0.1, patience=7), 0.1, StopReason.HELD_OUT_MINIMUM),
        (MovingVariance(patience=7), 0.0, StopReason.VARIANCE_MINIMUM),
    ],
)
def test_a_rule_has_its_metric_patience_and_reason(spec, held_out, reason):
    rule = spec.make(seed=0)
    assert spec.held_out == held_out
    assert (rule.reason, rule.patience) == (reason, 7)


def test_without_a_rule_nothing_is_held_out():
    assert NoRule().make(0) is None
    assert NoRule().held_out == 0
    assert NoRule().shortened(10, 100) == NoRule()


def test_a_shorter_fit_starts_to_look_as_much_earlier():
    rule = MovingVariance(window=7, min_start=40)
    shorter = rule.shortened(25, 100)
    assert shorter == MovingVariance(window=7, min_start=10)
    metric = shorter.make(seed=0).metric
    assert isinstance(metric, WindowedVariance)
    assert (metric.window, metric.min_start) == (7, 10)


class WithChanceError(HeldOutError):
    def chance(self) -> float:
        return 0.1


def test_a_later_estimate_is_kept_that_is_above_by_no_more_than_chance():
    rule = EarlyStopping(WithChanceError(), patience=30)
    kept = [
        iteration
        for iteration, value in enumerate(
            [2.0, 1.0, 1.05, 1.2, 1.09, 1.2, 1.3, 1.05], 1
        )
        if rule.update(10 * iteration, value)
    ]
    assert kept == [1, 2, 3, 5, 8]
    assert rule.state.best == 1.0
    assert rule.state.best_iteration == 80
    assert not rule.state.confirmed
    for iteration in (90, 100, 110):
        rule.update(iteration, 1.5)
    assert rule.state.confirmed


def test_a_rule_of_blocks_keeps_their_neighbours_from_the_fit():
    rule = HeldOutEstimate(part=0.02, block=(3, 3))
    assert rule.held_out == 0.02
    assert rule.held_out_block == (3, 3)
    assert rule.make(0).patience == 100
