from __future__ import annotations

import numpy as np

from napari_dip.fills.in_planes import InPlanes
from napari_dip.fills.smooth import Biharmonic

PLANES, ROWS, COLUMNS = np.mgrid[:7, :20, :24].astype(float)
# Planes that have nothing to do with each other.
VOLUME = (-1) ** PLANES * (ROWS + 2 * COLUMNS)


def test_a_plane_is_filled_from_itself():
    holes = np.hypot(ROWS - 10, COLUMNS - 12) < 4
    filled = InPlanes(Biharmonic())(np.where(holes, 0, VOLUME), holes)
    np.testing.assert_allclose(filled, VOLUME, atol=1e-6)


def test_a_plane_that_is_missing_follows_from_the_others():
    smooth, holes = PLANES, PLANES == 3
    holes[1, 5:8, 5:8] = True
    filled = InPlanes(Biharmonic())(np.where(holes, 0, smooth), holes)
    np.testing.assert_allclose(filled, smooth, atol=1e-6)
