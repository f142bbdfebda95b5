from __future__ import annotations

import numpy as np
import pytest

from napari_dip.fills.combination import (
    Combination,
    HeldOut,
    Step,
    independent,
    surely,
)


def held_out(errors, number=None, truth=None):
    errors = np.asarray(errors, np.float32)
    truth = np.zeros(errors.shape[1]) if truth is None else truth
    return HeldOut(truth + errors, errors, number or errors.shape[1])


def drawn(*shape, seed=0):
    return np.random.default_rng(seed).normal(size=shape)


def test_the_fill_of_least_error_is_taken():
    good = drawn(2000)
    found = Combination.of(held_out([3 * good, good, 5 * good]))
    np.testing.assert_allclose(found.weights[:, 1], 1, atol=0.05)


def test_errors_that_differ_are_averaged():
    errors = drawn(2, 20_000)
    found = Combination.of(held_out(errors))
    np.testing.assert_allclose(found.weights, 0.5, atol=0.1)
    mean = found(errors, errors)
    assert mean.std() < 0.8 * errors.std()


def test_pixels_where_fills_differ_more_have_weights_of_their_own():
    noise = drawn(10_000)
    # Where the first is good both are alike.
    near = np.stack([0.1 * noise, 0.2 * noise])
    far = np.stack([20 * noise, noise])
    found = Combination.of(held_out(np.hstack([near, far])))
    assert found.weights[0, 0] > 0.8
    assert found.weights[-1, 1] > 0.9


def test_weights_are_none_negative_and_one_in_sum():
    errors = drawn(4, 50)
    for held in (held_out(errors + errors[0]), HeldOut.join([], 2)):
        weights = Combination.of(held).weights
        assert (weights >= 0).all()
        np.testing.assert_allclose(weights.sum(1), 1)


def test_few_errors_leave_the_mean_of_all():
    good = drawn(200)
    few = Combination.of(held_out([good, 1.2 * good], number=1.0))
    many = Combination.of(held_out([good, 1.2 * good]))
    assert few.weights[:, 1].mean() > 0.3
    assert many.weights[:, 1].mean() < 0.1


def test_the_error_is_told_by_how_much_fills_differ():
    scale = np.repeat([1.0, 2.0, 4.0, 8.0, 16.0], 4000)
    errors = scale * drawn(2, 20_000)
    found = Combination.of(held_out(errors))
    told = np.sqrt(found.variance(errors).mean())
    assert told == pytest.approx(found(errors, errors).std(), rel=0.05)
    calm = np.sqrt(found.variance(errors[:, :4000]).mean())
    assert calm < 0.6 * told
    # In proportion beyond what was seen.
    wild = np.array([[-1e3], [1e3]])
    assert found.variance(2 * wild) == pytest.approx(4 * found.variance(wild))


def test_a_step_that_other_pixels_do_not_confirm_is_not_taken():
    first = drawn(400)
    step = Step.judged(held_out([first, 1.5 * first]))
    np.testing.assert_array_equal(step.mixed.weights[:, 0], 1)
    assert step.squares == pytest.approx((first**2).sum(), rel=1e-5)


def test_a_step_that_other_pixels_confirm_is_taken():
    first = drawn(4000)
    step = Step.judged(held_out([first, 0.1 * first]))
    assert step.mixed.weights[:, 1].mean() > 0.95
    assert step.squares < 0.05 * (first**2).sum()


def test_without_held_out_pixels_nothing_is_taken():
    step = Step.judged(HeldOut.join([], 2))
    np.testing.assert_array_equal(step.mixed.weights[:, 0], 1)


def test_errors_are_alike_as_far_as_the_nearest_known_pixel():
    held = np.zeros((1, 90, 90), bool)
    assert independent(held) == 0
    held[0, 10:90:20, 10:90:20] = True
    assert independent(held) == 16
    rows, columns = np.mgrid[:90, :90]
    disc = np.hypot(rows - 45, columns - 45) < 30
    assert independent(disc[None]) == pytest.approx(1, abs=0.1)
    lines = (rows % 30 < 5)[None]
    assert 30 < independent(lines) < 90


def test_a_step_of_chance_is_not_taken():
    gain = np.random.default_rng(0).normal(size=400)
    assert surely(gain - gain.mean() + 0.9 / 20, 400.0) == 0
    assert surely(gain - gain.mean() + 0.5, 400.0) > 0.95
