"""Back from a coarse grid: interpolation, and agreement with the data."""

from __future__ import annotations

from torch import Tensor
from torch.nn import functional as F

from napari_dip.grid.by_axes import convolve_transposed
from napari_dip.grid.regions import Shape
from napari_dip.grid.tiles import REACH
from napari_dip.operators.base import Operator
from napari_dip.operators.downsample import kernel_weights

# The first takes most of a disagreement away; after three, a tenth of a
# decibel in a hundred is left to gain.
_ROUNDS = 3


def enlarge(image: Tensor, factors: Shape) -> Tensor:
    """Interpolate with a Lanczos-3 filter.

    Parameters
    ----------
    image : Tensor
        ``(n, c, *shape)``; continued by its outermost pixels.
    factors : tuple of int
        Pixels of the result a pixel of the image, along each axis.

    Returns
    -------
    Tensor
        ``(n, c, *shape * factors)``. Pixel k of the image is
        centred at ``(k + 1/2) factor - 1/2``.

    Examples
    --------
    >>> import torch
    >>> enlarge(torch.ones(1, 1, 4, 4), (2, 3)).shape
    torch.Size([1, 1, 8, 12])
    """
    for axis, factor in enumerate(factors, start=2):
        turned = _along_first(image.transpose(axis, 2), factor)
        image = turned.transpose(axis, 2)
    return image


def _along_first(image: Tensor, factor: int) -> Tensor:
    """Interpolate along the first spatial axis."""
    if factor == 1:
        return image
    channels, length, *others = image.shape[1:]
    ones = [1] * len(others)
    kernel = kernel_weights('lanczos3', factor).to(image).reshape(-1, *ones)
    margins = [0] * 2 * len(others) + [REACH, REACH]
    padded = F.pad(image, margins, mode='replicate')
    transposed = convolve_transposed[1 + len(others)]
    spread: Tensor = transposed(
        padded,
        kernel.expand(channels, 1, *kernel.shape),
        stride=(factor, *ones),
        groups=channels,
    )
    # The weights of the pixels around a place sum to 1 nearly, not quite.
    share = transposed(
        padded.new_ones(1, 1, padded.shape[2], *ones),
        kernel[None, None],
        stride=(factor, *ones),
    )
    first = REACH * factor + (len(kernel) - factor) // 2
    interpolated: Tensor = spread / share
    return interpolated.narrow(2, first, length * factor)


def agree(
    estimate: Tensor, data: Tensor, known: Tensor, operator: Operator
) -> Tensor:
    """Project an estimate back onto the data.

    Parameters
    ----------
    estimate : Tensor
        ``(1, c, *shape)``.
    data, known : Tensor
        What `operator` should make of it; 1 where that is known.
    operator : Operator
        A.

    References
    ----------
    .. [1] M. Irani, S. Peleg, "Improving Resolution by Image
           Registration", CVGIP 53, 1991.
    """
    factors = operator.image_shape((1,) * (data.ndim - 2))
    for _ in range(_ROUNDS):
        missing = (data - operator(estimate)) * known
        estimate = estimate + enlarge(missing, factors)
    return estimate
