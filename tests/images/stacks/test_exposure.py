"""Planes of unlike exposure do not share a network."""

import numpy as np

from napari_dip.images.stacks.exposure import group_alike, measure_exposure


def test_a_series_that_bleaches_to_a_third_has_two_networks():
    light = np.linspace(1, 0.3, 12)
    groups = group_alike([(9 * x, 2 * x) for x in light])
    assert groups == [[*range(8)], [*range(8, 12)]]
    assert len(group_alike([(9 * x, 2 * x) for x in light[:9]])) == 1


def test_a_jump_cut_makes_two_groups_and_odd_planes_are_alone():
    planes = [(9, 2)] * 4 + [(300, 50)] * 3 + [(9, 0.3), (5, 0)]
    assert group_alike(planes) == [[0, 1, 2, 3], [4, 5, 6], [7], [8]]
    offsets = [(9, 2)] * 3 + [(90, 2)] * 2
    assert group_alike(offsets) == [[0, 1, 2], [3, 4]]


def test_noise_hot_and_missing_pixels_are_no_contrast():
    plane = np.kron(np.indices((16, 16)).sum(0) % 2, np.ones((8, 8)))[None]
    mean, contrast = measure_exposure(plane)
    assert (mean, contrast) == (0.5, 0.5)
    rng = np.random.default_rng(0)
    noisy = plane + rng.normal(0, 1, plane.shape)
    noisy[0, 3, 3], noisy[0, 5, 5] = 1e6, np.nan
    np.testing.assert_allclose(measure_exposure(noisy), (0.5, 0.5), rtol=0.1)
    assert measure_exposure(np.full((1, 16, 16), np.nan)) == (0, 0)


def test_planes_of_nothing_but_noise_are_a_group():
    rng = np.random.default_rng(0)
    blank = rng.poisson(5, (2, 1, 64, 64))
    waves = 5 + 2 * np.sin(np.arange(64) / 5)
    faint = rng.poisson(np.broadcast_to(waves, (3, 1, 64, 64)))
    planes = [blank[0], *faint, blank[1], np.full((1, 64, 64), 5)]
    found = group_alike([measure_exposure(plane) for plane in planes])
    assert found == [[0, 4], [1, 2, 3], [5]]
