"""Where the tiles of a large result are joined."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from napari_dip.grid.regions import Region
from napari_dip.grid.tiles import Step, weights

#: A tile, in pixels of the result, and ``(channels, *shape)`` of it.
Part = tuple[Region, NDArray[np.float32]]

# Less than this is the rounding of weights that sum to 1.
_OPEN = 1e-4


class Blend:
    """Weighted mean of tiles, and something else where there are none yet.

    Parameters
    ----------
    ground : ndarray
        ``(channels, *shape)``: what is shown where there is no tile.
    step : tuple of int
        As given to :func:`~napari_dip.grid.tiles.lay_tiles`.
    """

    def __init__(self, ground: NDArray[np.float32], step: Step) -> None:
        self._ground = ground
        self._step = step
        self._shape = ground.shape[1:]
        self._total = np.zeros_like(ground)
        self._weight = np.zeros(self._shape, np.float32)

    def put(self, part: Part) -> None:
        """Add a tile."""
        self._add(self._total, self._weight, part)

    def image(self, more: Part | None = None) -> NDArray[np.float32]:
        """Return ``(channels, *shape)``, a new array.

        Parameters
        ----------
        more : tuple, optional
            A tile that is shown, but not kept.
        """
        total, weight = self._total.copy(), self._weight
        if more is not None:
            weight = weight.copy()
            self._add(total, weight, more)
        return self._join(total, weight)

    def _add(
        self,
        total: NDArray[np.float32],
        weight: NDArray[np.float32],
        part: Part,
    ) -> None:
        window, tile = part
        share = weights(window, self._shape, self._step)
        inside = window.cut(total)
        inside += share * tile
        inside = window.cut(weight)
        inside += share

    def _join(
        self, total: NDArray[np.float32], weight: NDArray[np.float32]
    ) -> NDArray[np.float32]:
        """Divide the total by the weights."""
        total /= np.maximum(weight, 1)
        rest = 1 - weight
        # Not by a product with 0: the ground may be not a number.
        np.add(total, rest * self._ground, out=total, where=rest > _OPEN)
        return total
