"""Dihedral augmentation: flips of axes, and exchanges of equal ones."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from itertools import permutations, product

import torch
from torch import Tensor


@dataclass(frozen=True)
class Dihedral:
    """A flip of some axes, then perhaps another order of the last ones.

    A network that must give the turned image for the turned latent cannot
    learn the noise of an image by heart as easily.

    Parameters
    ----------
    flipped : tuple of int
        Axes to flip, counted from the last, which is -1.
    order : tuple of int
        The last axes in their new order; none keeps it.
    """

    flipped: tuple[int, ...] = ()
    order: tuple[int, ...] = ()

    def apply(self, image: Tensor) -> Tensor:
        """Turn the spatial axes of an image."""
        return _ordered(image.flip(self.flipped), self.order)

    def undo(self, image: Tensor) -> Tensor:
        """Turn them back."""
        count = len(self.order)
        back = (self.order.index(n) - count for n in range(-count, 0))
        return _ordered(image, tuple(back)).flip(self.flipped)


def _ordered(image: Tensor, order: tuple[int, ...]) -> Tensor:
    kept = image.ndim - len(order)
    return image.permute(*range(kept), *(image.ndim + n for n in order))


@cache
def dihedrals(ndim: int = 2, alike: int = 2) -> tuple[Dihedral, ...]:
    """Return all of them; the first leaves everything as it is.

    Parameters
    ----------
    ndim : int
        Spatial axes of the image: each may be flipped.
    alike : int
        Last axes that may be exchanged: rows and columns. All three of a
        volume only if a voxel is as deep as it is wide.

    Examples
    --------
    >>> len(dihedrals()), len(dihedrals(3)), len(dihedrals(3, alike=3))
    (8, 16, 48)
    """
    axes = range(-ndim, 0)
    return tuple(
        Dihedral(
            tuple(a for a, flip in zip(axes, flips, strict=True) if flip),
            order,
        )
        for order in _orders(alike)
        for flips in product((False, True), repeat=ndim)
    )


def draw_dihedral(
    generator: torch.Generator, ndim: int = 2, alike: int = 2
) -> Dihedral:
    """Draw one of them.

    Parameters
    ----------
    generator : torch.Generator
        On the CPU, so that nothing waits for the device.
    ndim, alike : int
        As given to :func:`dihedrals`.
    """
    flips = torch.randint(2, (ndim,), generator=generator).tolist()
    order = torch.randint(len(_orders(alike)), (), generator=generator)
    place = int(order)
    for flip in flips:
        place = 2 * place + flip
    return dihedrals(ndim, alike)[place]


@cache
def _orders(alike: int) -> list[tuple[int, ...]]:
    _, *others = permutations(range(-alike, 0))
    return [(), *others]
