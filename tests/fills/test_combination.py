from __future__ import annotations

import numpy as np
import pytest

from napari_dip.fills.combination import (
    Combination,
    HeldOut,
    Step,
    surely,
    told_by_others,
)


def held_out(errors, holes=None, truth=None):
    errors = np.asarray(errors, np.float32)
    number = errors.shape[1]
    truth = np.zeros(number) if truth is None else truth
    # As many holes, of as many pixels each.
    places = np.arange(number) * (holes or number) // number
    return HeldOut(truth + errors, errors, places)


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


def test_fills_that_differ_by_chance_are_averaged():
    errors = drawn(2, 40)
    few = Combination.of(held_out(errors, holes=2))
    np.testing.assert_allclose(few.weights.sum(1), 1)
    assert few.weights.min() > 0.2


@pytest.mark.parametrize('holes', [4, 40])
def test_a_fill_that_is_exact_is_taken_alone(holes):
    noise = drawn(400)
    errors = [noise, 0.5 * noise, 1e-7 * noise]
    found = Combination.of(held_out(errors, holes))
    np.testing.assert_allclose(found.weights[:, 2], 1, atol=1e-6)


def test_the_spread_of_holes_decides_and_not_that_of_pixels():
    # One of ten holes says it, by much.
    errors = np.ones((2, 1000))
    errors[1, 300:400] = 0.1
    alone = Combination.of(held_out(errors, 10))
    all_say_it = errors.copy()
    all_say_it[1] = 0.9
    sure = Combination.of(held_out(all_say_it, 10))
    assert 0.2 < alone.weights[0, 0] < 0.8
    np.testing.assert_allclose(sure.weights[:, 1], 1)


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
    assert step.share == 0
    assert (step.left**2).sum() == pytest.approx((first**2).sum())


def test_a_step_that_other_pixels_confirm_is_taken():
    first = drawn(4000)
    step = Step.judged(held_out([first, 0.1 * first]))
    assert step.share > 0.95
    assert (step.left**2).sum() < 0.05 * (first**2).sum()


def test_without_held_out_pixels_nothing_is_taken():
    step = Step.judged(HeldOut.join([], 2))
    assert step(np.array([[1.0], [5.0]])) == 1


def test_a_hole_is_one_sample_in_all_channels():
    held = np.zeros((2, 20, 20), bool)
    held[:, 2:5, 2:5] = held[1, 10:12, 10:12] = True
    made = np.ones((1, *held.shape))
    one = HeldOut.of(made, 0 * made[0], held)
    assert one.holes.tolist() == [1] * 18 + [2] * 4
    both = HeldOut.join([one, one], 1)
    assert np.unique(both.holes).size == 4


def test_halves_tell_each_other_and_one_hole_nothing():
    first = drawn(400)
    errors = np.stack([first, 0.1 * first])
    two = told_by_others(held_out(errors, 2))
    np.testing.assert_allclose(two, errors[1], rtol=1e-4)
    one = told_by_others(held_out(errors, 1))
    np.testing.assert_allclose(one, errors[0], rtol=1e-6)


def test_a_step_of_chance_is_not_taken():
    gain = np.random.default_rng(0).normal(size=400)
    assert surely(gain - gain.mean() + 0.9 / 20, np.arange(400)) == 0
    assert surely(gain - gain.mean() + 0.5, np.arange(400)) > 0.95


def test_no_step_is_longer_than_any_that_was_judged():
    generator = np.random.default_rng(0)
    errors = np.stack([np.ones(400), generator.normal(0, 0.1, 400)])
    held = HeldOut(errors, errors, np.arange(400))
    step = Step.judged(held)
    near, far = step(np.array([[1.0, 1.0], [0.0, 90.0]]))
    assert abs(near) < 0.2
    assert far == pytest.approx(1 + step.share * step.longest)
    assert step.longest < 1.5
