from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_dip.noise.intensity import Intensity, Standard, Unit
from napari_dip.noise.variance import VarianceModel, estimate_variance

rng = np.random.default_rng(0)


def everywhere(image: np.ndarray) -> np.ndarray:
    return np.ones(image.shape, bool)


def told(image: np.ndarray) -> list[VarianceModel]:
    return [estimate_variance(plane) for plane in image]


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 99),
    offset=st.floats(-1e5, 1e5),
    scale=st.floats(1e-3, 1e4),
    range_=st.sampled_from([Standard(), Unit()]),
    channels=st.integers(1, 3),
)
def test_there_and_back(seed, offset, scale, range_, channels):
    generator = np.random.default_rng(seed)
    image = offset + scale * generator.normal(size=(channels, 16, 17))
    intensity = Intensity(image, everywhere(image), range_)
    inner = intensity.forward(image, everywhere(image))
    back = intensity.backward(inner)
    assert inner.dtype == back.dtype == np.float32
    # Within the precision of float32.
    atol = 1e-5 * scale + 1e-6 * abs(offset)
    np.testing.assert_allclose(back, image, atol=atol, rtol=0)


def test_standard_has_mean_zero_and_deviation_one_in_each_channel():
    image = np.stack(
        [rng.normal(9, 2, (30, 30)), rng.normal(-5, 70, (30, 30))]
    )
    inner = Intensity(image, everywhere(image), Standard()).forward(
        image, everywhere(image)
    )
    # Nearly: the outermost thousandths do not set the scale.
    np.testing.assert_allclose(inner.mean(axis=(1, 2)), 0, atol=1e-3)
    np.testing.assert_allclose(inner.std(axis=(1, 2)), 1, rtol=1e-2)


def test_a_hot_pixel_does_not_set_the_scale():
    image = rng.normal(100, 5, (1, 64, 64))
    image[0, 5, 5] = 60_000
    inner = Intensity(image, everywhere(image), Standard()).forward(
        image, everywhere(image)
    )
    others = np.delete(inner.ravel(), 5 * 64 + 5)
    assert others.std() == pytest.approx(1, rel=0.02)


def test_unit_is_a_byte_of_255_and_anything_else_its_range():
    byte = rng.integers(10, 90, (1, 20, 20), dtype=np.uint8)
    inner = Intensity(byte, everywhere(byte), Unit()).forward(
        byte, everywhere(byte)
    )
    np.testing.assert_allclose(inner, byte / 255, rtol=1e-6)
    counts = byte.astype(np.uint16) + 33_000
    inner = Intensity(counts, everywhere(counts), Unit()).forward(
        counts, everywhere(counts)
    )
    assert (inner.min(), inner.max()) == (0, 1)


@pytest.mark.parametrize('range_', [Standard(), Unit()])
@pytest.mark.parametrize('poison', [np.nan, np.inf, -np.inf, 1e30])
def test_unknown_pixels_have_no_say(range_, poison):
    image = rng.normal(100, 5, (1, 20, 20))
    known = everywhere(image)
    known[0, 3:6, 4] = False
    spoilt = np.where(known, image, poison)
    clean, dirty = (
        Intensity(
            pixels,
            known,
            range_,
            stabilise_noise=True,
            variance=told(np.where(known, pixels, np.nan)),
        ).forward(pixels, known)
        for pixels in (image, spoilt)
    )
    np.testing.assert_array_equal(dirty, clean)
    assert (dirty[~known] == 0).all()


def test_nothing_is_clipped():
    image = rng.uniform(0, 1, (1, 20, 20))
    for range_ in (Standard(), Unit()):
        intensity = Intensity(image, everywhere(image), range_)
        far = intensity.backward(np.array([[[-9.0, 9.0]]]))
        assert far.min() < -1
        assert far.max() > 2


@pytest.mark.parametrize('gain', [0.5, 4.0])
@pytest.mark.parametrize('offset', [0.0, 500.0])
def test_stabilised_noise_is_of_one_strength_and_the_mean_returns(
    gain, offset
):
    photons = np.repeat([10.0, 100.0], 64)[:, None] * np.ones((128, 128))
    image = gain * rng.poisson(photons)[None] + offset
    intensity = Intensity(
        image,
        everywhere(image),
        Standard(),
        stabilise_noise=True,
        variance=told(image),
    )
    assert 'Poisson-Gaussian noise, gain' in intensity.describe()
    inner = intensity.forward(image, everywhere(image))[0]
    dim, bright = inner[:60], inner[68:]
    assert bright.std() / dim.std() == pytest.approx(1, abs=0.15)
    means = np.array([[[dim.mean(), bright.mean()]]])
    found = intensity.backward(means)[0, 0]
    expected = gain * np.array([10, 100]) + offset
    np.testing.assert_allclose(found - offset, expected - offset, rtol=0.05)


