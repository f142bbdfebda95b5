"""Blocks that resemble each other, denoised together.

A structure that an image repeats stands out of the noise where its copies are
looked at together, which a network of local filters does not do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from napari_dip.device.clock import go_on
from napari_dip.filters.block_groups import (
    ALIKE,
    AT_ONCE,
    Overlap,
    pixels_of_a_block,
    restore_planes,
)
from napari_dip.grid.bases import cosine_basis, haar_basis
from napari_dip.grid.interpolation import TINY
from napari_dip.noise.homogeneous import SIDE, well_known
from napari_dip.noise.robust_scale import spread

# So many tell the noise.
_GROUPS_MEASURED = 2048

# Standard deviations of the noise; that of BM3D.
_THRESHOLD = 2.7
# What stands out of the noise, of the pilot that it is mixed into. It holds
# what a fit has missed, but more noise.
_STANDING_OUT = 0.2
# A pilot has less power than the signal, for a fit misses some of it. So the
# noise that its power is set against counts less too.
POWER = 0.7


def bm3d_wiener(
    image: Tensor, pilot: Tensor, noise: Tensor | None = None
) -> Tensor:
    """Shrink groups of similar blocks as the power of a pilot asks for.

    Where noise is correlated, a mean of blocks that overlap has more of it
    than one of independent blocks. How it adds up is then
    measured on such groups.

    Parameters
    ----------
    image, pilot : Tensor
        ``(planes, channels, height, width)``, sides of at least `LEAST_SIDE`:
        signal and noise, and an estimate of the signal, in which the blocks
        are compared. The first plane is restored; others lie beside it. Any
        size takes the same memory.
    noise : Tensor, optional
        Same shape: noise like that of `image`, and of the same strength
        everywhere; NaN where it is missing. Structure in less than half of
        it does no harm. None is noise of variance 1, independent from pixel
        to pixel; what stands out
        of that in groups is then mixed into the pilot.

    Returns
    -------
    Tensor
        ``(1, channels, height, width)``.

    References
    ----------
    .. [1] K. Dabov et al., "Image Denoising by Sparse 3-D Transform-Domain
           Collaborative Filtering", IEEE Transactions on Image Processing
           16, 2007.
    """
    return restore_planes(image, pilot, noise, SIDE, ALIKE, _restore)


def _restore(
    firsts: Tensor, plane: Tensor, pilot: Tensor, *noise: Tensor
) -> Tensor:
    groups = _Groups.of_plane(firsts, plane)
    if noise:
        return _wiener(groups, plane, pilot, _measured_power(groups, *noise))
    return _of_white_noise(groups, plane, pilot)


@dataclass(frozen=True)
class _Groups:
    """Groups of similar blocks, and their transforms.

    Parameters
    ----------
    positions : Tensor
        As :func:`similar_blocks` returns them.
    within, across : Tensor
        Orthonormal transforms of the pixels of a block and of the blocks of
        a group.
    taper : Tensor
        Weight of each pixel of a block, the middle counting most.
    pixels : Tensor
        Pixels of a block, counted from its first.
    """

    positions: Tensor
    within: Tensor
    across: Tensor
    taper: Tensor
    pixels: Tensor

    @classmethod
    def of_plane(cls, firsts: Tensor, plane: Tensor) -> _Groups:
        """Take those whose blocks begin at these pixels."""
        basis = cosine_basis(SIDE).to(plane)
        window = torch.signal.windows.kaiser(
            SIDE, beta=2.0, dtype=plane.dtype
        ).to(plane)
        return cls(
            firsts,
            torch.kron(basis, basis),
            haar_basis(ALIKE).to(plane),
            torch.outer(window, window).flatten(),
            pixels_of_a_block(plane, SIDE),
        )

    def analyse(self, plane: Tensor, pixels: Tensor) -> Tensor:
        """Coefficients, ``(groups, blocks, pixels of a block)``."""
        return self.across @ plane.take(pixels) @ self.within.T

    def that_tell(self, noise: Tensor) -> _Groups:
        """Take those whose first block is well known."""
        own = noise.take(self.positions[:, :1] + self.pixels)
        told = well_known(own.isfinite().float().mean(dim=1))
        return replace(self, positions=self.positions[told])

    def some(self, count: int) -> Iterator[Tensor]:
        """Pixels of about so many groups, a part of them at a time."""
        among = self.positions[:: -(-len(self.positions) // count)]
        for few in torch.split(among, AT_ONCE):
            yield few[..., None] + self.pixels

    def filter(
        self, plane: Tensor, gain: Callable[[Tensor, Tensor], Tensor]
    ) -> Tensor:
        """Multiply the coefficients of a plane, those of all its groups.

        `gain` tells by how much from the coefficients of some groups and
        their pixels. The less a group keeps the more it counts, for it keeps
        less noise.
        """
        overlap = Overlap(plane)
        for pixels in self.some(len(self.positions)):
            go_on()
            overlap.add(*self._shrunk(plane, gain, pixels), pixels)
        return overlap.mean()

    def _shrunk(
        self,
        plane: Tensor,
        gain: Callable[[Tensor, Tensor], Tensor],
        pixels: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Blocks of the groups at hand, and how much each pixel counts."""
        blocks = self.analyse(plane, pixels)
        factor = gain(blocks, pixels)
        kept = factor.square().sum((1, 2), keepdim=True)
        blocks = self.across.T @ blocks.mul_(factor) @ self.within
        return blocks, self.taper / (kept + TINY)


def _of_white_noise(groups: _Groups, plane: Tensor, pilot: Tensor) -> Tensor:
    found = groups.filter(
        plane, lambda blocks, _: (blocks.abs() > _THRESHOLD).to(blocks)
    )
    pilot = torch.lerp(pilot, found, _STANDING_OUT)
    return _wiener(groups, plane, pilot, pilot.new_tensor(POWER))


def _wiener(
    groups: _Groups, plane: Tensor, pilot: Tensor, power: Tensor
) -> Tensor:
    """Shrink by the power of a pilot and that of the noise."""

    def gain(_: Tensor, pixels: Tensor) -> Tensor:
        signal = groups.analyse(pilot, pixels).square_()
        return signal / (signal + power).add_(TINY)

    return groups.filter(plane, gain)


def _measured_power(groups: _Groups, noise: Tensor) -> Tensor:
    """Variance of the noise in each coefficient of a group.

    That of a single block, more or less of it by how the noise of the
    blocks of a group adds up.
    """
    groups, noise = groups.that_tell(noise), noise.nan_to_num(0.0)
    own = noise.take(groups.positions[:, :1, None] + groups.pixels)
    alone = _variance(own @ groups.within.T)
    some = [
        groups.analyse(noise, few) for few in groups.some(_GROUPS_MEASURED)
    ]
    together = _variance(torch.cat(some)).mean(dim=1, keepdim=True)
    return alone * together / (together.mean() + TINY)


def _variance(noise: Tensor) -> Tensor:
    """Variance along the first axis, from the median magnitude."""
    return spread(noise.abs_(), dim=0).square_()
