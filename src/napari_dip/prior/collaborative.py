"""Blocks that resemble each other, denoised together.

A structure that an image repeats stands out of the noise where its copies are
looked at together, which a network of local filters does not do.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import torch
from torch import Tensor
from torch.nn import functional as F

from napari_dip.prior.cosine import cosine_basis, over_channels
from napari_dip.prior.sweeping import Sweep
from napari_dip.prior.windows import Window

_SIDE = 8
_STEP = 4
_RADIUS = 12
_ALIKE = 32

#: Smallest side of an image that is long enough, in pixels.
LEAST_SIDE = _SIDE + _RADIUS

# Bounds the memory. Both are multiples of the step, so that the blocks of
# neighbouring tiles lie on one grid.
_TILE = 512
_HALO = 32
_GROUPS_AT_ONCE = 1024
# So many tell the noise.
_GROUPS_MEASURED = 2048

#: Median of the absolute value of a standard normal variable.
MEDIAN = 0.6745

_TINY = 1e-12


def collaborative_wiener(
    image: Tensor, pilot: Tensor, noise: Tensor
) -> Tensor:
    """Shrink groups of like blocks as the power of a pilot asks for.

    Blocks of a group overlap, and neighbouring pixels may share their noise,
    so that a mean of them has more noise than one of independent blocks. How
    it adds up is measured on such groups.

    Parameters
    ----------
    image, pilot : Tensor
        ``(1, channels, height, width)``, sides of at least `LEAST_SIDE`:
        signal and noise, and an estimate of the signal, in which the blocks
        are compared. Any size takes the same memory.
    noise : Tensor
        Same shape: noise like that of `image`, and of the same strength
        everywhere. Structure in less than half of it does no harm.

    Returns
    -------
    Tensor
        Same shape as `image`.

    References
    ----------
    .. [1] K. Dabov et al., "Image Denoising by Sparse 3-D Transform-Domain
           Collaborative Filtering", IEEE Transactions on Image Processing
           16, 2007: its second step.
    """
    shape = (image.shape[-2], image.shape[-1])

    def restore(window: Window) -> Tensor:
        return _restore(*(window.cut(x) for x in (image, pilot, noise)))

    return Sweep(image.device, tile=_TILE, halo=_HALO)(shape, restore)


def _restore(image: Tensor, pilot: Tensor, noise: Tensor) -> Tensor:
    height, width = image.shape[-2:]
    margins = (0, -(width - _SIDE) % _STEP, 0, -(height - _SIDE) % _STEP)
    image, pilot, noise = (
        F.pad(x, margins, mode='reflect') for x in (image, pilot, noise)
    )
    positions = similar_blocks(pilot)
    filter_ = _GroupFilter.like(image)
    images, pilots, noises = (
        over_channels(x[0], inverse=False) for x in (image, pilot, noise)
    )
    planes = [
        filter_(*channel, positions)
        for channel in zip(images, pilots, noises, strict=True)
    ]
    restored = over_channels(torch.stack(planes), inverse=True)
    return restored[None, :, :height, :width]


def similar_blocks(guide: Tensor) -> Tensor:
    """Find the blocks that resemble each block of a grid most.

    Parameters
    ----------
    guide : Tensor
        ``(1, channels, height, width)``, where sides less that of a block
        are multiples of the grid's step.

    Returns
    -------
    Tensor
        ``(blocks of the grid, blocks alike)``: the first pixel of each, in
        the order of the flattened image; the block itself comes first.
    """
    height, width = guide.shape[-2:]
    tops = torch.arange(0, height - _SIDE + 1, _STEP, device=guide.device)
    lefts = torch.arange(0, width - _SIDE + 1, _STEP, device=guide.device)
    reach = range(-_RADIUS, _RADIUS + 1)
    padded = F.pad(guide, (_RADIUS,) * 4)
    distances = []
    for down, right in product(reach, reach):
        moved = Window(_RADIUS + down, _RADIUS + right, height, width)
        squares = (guide - moved.cut(padded)).square_().sum(1, keepdim=True)
        distance = F.avg_pool2d(squares, _SIDE, _STEP)[0, 0]
        distance[~_within(tops + down, height)] = torch.inf
        distance[:, ~_within(lefts + right, width)] = torch.inf
        distances.append(distance)
    # Not even an equal block goes before the block itself.
    distances[len(distances) // 2].fill_(-1)
    table = torch.stack(distances, dim=-1).flatten(0, 1)
    nearest = table.topk(_ALIKE, largest=False).indices
    shifts = torch.tensor(
        [down * width + right for down, right in product(reach, reach)],
        device=guide.device,
    )
    own = (tops[:, None] * width + lefts).flatten()
    return own[:, None] + shifts[nearest]


def _within(first: Tensor, extent: int) -> Tensor:
    return (first >= 0) & (first <= extent - _SIDE)


@dataclass(frozen=True)
class _GroupFilter:
    """Transforms of a group of blocks, and the pixels of a block.

    Parameters
    ----------
    within, across : Tensor
        Orthonormal transforms of the pixels of a block and of the blocks of
        a group.
    taper : Tensor
        Weight of each pixel of a block, the middle counting most.
    pixels : Tensor
        Pixels of a block, counted from its first.
    """

    within: Tensor
    across: Tensor
    taper: Tensor
    pixels: Tensor

    @classmethod
    def like(cls, image: Tensor) -> _GroupFilter:
        """Make one for planes like those of an image."""
        basis = cosine_basis(_SIDE).to(image)
        window = torch.signal.windows.kaiser(_SIDE, beta=2.0).to(image)
        index = torch.arange(_SIDE, device=image.device)
        return cls(
            torch.kron(basis, basis),
            cosine_basis(_ALIKE).to(image),
            torch.outer(window, window).flatten(),
            (index[:, None] * image.shape[-1] + index).flatten(),
        )

    def __call__(
        self, plane: Tensor, pilot: Tensor, noise: Tensor, positions: Tensor
    ) -> Tensor:
        """Filter a plane, some groups at a time."""
        power = self._power(noise, positions)
        total = torch.zeros_like(plane).flatten()
        share = torch.zeros_like(total)
        for some in torch.split(positions, _GROUPS_AT_ONCE):
            pixels = some[..., None] + self.pixels
            blocks, weight = self._shrink(plane, pilot, power, pixels)
            places = pixels.flatten()
            total.index_add_(0, places, blocks.mul_(weight).flatten())
            share.index_add_(0, places, weight.expand_as(blocks).flatten())
        return (total / share).view_as(plane)

    def _power(self, noise: Tensor, positions: Tensor) -> Tensor:
        """Variance of the noise in each coefficient of a group.

        That of a single block, more or less of it by how the noise of the
        blocks of a group adds up.
        """
        own = noise.take(positions[:, :1, None] + self.pixels)
        alone = _variance(own @ self.within.T)
        some = positions[:: -(-len(positions) // _GROUPS_MEASURED)]
        groups = [
            self._analyse(noise, few[..., None] + self.pixels)
            for few in torch.split(some, _GROUPS_AT_ONCE)
        ]
        together = _variance(torch.cat(groups)).mean(dim=1, keepdim=True)
        return alone * together / (together.mean() + _TINY)

    def _shrink(
        self, plane: Tensor, pilot: Tensor, power: Tensor, pixels: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Blocks of the groups at hand, and how much each pixel counts."""
        signal = self._analyse(pilot, pixels).square_()
        gain = signal / (signal + power).add_(_TINY)
        blocks = self._analyse(plane, pixels).mul_(gain)
        # What a group keeps of the noise.
        kept = gain.square_().mul_(power).sum((1, 2), keepdim=True)
        blocks = self.across.T @ blocks @ self.within
        return blocks, self.taper / (kept + _TINY)

    def _analyse(self, plane: Tensor, pixels: Tensor) -> Tensor:
        """Coefficients, ``(groups, blocks, pixels of a block)``."""
        return self.across @ plane.take(pixels) @ self.within.T


def _variance(noise: Tensor) -> Tensor:
    """Variance along the first axis, from the median magnitude."""
    return (noise.abs_().median(dim=0).values / MEDIAN).square_()
