from __future__ import annotations

import numpy as np
import pytest

from napari_dip.fills.base import fill_channels
from napari_dip.fills.smooth import Biharmonic, Harmonic

ROWS, COLUMNS = np.mgrid[:40, :50].astype(float)
HOLE = np.hypot(ROWS - 20, COLUMNS - 25) < 7


@pytest.mark.parametrize('fill', [Harmonic(), Biharmonic()])
def test_a_plane_is_continued(fill):
    image = 3 * ROWS - 2 * COLUMNS + 5
    filled = fill(np.where(HOLE, 0, image), HOLE)
    np.testing.assert_allclose(filled, image, atol=1e-6)


def test_a_plate_bends_with_its_rim():
    image = (ROWS - 20) ** 2 - (COLUMNS - 25) ** 2 + ROWS * COLUMNS / 9
    filled = Biharmonic()(np.where(HOLE, 0, image), HOLE)
    np.testing.assert_allclose(filled, image, atol=1e-5)


@pytest.mark.parametrize('fill', [Harmonic(), Biharmonic()])
def test_volumes_are_filled_too(fill):
    image = np.indices((9, 10, 11)).sum(0).astype(float)
    holes = np.zeros(image.shape, bool)
    holes[3:6, 4:7, 2:9] = True
    filled = fill(np.where(holes, 0, image), holes)
    np.testing.assert_allclose(filled, image, atol=1e-6)


@pytest.mark.parametrize('fill', [Harmonic(), Biharmonic()])
def test_many_holes_of_a_volume_are_approached(fill, monkeypatch):
    image = np.indices((9, 10, 11)).sum(0).astype(float)
    holes = np.random.default_rng(0).random(image.shape) < 0.4
    at_once = fill(np.where(holes, 0, image), holes)
    monkeypatch.setattr('napari_dip.fills.smooth.AT_ONCE', 100)
    filled = fill(np.where(holes, 0, image), holes)
    np.testing.assert_allclose(filled, at_once, atol=0.05)


def test_holes_at_the_edge_and_single_known_pixels():
    holes = np.ones((12, 9), bool)
    holes[3, 4] = False
    image = np.where(holes, 0, 7.0)
    for fill in (Harmonic(), Biharmonic()):
        np.testing.assert_allclose(fill(image, holes), 7, atol=1e-3)


def test_channels_keep_known_pixels_and_their_range():
    generator = np.random.default_rng(0)
    planes = generator.normal(size=(2, *ROWS.shape)).astype(np.float32)
    missing = np.stack([HOLE, ROWS < 9])
    filled = fill_channels(Biharmonic(), planes, missing)
    np.testing.assert_array_equal(filled[~missing], planes[~missing])
    for one, plane, holes in zip(filled, planes, missing, strict=True):
        assert one.max() <= plane[~holes].max()
        assert one.min() >= plane[~holes].min()


def test_large_images_are_filled_in_parts(monkeypatch):
    image = np.sin(ROWS / 6) + np.cos(COLUMNS / 7)
    planes = image[None].astype(np.float32)
    whole = fill_channels(Biharmonic(), planes, HOLE[None])
    monkeypatch.setattr('napari_dip.fills.base._SIDE', {2: 24})
    monkeypatch.setattr('napari_dip.fills.base._HALO', {2: 12})
    parts = fill_channels(Biharmonic(), planes, HOLE[None])
    assert np.abs(parts - whole).max() < 0.05
