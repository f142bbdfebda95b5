"""Planes of unlike exposure do not share a network."""

import numpy as np

from napari_dip.images.stacks.exposure import group_alike, measure_exposure


def test_a_series_may_bleach_to_a_third():
    light = np.linspace(1, 0.3, 12)
    assert group_alike([(9 * x, 2 * x) for x in light]) == [[*range(12)]]


def test_a_jump_cut_makes_two_groups_and_odd_planes_are_alone():
    planes = [(9, 2)] * 4 + [(300, 50)] * 3 + [(9, 0.3), (5, 0)]
    assert group_alike(planes) == [[0, 1, 2, 3], [4, 5, 6], [7], [8]]


def test_hot_and_missing_pixels_are_no_contrast():
    plane = np.tile([1.0, 3.0], (40, 20))
    mean, contrast = measure_exposure(plane)
    plane[3, 3], plane[5, 5] = 1e6, np.nan
    found = measure_exposure(plane)
    np.testing.assert_allclose(found, (mean, contrast), rtol=0.01)
    assert measure_exposure(np.full((4, 4), np.nan)) == (0, 0)
