from __future__ import annotations

import numpy as np
import pytest

from napari_dip import sample_prior

COLOURS = np.random.default_rng(0).normal(
    (100, 50, 10), (10, 5, 1), (24, 28, 3)
)


def test_samples_differ_and_look_like_the_image_in_mean_and_deviation():
    first, record = sample_prior(
        COLOURS, samples=3, preset='fast', device='cpu', return_info=True
    )
    assert list(record.companions) == ['sample 2', 'sample 3']
    for sample in (first, *record.companions.values()):
        assert sample.shape == COLOURS.shape
        for f in (np.mean, np.std):
            np.testing.assert_allclose(
                f(sample, axis=(0, 1)), f(COLOURS, axis=(0, 1)), rtol=1e-3
            )
    assert not np.allclose(first, record.companions['sample 2'])
    # Another seed begins with the next of them.
    again = sample_prior(
        COLOURS, samples=1, preset='fast', device='cpu', seed=1
    )
    np.testing.assert_array_equal(again, record.companions['sample 2'])


@pytest.mark.parametrize('samples', [0, 17, 1.5])
def test_a_number_that_makes_no_sense(samples):
    with pytest.raises(ValueError, match=r'^samples: '):
        sample_prior(COLOURS, samples=samples)
