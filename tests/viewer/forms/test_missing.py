"""What a layer lacks is filled, said, and the same as from Python."""

from __future__ import annotations

import numpy as np
import pytest

from napari_dip import denoise
from napari_dip.viewer.layers.result import METADATA_KEY


@pytest.fixture
def restore(viewer, open_form, finish):
    """Restore a layer, and return that of the result and what was said."""

    def restore(data, **options):
        viewer.add_image(data, **options)
        form = open_form()
        form.start()
        finish(form)
        result = viewer.layers[-1]
        said = form.panel.monitor.status.value
        for note in result.metadata[METADATA_KEY]['notes']:
            assert note in said
        return result.data, said

    return restore


def test_pixels_that_are_no_numbers_are_counted(noisy, restore):
    image = noisy.astype(float)
    image[3, 4:10], image[20, 20] = np.nan, np.inf
    result, said = restore(image, contrast_limits=(0, 400))
    assert '7 pixels that are not finite numbers were filled in.' in said
    assert np.isfinite(result).all()


def test_opacity_is_no_intensity(restore):
    rng = np.random.default_rng(0)
    rgba = rng.integers(80, 160, (32, 32, 4), np.uint8)
    rgba[:6, :9] = (255, 255, 255, 0)
    rgba[20:, :, 3] = 1
    result, said = restore(rgba, rgb=True)
    assert '54 pixels that are fully transparent were filled in.' in said
    np.testing.assert_array_equal(result[..., 3], rgba[..., 3])
    # White under transparency is no data.
    assert result[:6, :9, :3].max() < 200
    expected = denoise(rgba, preset='fast', max_num_iter=4)
    difference = np.rint(expected) - result
    # A number of threads of its own changes the last digits.
    assert np.abs(difference).max() <= 1


def test_masked_pixels_are_missing(noisy, restore):
    image = noisy.copy()
    image[5:9, 5:9] = 60_000
    result, said = restore(np.ma.masked_greater(image, 50_000))
    assert '16 pixels that are masked were filled in.' in said
    assert result.max() < 1000


def test_masked_pixels_of_lazy_data_are_missing(noisy, restore):
    da = pytest.importorskip('dask.array')
    image = np.ma.masked_greater(noisy, 300)
    count = int(image.mask.sum())
    lazy = da.from_array(image, chunks=16)
    _, said = restore(lazy, contrast_limits=(0, 400))
    assert f'{count} pixels that are masked were filled in.' in said
