"""Fine, regular texture, continued where the data are missing.

Texture that is sparse in a local cosine transform can be told from the half
of its pixels, where a network under-fits it.
"""

from __future__ import annotations

from contextlib import suppress

from torch import Tensor
from torch.nn import functional as F

from napari_dip.device.pace import CutShort, go_on
from napari_dip.engine.problem import Problem
from napari_dip.filters.dct import LocalCosine
from napari_dip.filters.shrinkage import keep_greater

_SIDE = 16
_STEP = 4
_ROUNDS = 32
# Thresholds fall from what only the strongest texture exceeds to what hardly
# shows, in standard deviations of the data.
_FIRST = 2.0
_LAST = 0.04


def continue_texture(start: Tensor, problem: Problem) -> Tensor:
    """Add to an estimate what the known pixels say of the missing ones.

    The residual is shrunk and put back where it is unknown, over and over
    with ever lower thresholds; the held-out pixels choose among the rounds,
    the estimate itself included.

    Parameters
    ----------
    start : Tensor
        Estimate, ``(1, channels, height, width)``.
    problem : Problem
        What was fitted; the data have mean 0 and standard deviation 1.

    Returns
    -------
    Tensor
        Same shape.

    References
    ----------
    .. [1] O. G. Guleryuz, "Nonlinear Approximation Based Image Recovery
           Using Adaptive Sparse Reconstructions and Iterated Denoising",
           IEEE Transactions on Image Processing 15, 2006.
    """
    data, known, loss = problem.data, problem.known, problem.loss
    transform = LocalCosine(_SIDE, _STEP, data)
    judged = known * problem.held_out
    fitted = known - judged
    measured = (data - start) * fitted
    best, least = start, float(loss(start, data, judged))
    if min(data.shape[-2:]) <= 2 * _SIDE:
        return best
    residual = measured
    with suppress(CutShort):
        for index in range(_ROUNDS):
            go_on(index / _ROUNDS)
            part = index / (_ROUNDS - 1)
            threshold = _FIRST * (_LAST / _FIRST) ** part
            shrunk = _shrink(residual, threshold, transform, index)
            error = float(loss(start + shrunk, data, judged))
            if error < least:
                best, least = start + shrunk, error
            residual = measured + (1 - fitted) * shrunk
    return best


def _shrink(
    image: Tensor, threshold: float, transform: LocalCosine, index: int
) -> Tensor:
    """Shrink on a grid of blocks that lies elsewhere in each of four rounds.

    A coarse grid is quick, and grids that move leave no trace of their own.
    """
    down = index % 2 * _STEP // 2
    right = index // 2 % 2 * _STEP // 2
    moved = F.pad(image, (right, 0, down, 0), mode='reflect')
    return keep_greater(moved, threshold, transform)[..., down:, right:]
