from __future__ import annotations

import pytest
import torch

from napari_dip.grid.bases import haar_basis


@pytest.mark.parametrize('size', [1, 2, 8, 32])
def test_it_is_orthonormal(size):
    basis = haar_basis(size)
    identity = torch.eye(size, dtype=basis.dtype)
    assert torch.allclose(basis @ basis.T, identity)


def test_means_come_first_and_differences_of_neighbours_last():
    basis = haar_basis(8)
    assert torch.allclose(basis[0], basis.new_tensor(8**-0.5))
    line = torch.zeros(8, dtype=basis.dtype)
    line[2], line[3] = 1.0, -1.0
    coefficients = basis @ line
    assert coefficients.nonzero().flatten().tolist() == [5]
