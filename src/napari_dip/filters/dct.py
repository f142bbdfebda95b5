"""Cosine transforms of overlapping blocks and of channels."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from napari_dip.grid.bases import cosine_basis


class LocalCosine:
    """Orthonormal cosine transform of overlapping square blocks.

    Channels are transformed too, so that what they share, the brightness of
    an RGB image, gathers in one coefficient.

    Parameters
    ----------
    side : int
        Side of the blocks, in pixels.
    step : int
        Distance between blocks, in pixels, at most `side`.
    like : Tensor
        Any tensor of the wanted dtype and device.

    References
    ----------
    .. [1] R. R. Coifman, D. L. Donoho, "Translation-Invariant De-Noising",
           Wavelets and Statistics, 1995.

    Examples
    --------
    >>> import torch
    >>> image = torch.rand(1, 3, 20, 24)
    >>> transform = LocalCosine(8, 1, image)
    >>> blocks = transform.analyse(image)
    >>> blocks.shape
    torch.Size([3, 64, 27, 31])
    >>> all_of_it = torch.ones_like(blocks)
    >>> back = transform.synthesise(blocks, all_of_it, image.shape)
    >>> bool(torch.allclose(back, image, atol=1e-5))
    True
    """

    def __init__(self, side: int, step: int, like: Tensor) -> None:
        self.side = side
        self.step = step
        basis = cosine_basis(side).to(like)
        products = torch.einsum('ai,bj->abij', basis, basis)
        self._kernels = products.reshape(side * side, 1, side, side)

    @property
    def margin(self) -> int:
        """Pixels around a window that its result depends on.

        A multiple of the step, so that windows share their blocks.
        """
        return -(-(self.side - 1) // self.step) * self.step

    def analyse(self, image: Tensor) -> Tensor:
        """Coefficients of the blocks.

        The image is continued by reflection, so that its outermost pixels
        are in as many blocks as the others.

        Parameters
        ----------
        image : Tensor
            ``(1, channels, height, width)``, sides longer than the margin.

        Returns
        -------
        Tensor
            ``(channels, side * side, blocks down, blocks across)``.
        """
        mixed = over_channels(image[0], inverse=False)
        padded = F.pad(mixed[:, None], (self.margin,) * 4, mode='reflect')
        return F.conv2d(padded, self._kernels, stride=self.step)

    def synthesise(
        self, blocks: Tensor, gain: Tensor, shape: torch.Size
    ) -> Tensor:
        """Image from its blocks, those with little gain counting most.

        A block that took more coefficients to say holds more noise.

        Parameters
        ----------
        blocks : Tensor
            As :meth:`analyse` returned them.
        gain : Tensor
            Same shape, 0 to 1: what each coefficient is multiplied with.
        shape : torch.Size
            Shape of the image.
        """
        weight = 1 / (1 + gain.square().sum((0, 1), keepdim=True))
        total = self._spread(blocks * gain * weight, self._kernels)
        share = self._spread(weight, torch.ones_like(self._kernels[:1]))
        rows = slice(self.margin, self.margin + shape[-2])
        columns = slice(self.margin, self.margin + shape[-1])
        image = (total / share)[:, 0, rows, columns]
        return over_channels(image, inverse=True)[None]

    def _spread(self, blocks: Tensor, kernels: Tensor) -> Tensor:
        # A transposed convolution, which on the CPU takes five times as long.
        pixels = kernels.flatten(1).T @ blocks.flatten(2)
        height, width = (
            (count - 1) * self.step + self.side for count in blocks.shape[-2:]
        )
        return F.fold(pixels, (height, width), self.side, stride=self.step)


def over_channels(image: Tensor, *, inverse: bool) -> Tensor:
    """Transform the first of three axes, if it holds more than one channel."""
    if len(image) == 1:
        return image
    basis = cosine_basis(len(image)).to(image)
    return torch.einsum('oc,chw->ohw', basis.T if inverse else basis, image)
