"""Hot and dead pixels."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from napari_dip import denoise
from napari_dip.noise.defects import find_defects, find_saturated


@pytest.fixture
def truth():
    rng = np.random.default_rng(0)
    spots = gaussian_filter(rng.random((96, 96)) > 0.98, 2, output=float)
    return 20 + 2000 * spots


@pytest.fixture
def cells(truth):
    return np.random.default_rng(1).poisson(truth).astype(np.uint16)


def test_hot_and_dead_pixels_are_found_and_nothing_else(cells):
    damaged = cells + 100
    damaged[10, 20] = 60_000
    damaged[50, 51] = 0
    assert np.argwhere(find_defects(damaged)).tolist() == [[10, 20], [50, 51]]


def test_noise_and_cells_are_no_defects(cells):
    assert not find_defects(cells).any()


def test_pixels_that_are_no_numbers_are_no_defects(cells):
    image = cells.astype(float)
    image[5, 5] = np.nan
    image[7, 7] = np.inf
    assert not find_defects(image).any()


def test_texture_of_single_pixels_is_not_taken_for_defects():
    rng = np.random.default_rng(0)
    dots = np.where(rng.random((96, 96)) > 0.97, 1000.0, 0.0)
    assert not find_defects(dots + rng.normal(0, 3, dots.shape)).any()


@pytest.mark.parametrize('share', [0.002, 0.007, 0.015])
@pytest.mark.parametrize('lens', [0, 0.5, 0.8])
def test_what_a_lens_shows_lights_the_next_pixels_too(share, lens):
    rng = np.random.default_rng(0)
    light = np.where(rng.random((256, 256)) < share, 1000.0, 0.0)
    alone = light > 0
    light = gaussian_filter(light, lens) if lens else light
    found = find_defects(light + rng.normal(100, 3, light.shape))
    if lens:
        assert found.sum() < 0.01 * alone.sum()
    else:
        assert found[alone].mean() > 0.8
        assert not found[~alone].any()


def test_a_clean_image_has_no_noise_to_judge_by():
    image = np.zeros((64, 64))
    image[30, 30] = 1
    assert not find_defects(image).any()


@pytest.mark.parametrize('peak', [1, 5, 30])
def test_lone_photons_in_the_dark_are_no_defects(truth, peak):
    dim = (truth - 20) * peak / truth.max() + 0.02
    counts = np.random.default_rng(2).poisson(dim)
    assert not find_defects(counts).any()


def test_a_group_hit_by_a_particle_is_found(cells):
    damaged = cells + 100
    damaged[10, 20:23] = damaged[30:32, 40] = 65_535
    assert find_defects(damaged).sum() == 5


def test_large_saturated_areas_are_no_defects(cells):
    damaged = cells + 100
    damaged[10:16, 20:26] = 65_535
    assert find_saturated(damaged).sum() == 36
    assert not find_defects(damaged).any()


def test_clipped_cells_are_saturated_but_no_defects(cells):
    ceiling = np.quantile(cells, 0.97)
    clipped = np.minimum(cells, ceiling)
    saturated = find_saturated(clipped)
    np.testing.assert_array_equal(saturated, clipped == ceiling)
    assert not find_defects(clipped).any()


def test_the_brightest_of_an_image_that_is_not_clipped_are_not_saturated(
    cells,
):
    assert not find_saturated(cells).any()
    dim = np.random.default_rng(0).poisson(0.3, (256, 256))
    assert not find_saturated(dim).any()
    assert not find_saturated(cells / 7).any()


@pytest.mark.usefixtures('tiny')
def test_defects_are_kept_if_asked(cells):
    damaged = cells.copy()
    damaged[48, 48] = 65_535
    _, info = denoise(
        damaged,
        defects='keep',
        preset='fast',
        max_num_iter=2,
        return_info=True,
    )
    assert 'left out' not in info.noise
    assert '1 saturated pixel' in info.noise
    with pytest.raises(ValueError, match="defects: 'mend' is unknown"):
        denoise(cells, defects='mend')


@pytest.mark.slow
def test_a_hot_pixel_does_not_spoil_the_result(cells, truth):
    # Larger images are seen in windows that take four times as long.
    cells, truth = cells[:80, :80], truth[:80, :80]
    damaged = cells.copy()
    damaged[48, 48] = 65_535
    clean = denoise(cells, preset='fast', max_num_iter=40, device='cpu')
    restored, info = denoise(
        damaged,
        preset='fast',
        max_num_iter=40,
        device='cpu',
        return_info=True,
    )
    assert '1 hot or dead pixel' in info.noise
    assert restored[48, 48] < 2 * cells.max()

    def error(image):
        return np.abs(image - truth).mean()

    assert error(restored) < 1.6 * error(clean)


def test_counted_events_are_not_saturated():
    events = np.random.default_rng(0).random((64, 64)) < 0.05
    assert not find_saturated(events.astype(np.uint8) * 255).any()
