from __future__ import annotations

import torch

from napari_dip.grid.regions import Region
from napari_dip.operators.identity import Identity


def test_identity_changes_nothing():
    image = torch.rand(1, 1, 5, 6)
    assert Identity()(image) is image
    assert Identity().adjoint(image) is image
    assert Identity().image_shape((5, 6)) == (5, 6)
    assert Identity().halo() == (0, 0)
    window = Region((1, 2), (3, 4))
    assert Identity().data_window(window) == window
