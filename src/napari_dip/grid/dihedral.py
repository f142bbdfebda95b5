"""The eight ways to lay a square down."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import torch
from torch import Tensor


@dataclass(frozen=True)
class Dihedral:
    """A flip of each axis, then perhaps an exchange of the two.

    A network that must give the turned image for the turned latent cannot
    learn the noise of an image by heart as easily.

    Parameters
    ----------
    flipped : tuple of int
        Axes to flip, of -2 and -1.
    exchanged : bool
        Whether rows become columns.
    """

    flipped: tuple[int, ...] = ()
    exchanged: bool = False

    def apply(self, image: Tensor) -> Tensor:
        """Flip and rotate the last two axes."""
        image = image.flip(self.flipped)
        return image.transpose(-2, -1) if self.exchanged else image

    def undo(self, image: Tensor) -> Tensor:
        """Flip and rotate the last two axes back."""
        image = image.transpose(-2, -1) if self.exchanged else image
        return image.flip(self.flipped)


#: All of them; the first leaves everything as it is.
DIHEDRALS = [
    Dihedral(flipped, exchanged)
    for exchanged, flipped in product(
        (False, True), ((), (-1,), (-2,), (-2, -1))
    )
]


def draw_dihedral(generator: torch.Generator) -> Dihedral:
    """Draw one of the eight turns.

    Parameters
    ----------
    generator : torch.Generator
        On the CPU, so that nothing waits for the device.
    """
    rows, columns, exchanged = torch.randint(
        2, (3,), generator=generator
    ).tolist()
    place: int = 4 * exchanged + 2 * rows + columns
    return DIHEDRALS[place]
