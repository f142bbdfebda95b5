"""An image whose lines have offsets, filled without them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from napari_dip.images.acquired import AcquiredImage
from napari_dip.noise.stripes.find import Stripes


@dataclass(frozen=True, kw_only=True)
class Striped(AcquiredImage):
    """An image without its stripes, which the user gets back with them.

    Parameters
    ----------
    striped : (C, ..., M, N) ndarray
        The planes as they were acquired.
    offsets : (C, ..., M, N) ndarray
        What filled pixels are given of their lines.
    missing : (C, ..., M, N) ndarray of bool
        Pixels that do not keep their values.
    """

    striped: NDArray[np.float32]
    offsets: NDArray[np.float32]
    missing: NDArray[np.bool_]

    def to_user(self, planes: NDArray[np.float32]) -> NDArray[np.float32]:
        """Bring filled pixels to their lines, and all to the user's axes."""
        both = np.where(self.missing, planes + self.offsets, self.striped)
        return super().to_user(both.astype(np.float32))


def without_stripes(
    image: AcquiredImage, stripes: Stripes, missing: NDArray[np.bool_]
) -> AcquiredImage:
    """Return an image without stripes, of which some pixels are filled.

    Parameters
    ----------
    image : AcquiredImage
        The image.
    stripes : Stripes
        Its stripes, with the offsets of the pixels that are filled.
    missing : (C, ..., M, N) ndarray of bool
        Those; all others keep their values in the result.
    """
    return Striped(
        stripes.taken_from(image.planes),
        image.axes,
        image.alpha,
        image.notes,
        image.parts,
        # A copy: the user may go on working with the image.
        striped=image.planes.astype(np.float32),
        offsets=stripes.offsets,
        missing=missing,
    )
