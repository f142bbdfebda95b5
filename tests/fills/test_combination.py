from __future__ import annotations

import numpy as np

from napari_dip.fills.combination import (
    NUM_CLASSES,
    Errors,
    class_of,
    combine,
    depth_of,
    guarded,
    surely,
)


def test_the_fill_of_least_error_is_taken():
    errors = Errors(3)
    generator = np.random.default_rng(0)
    good = generator.normal(size=2000)
    classes = np.zeros(2000, int)
    errors.add(np.stack([3 * good, good, 5 * good]), classes)
    np.testing.assert_allclose(errors.weights()[0], [0, 1, 0], atol=0.01)


def test_errors_that_differ_are_averaged():
    errors = Errors(2)
    drawn = np.random.default_rng(0).normal(size=(2, 20_000))
    errors.add(drawn, np.zeros(20_000, int))
    weights = errors.weights()
    np.testing.assert_allclose(weights[0], 0.5, atol=0.03)
    assert errors.rms(weights) < 0.8


def test_each_depth_has_its_own_as_far_as_its_pixels_tell():
    errors = Errors(2)
    generator = np.random.default_rng(0)
    shallow, deep = np.zeros(5000, int), np.full(5000, 3)
    noise = generator.normal(size=5000)
    errors.add(np.stack([noise, 4 * noise]), shallow)
    errors.add(np.stack([4 * noise, noise]), deep)
    weights = errors.weights()
    assert weights[0, 0] > 0.9
    assert weights[3, 1] > 0.9
    few = Errors(2)
    few.add(np.stack([noise, 4 * noise]), shallow)
    few.add(np.array([[4.0], [1.0]]), np.array([3]))
    assert few.weights()[3, 0] > 0.9


def test_weights_are_none_negative_and_one_in_sum():
    errors = Errors(4)
    drawn = np.random.default_rng(0).normal(size=(4, 50))
    errors.add(drawn + drawn[0], np.arange(50) % NUM_CLASSES)
    weights = errors.weights()
    assert (weights >= 0).all()
    np.testing.assert_allclose(weights.sum(1), 1)
    np.testing.assert_allclose(Errors(2).weights().sum(1), 1)


def test_a_pixel_has_the_weights_of_its_depth():
    missing = np.zeros((1, 9, 9), bool)
    missing[0, 2:7, 2:7] = True
    classes = class_of(depth_of(missing))
    weights = np.zeros((NUM_CLASSES, 2))
    weights[:, 0] = 1
    weights[1] = 0, 1
    fills = [np.full(missing.shape, v, np.float32) for v in (3, 8)]
    combined = combine(fills, weights, classes)
    assert combined[0, 2, 4] == 3
    assert combined[0, 4, 4] == 8


def errors_of(drawn):
    errors = Errors(len(drawn))
    errors.add(drawn, np.zeros(drawn.shape[1], int))
    return errors


def test_a_mixture_that_other_holes_do_not_confirm_is_the_best_fill():
    generator = np.random.default_rng(0)
    told = generator.normal(size=(2, 400))
    shared = generator.normal(size=400)
    judged = np.stack([shared, 1.5 * shared])
    classes = np.zeros(400, int)
    weights = guarded(
        errors_of(told), errors_of(judged), judged, classes, 400.0
    )
    np.testing.assert_array_equal(weights[:, 0], 1)


def test_a_mixture_that_other_holes_confirm_is_taken():
    told, judged = np.random.default_rng(0).normal(size=(2, 2, 4000))
    classes = np.zeros(4000, int)
    weights = guarded(
        errors_of(told), errors_of(judged), judged, classes, 4000.0
    )
    np.testing.assert_allclose(weights[0], 0.5, atol=0.05)


def test_a_step_of_chance_is_not_taken():
    gain = np.random.default_rng(0).normal(size=400)
    assert surely(gain - gain.mean() + 0.9 / 20, 400.0) == 0
    assert surely(gain - gain.mean() + 0.5, 400.0) > 0.95
