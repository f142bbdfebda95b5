"""What JPEG keeps of an image: cosine coefficients, rounded to steps."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from napari_dip.grid.bases import cosine_basis
from napari_dip.grid.by_axes import require_planes
from napari_dip.operators.base import Operator

#: Pixels along a side of a block of JPEG.
BLOCK = 8


class Quantisation(Operator):
    """Rounding of the cosine coefficients of blocks, as JPEG does it.

    All images whose coefficients lie within half a step of those of the
    decompressed image make the same file. It is taken for that image, so
    that a squared error is the squared distance to the set of images that
    the file can have been made of: convex, and zero all over the set.

    Parameters
    ----------
    data : Tensor
        ``(1, c, height, width)``: the decompressed image.
    steps : Tensor
        ``(c, 8, 8)``: step of each coefficient, rows first, in the units of
        the data.
    first : tuple of int
        Row and column of the first pixel of a block.
    zero : Tensor, optional
        ``(c,)``: value that JPEG counts from, or one that is any number of
        steps of the mean of a block away; found in the data unless given.

    References
    ----------
    .. [1] A. Zakhor, "Iterative Procedures for Reduction of Blocking Effects
           in Transform Image Coding", IEEE Transactions on Circuits and
           Systems for Video Technology 2, 1992.

    Examples
    --------
    >>> import torch
    >>> data, steps = torch.zeros(1, 1, 16, 16), torch.full((1, 8, 8), 2.0)
    >>> operator = Quantisation(data, steps)
    >>> bool((operator(data + 0.1) == data).all())
    True
    >>> bool((operator(data + 1.0) == data).all())
    False
    """

    def __init__(
        self,
        data: Tensor,
        steps: Tensor,
        first: tuple[int, int] = (0, 0),
        zero: Tensor | None = None,
    ) -> None:
        require_planes('JPEG', data)
        self.data = data
        self.steps = steps
        self.first = first
        self._basis = cosine_basis(BLOCK).to(data)
        self._width = steps[None, :, None, None]
        self._zero = self._find_zero() if zero is None else zero

    def __call__(self, image: Tensor) -> Tensor:
        """Add to the data how far the image is from what they can be of."""
        beyond = image - self.project(image)
        return self.data + beyond

    def project(self, image: Tensor) -> Tensor:
        """Return the nearest image that the data can have been made of."""
        off = self._analyse(image - self.data)
        kept = torch.minimum(
            torch.maximum(off, -self._width / 2), self._width / 2
        )
        return self.data + self._synthesise(kept, image)

    def compress(self, image: Tensor) -> Tensor:
        """Return what JPEG keeps of an image, in such blocks."""
        zero = self._zero[:, None, None]
        found = self._analyse(image - zero)
        kept = (found / self._width).round() * self._width
        return zero + self._synthesise(kept, image)

    def average(self, image: Tensor) -> Tensor:
        """Return the mean of what blocks laid in all ways keep.

        What the blocks of an image have added is in no others. Coefficients
        that would be rounded to zero are, and the others stay as they are.

        References
        ----------
        .. [1] A. Nosratinia, "Enhancement of JPEG-Compressed Images by
               Re-application of JPEG", Journal of VLSI Signal Processing
               27, 2001.
        """
        laid = [(row, col) for row in range(BLOCK) for col in range(BLOCK)]
        zero = self._zero[:, None, None]
        total = torch.zeros_like(image)
        for first in laid:
            blocks = self.at(first)
            found = blocks._analyse(image - zero)
            kept = torch.where(found.abs() < self._width / 2, 0, found)
            total += blocks._synthesise(kept, image)
        return zero + total / len(laid)

    def in_units(self, data: Tensor, factors: Tensor) -> Quantisation:
        """Return the same with steps in other units."""
        steps = self.steps.to(data) / factors.to(data)[:, None, None]
        return Quantisation(data, steps, self.first)

    def at(self, first: tuple[int, int]) -> Quantisation:
        """Return the same of blocks that begin elsewhere."""
        return Quantisation(self.data, self.steps, first, self._zero)

    def _find_zero(self) -> Tensor:
        """Find where the means of all blocks are whole steps from."""
        means = self._analyse(self.data)[0, ..., 0, 0].flatten(1).double()
        step = self.steps[:, :1, 0].double()
        turns = 2 * torch.pi * means / step
        phase = torch.atan2(turns.sin().mean(1), turns.cos().mean(1))
        first = phase / (2 * torch.pi) * step[:, 0]
        return (first / BLOCK).to(self.data)

    def _margins(self, shape: torch.Size) -> tuple[int, int, int, int]:
        top, left = (-n % BLOCK for n in self.first)
        bottom, right = (
            -(n + before) % BLOCK
            for n, before in zip(shape[2:], (top, left), strict=True)
        )
        return left, right, top, bottom

    def _analyse(self, image: Tensor) -> Tensor:
        """Coefficients, ``(1, c, rows, columns of blocks, 8, 8)``."""
        left, right, top, bottom = self._margins(image.shape)
        whole = F.pad(image, (left, right, top, bottom), mode='replicate')
        number, channels, height, width = whole.shape
        blocks = whole.reshape(
            number, channels, height // BLOCK, BLOCK, width // BLOCK, BLOCK
        ).transpose(3, 4)
        return self._basis @ blocks @ self._basis.T

    def _synthesise(self, coefficients: Tensor, like: Tensor) -> Tensor:
        blocks = self._basis.T @ coefficients @ self._basis
        number, channels, rows, columns = blocks.shape[:4]
        whole = blocks.transpose(3, 4).reshape(
            number, channels, rows * BLOCK, columns * BLOCK
        )
        left, _, top, _ = self._margins(like.shape)
        return whole[..., top:, left:][..., : like.shape[2], : like.shape[3]]