@pytest.mark.parametrize(
    ('gain', 'words'),
    [
        (0.0, 'Gaussian noise of one variance'),
        (0.05, 'one variance (which the gain of 0.05 hardly changes)'),
        (2.0, 'Poisson-Gaussian noise, gain 2 (estimated)'),
    ],
)
def test_what_was_measured_is_named_where_it_was_not_assumed(gain, words):
    # The form names the gain before the run.
    image = np.linspace(20, 200, 64**2).reshape(1, 64, 64)
    intensity = Intensity(
        image,
        everywhere(image),
        Standard(),
        stabilise_noise=True,
        variance=(VarianceModel(gain, 20.0),),
    )
    assert intensity.describe().endswith(words)


def test_noise_of_one_strength_is_left_as_it_is():
    image = rng.normal(100, 5, (1, 64, 64)) + np.linspace(0, 50, 64)
    intensity = Intensity(
        image,
        everywhere(image),
        Standard(),
        stabilise_noise=True,
        variance=told(image),
    )
    assert intensity.describe().startswith('Gaussian noise of one variance')
    inner = intensity.forward(image, everywhere(image))
    np.testing.assert_allclose(
        np.diff(inner[0], axis=1) * image.std(),
        np.diff(image[0], axis=1),
        rtol=1e-2,
        atol=1e-3,
    )


def test_a_constant_or_missing_channel_is_no_division_by_zero():
    image = np.stack([rng.normal(size=(20, 20)), np.full((20, 20), 7.0)])
    known = everywhere(image)
    for range_ in (Standard(), Unit()):
        intensity = Intensity(
            image, known, range_, stabilise_noise=True, variance=told(image)
        )
        back = intensity.backward(intensity.forward(image, known))
        np.testing.assert_allclose(back[1], 7)
    known[1] = False
    inner = Intensity(image, known, Standard()).forward(image, known)
    assert (inner[1] == 0).all()


_TOLD = {'stabilise_noise': True, 'undo_clipping': True}


def _noise_in_range(*planes, **options):
    image = np.stack(planes)
    intensity = Intensity(
        image,
        everywhere(image),
        Standard(),
        variance=told(image),
        **options,
    )
    found = intensity.deviation(), intensity.even
    return *found, np.array([s.factor for s in intensity.channels])


def test_noise_of_one_variance_is_known_in_the_range_of_the_network():
    rng = np.random.default_rng(0)
    ramp = np.linspace(5, 90, 96 * 96).reshape(96, 96)
    steady, growing = ramp + rng.normal(0, 7, ramp.shape), rng.poisson(ramp)
    found, even, factors = _noise_in_range(steady, steady, **_TOLD)
    assert even
    assert found == pytest.approx(7 / factors, rel=0.1)
    # In the dark there is less of it when it is stabilised.
    found, even, factors = _noise_in_range(steady, growing, **_TOLD)
    assert not even
    assert found == pytest.approx([7, 1] / factors, rel=0.1)
    # Nor is it known where neighbours may share it.
    assert _noise_in_range(steady, steady)[0] is None


def test_stabilised_noise_of_enough_light_is_known():
    rng = np.random.default_rng(0)
    light = np.linspace(20, 200, 96 * 96).reshape(96, 96)
    found, even, factors = _noise_in_range(3.0 * rng.poisson(light), **_TOLD)
    assert even
    assert found == pytest.approx(1 / factors, rel=0.1)


@pytest.mark.parametrize('light', [None, 100.0])
def test_noise_that_outweighs_the_signal_is_not_told(light):
    rng = np.random.default_rng(0)
    ramp = np.linspace(-1, 1, 96 * 96).reshape(96, 96)
    for strength, known in ((20.0, True), (5.0, False)):
        if light is None:
            plane = strength * ramp + rng.normal(0, 10.0, ramp.shape)
        else:
            plane = rng.poisson(light + strength * ramp)
        assert _noise_in_range(plane, **_TOLD)[1] == known
