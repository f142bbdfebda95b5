"""Missing pixels of least energy: sparse equations, and their solution."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.sparse.linalg import LinearOperator, cg, splu

from napari_dip.device.clock import go_on
from napari_dip.fills.base import Image, Mask

# A solution is approached, quickly where missing pixels lie scattered among
# known ones. What is not near after a few steps is solved for at once, if
# there is room for that; more take more steps.
_QUICK, _STEPS = 64, 200
#: Missing pixels that are solved for at once where each has to do with many
#: others: more take too much memory.
AT_ONCE = 20_000
# What is near, of equations that are seldom approached.
_NEAR = 1e-4


def least_energy(
    start: Image,
    missing: Mask,
    rows: Sequence[sparse.csr_array],
    given: Sequence[NDArray[np.float64]],
    *,
    tolerance: float,
    at_once: float = np.inf,
) -> Image:
    """Fill an image so that the squares of some sums are least.

    Parameters
    ----------
    start : ndarray of float64
        What is gone out from; its known pixels stay.
    missing : ndarray of bool
        Same shape.
    rows : sequence of (sums, missing pixels) sparse array
        Weights of the missing pixels in each sum.
    given : sequence of (sums,) ndarray
        What the known pixels make of it.
    tolerance : float
        What is near: the residual of the equations, as a part of what the
        known pixels make of them.
    at_once : float
        Greatest number of missing pixels that is solved for at once.
    """
    right: NDArray[np.float64] = -sum(
        part.T @ known for part, known in zip(rows, given, strict=True)
    )
    solvable = len(right) <= at_once
    filled = start.copy()
    most = _QUICK if solvable else _STEPS
    filled[missing], near = _approached(
        start[missing], rows, right, most, tolerance
    )
    if solvable and not near:
        matrix = sparse.vstack(rows).tocsr()
        filled[missing] = solved(sparse.csr_array(matrix.T @ matrix), right)
    return filled


def _approached(
    start: NDArray[np.float64],
    rows: Sequence[sparse.csr_array],
    right: NDArray[np.float64],
    most: int,
    tolerance: float,
) -> tuple[NDArray[np.float64], bool]:
    """Go towards the least squares; say whether that is near."""
    number = len(right)

    def product(x: NDArray[np.float64]) -> NDArray[np.float64]:
        found: NDArray[np.float64] = sum(part.T @ (part @ x) for part in rows)
        return found

    scale = np.zeros(number)
    for part in rows:
        scale += np.bincount(part.indices, part.data**2, number)
    operator = LinearOperator((number, number), product)
    return _descended(operator, scale, right, start, most, tolerance)


def _descended(
    product: LinearOperator | sparse.csr_array,
    scale: NDArray[np.float64],
    right: NDArray[np.float64],
    start: NDArray[np.float64],
    most: int,
    tolerance: float,
) -> tuple[NDArray[np.float64], bool]:
    """Take so many steps at most by conjugate gradients; say if it is near."""
    found, left = cg(
        product,
        right,
        start,
        rtol=tolerance,
        maxiter=most,
        M=LinearOperator(product.shape, lambda x: x / scale),
        callback=lambda _: go_on(),
    )
    return np.asarray(found), not left


def solved(
    matrix: sparse.csr_array,
    right: NDArray[np.float64],
    at_once: float = np.inf,
) -> NDArray[np.float64]:
    """Solve symmetric equations; more than so many step by step."""
    if len(right) > at_once:
        scale = matrix.diagonal()
        return _descended(matrix, scale, right, right / scale, _STEPS, _NEAR)[
            0
        ]
    factors = splu(
        matrix.tocsc(),
        permc_spec='MMD_AT_PLUS_A',
        diag_pivot_thresh=0.0,
        options={'SymmetricMode': True},
    )
    found: NDArray[np.float64] = factors.solve(right)
    return found
