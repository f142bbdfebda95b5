"""Planes of unlike exposure do not share a network."""

import numpy as np

from napari_dip.images.stacks.exposure import (
    Exposure,
    group_alike,
    measure_exposure,
)


def seen(light, contrast, offset=0.0, noise=1.0):
    """Exposure of as much light, of a contrast where that is 1."""
    deviation = light * contrast
    extent = 4 * np.hypot(deviation, noise)
    return Exposure(3 * light + offset, extent, deviation, noise)


def bleaching(contrast):
    return group_alike([seen(x, contrast) for x in np.linspace(1, 0.3, 12)])


def test_a_series_that_bleaches_to_a_third_has_three_networks():
    assert bleaching(1.5) == [[*range(5)], [5, 6, 7, 8], [9, 10, 11]]


def test_bleaching_matters_less_where_noise_is_weak_or_is_nearly_all():
    assert len(bleaching(0.1)) == len(bleaching(100)) == 1


def test_there_are_no_more_than_eight_networks_for_any_contrast():
    contrasts = np.geomspace(1e-3, 1e3, 200)
    planes = [Exposure(0, 1e4, contrast, 1) for contrast in contrasts]
    assert len(group_alike(planes)) <= 8


def test_a_jump_cut_makes_two_groups_and_odd_planes_are_alone():
    cut = [seen(1, 2)] * 4 + [seen(30, 2)] * 3
    odd = [seen(1, 0.3), Exposure(5, 0, 0, 0)]
    assert group_alike(cut + odd) == [[0, 1, 2, 3], [4, 5, 6], [7], [8]]


def test_planes_brighter_than_all_of_the_others_are_apart():
    planes = [seen(1, 2)] * 3 + [seen(1, 2, offset=20)] * 2
    assert group_alike(planes) == [[0, 1, 2], [3, 4]]
    planes = [seen(1, 2)] * 3 + [seen(1, 2, offset=5)] * 2
    assert group_alike(planes) == [[0, 1, 2, 3, 4]]


def test_contrast_without_noise_hot_and_missing_pixels():
    plane = np.kron(np.indices((16, 16)).sum(0) % 2, np.ones((8, 8)))[None]
    assert measure_exposure(plane) == Exposure(0.5, 1.0, 0.5, 0.0)
    rng = np.random.default_rng(0)
    noisy = plane + rng.normal(0, 1, plane.shape)
    noisy[0, 3, 3], noisy[0, 5, 5] = 1e6, np.nan
    mean, _, contrast, noise = measure_exposure(noisy)
    np.testing.assert_allclose((mean, contrast), (0.5, 0.5), rtol=0.1)
    assert 0.9 < noise < 1.1
    nothing = measure_exposure(np.full((1, 16, 16), np.nan))
    assert nothing == Exposure(0, 0, 0, 0)


def test_planes_of_nothing_but_noise_are_a_group():
    rng = np.random.default_rng(0)
    blank = rng.poisson(5, (2, 1, 64, 64))
    waves = 5 + 2 * np.sin(np.arange(64) / 5)
    faint = rng.poisson(np.broadcast_to(waves, (3, 1, 64, 64)))
    planes = [blank[0], *faint, blank[1], np.full((1, 64, 64), 5)]
    found = group_alike([measure_exposure(plane) for plane in planes])
    assert found == [[0, 4], [1, 2, 3], [5]]
