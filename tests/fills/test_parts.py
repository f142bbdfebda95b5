from __future__ import annotations

import numpy as np
import pytest

from napari_dip.fills.parts import scene_side, usual_side


def test_where_much_is_missing_a_small_part_tells_as_much():
    assert usual_side(0.5) == pytest.approx(128, abs=1)
    assert usual_side(0.0) == usual_side(0.01) == 256


def test_a_part_holds_the_deepest_hole_whole():
    missing = np.zeros((1, 200, 200), bool)
    missing[:, 60:140, 60:140] = True
    assert scene_side(missing) >= 4 * 80
