from __future__ import annotations

import numpy as np
import pytest

from napari_dip.noise.variance import VarianceModel
from napari_dip.noise.variance_stabilisation import invert, stabilise


@pytest.mark.parametrize('photons', [5, 20, 100])
@pytest.mark.parametrize('read', [0.0, 2.0])
def test_variance_becomes_one_and_the_mean_returns(photons, read):
    gain, offset = 3.0, 100.0
    generator = np.random.default_rng(0)
    counts = generator.poisson(photons, 200_000) + generator.normal(
        0, read, 200_000
    )
    image = gain * counts + offset
    noise = VarianceModel(gain, (gain * read) ** 2 - gain * offset)
    stabilised = stabilise(image, noise)
    assert np.var(stabilised) == pytest.approx(1, abs=0.06)
    mean = invert(stabilised.mean(), noise)
    assert mean == pytest.approx(gain * photons + offset, rel=0.005)


@pytest.mark.parametrize('gain', [0.0, 1e-9])
def test_gaussian_noise_is_only_scaled(gain):
    image = np.linspace(-50, 500, 100)
    noise = VarianceModel(gain, 25.0)
    stabilised = stabilise(image, noise)
    np.testing.assert_allclose(np.diff(stabilised), np.diff(image) / 5)
    np.testing.assert_allclose(invert(stabilised, noise), image)
