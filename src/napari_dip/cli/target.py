"""Results as they lie in files."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.cli.errors import ArgumentError
from napari_dip.cli.job import Job
from napari_dip.cli.words import shown
from napari_dip.io.casting import count_clipped, round_and_clip
from napari_dip.io.layout import Layout
from napari_dip.io.stored import StoredImage


@dataclass(frozen=True)
class Target:
    """How results are laid out in files.

    Parameters
    ----------
    source : StoredImage
        The image as it was read, with what its file says.
    layout : Layout
        Its axes.
    factor : tuple of int
        Rows and columns of the result for each of the image.
    dtype : dtype
        What the image is written as.
    """

    source: StoredImage
    layout: Layout
    factor: tuple[int, int]
    dtype: np.dtype[Any]

    def store(self, image: NDArray[Any]) -> StoredImage:
        """Lay out the result of a restoration, with the opacity it had."""
        return self.source.restored(
            self.layout.unsqueeze(image), self.layout.axes, self.factor
        )

    def cast(self, image: NDArray[np.float32]) -> StoredImage:
        """Lay it out in the dtype that the image is written as."""
        return self.store(round_and_clip(image, self.dtype))

    def store_uncertainty(self, image: NDArray[Any]) -> StoredImage:
        """Lay out an uncertainty, which has no opacity."""
        return replace(self.store(image), opacity=None)

    @property
    def shape(self) -> tuple[int, ...] | None:
        """Shape of the result, without axes of length 1; None for a stack."""
        axes = self.layout.restored_axes
        if not {'Y', 'X'} <= set(axes):
            return None
        scale = dict(zip('YX', self.factor, strict=True))
        lengths = self.layout.squeeze(self.source.data).shape
        return tuple(
            n * scale.get(letter, 1)
            for n, letter in zip(lengths, axes, strict=True)
        )

    @property
    def num_values(self) -> int:
        """Numbers in a file of the result, its opacity among them."""
        rows, columns = self.factor
        opacity = self.source.opacity
        beside = 0 if opacity is None else opacity.values.size
        return (self.source.data.size + beside) * rows * columns


def say_lost(
    job: Job, target: Target, image: NDArray[np.float32]
) -> list[str]:
    """Say what a result loses on its way into a file.

    Returns
    -------
    list of str
        A sentence each.

    Raises
    ------
    ArgumentError
        If nothing of it is a number.
    """
    odd = image.size - int(np.count_nonzero(np.isfinite(image)))
    if odd == image.size:
        raise ArgumentError(
            f'INPUT ({shown(job.input)}): no pixel of the result is a finite '
            'number; give an image whose values float32 can hold.'
        )
    counts = {
        f'values were clipped to the limits of {target.dtype}': count_clipped(
            image, target.dtype
        ),
        'values of the result are not finite numbers': odd,
    }
    return [
        f'{shown(job.output)}: {count} {what}.'
        for what, count in counts.items()
        if count
    ]
