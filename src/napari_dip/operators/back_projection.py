"""Back from a coarse grid: interpolation, and agreement with the data."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from napari_dip.operators.base import Operator
from napari_dip.operators.downsample import kernel_weights

# Coarse pixels that a Lanczos-3 filter reaches to each side.
_REACH = 3
# The first takes most of a disagreement away; after three, a tenth of a
# decibel in a hundred is left to gain.
_ROUNDS = 3


def enlarge(image: Tensor, factors: tuple[int, int]) -> Tensor:
    """Interpolate with a Lanczos-3 filter.

    Parameters
    ----------
    image : Tensor
        ``(n, c, h, w)``; continued by its outermost pixels.
    factors : tuple of int
        Pixels of the result a pixel of the image, along rows and columns.

    Returns
    -------
    Tensor
        ``(n, c, h * factors[0], w * factors[1])``. Pixel k of the image is
        centred at ``(k + 1/2) factor - 1/2``.

    Examples
    --------
    >>> import torch
    >>> enlarge(torch.ones(1, 1, 4, 4), (2, 3)).shape
    torch.Size([1, 1, 8, 12])
    """
    rows, columns = factors
    taller = _along_rows(image, rows)
    return _along_rows(taller.transpose(-2, -1), columns).transpose(-2, -1)


def _along_rows(image: Tensor, factor: int) -> Tensor:
    if factor == 1:
        return image
    channels, rows = image.shape[-3:-1]
    kernel = kernel_weights('lanczos3', factor).to(image)[:, None]
    padded = F.pad(image, (0, 0, _REACH, _REACH), mode='replicate')
    spread = F.conv_transpose2d(
        padded,
        kernel.expand(channels, 1, *kernel.shape),
        stride=(factor, 1),
        groups=channels,
    )
    # The weights of the pixels around a place sum to 1 nearly, not quite.
    share = F.conv_transpose2d(
        torch.ones_like(padded[:1, :1, :, :1]),
        kernel[None, None],
        stride=(factor, 1),
    )
    first = _REACH * factor + (len(kernel) - factor) // 2
    return (spread / share).narrow(-2, first, rows * factor)


def agree(
    estimate: Tensor, data: Tensor, known: Tensor, operator: Operator
) -> Tensor:
    """Project an estimate back onto the data.

    Parameters
    ----------
    estimate : Tensor
        ``(1, c, h, w)``.
    data, known : Tensor
        What `operator` should make of it; 1 where that is known.
    operator : Operator
        A.

    References
    ----------
    .. [1] M. Irani, S. Peleg, "Improving Resolution by Image
           Registration", CVGIP 53, 1991.
    """
    factors = operator.image_shape((1, 1))
    for _ in range(_ROUNDS):
        missing = (data - operator(estimate)) * known
        estimate = estimate + enlarge(missing, factors)
    return estimate
