"""What tiles are joined to: the result, and its uncertainty if asked for."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
from numpy.typing import NDArray

from napari_dip.grid.tiles import Blend, Part
from napari_dip.session.tiles.plan import Plan, Tile


class Stitched:
    """Finished tiles, and the plain interpolation where there are none.

    Parameters
    ----------
    plan : Plan
        What was cut into tiles.
    uncertainty : bool
        Whether that of the tiles is joined too.
    """

    def __init__(self, plan: Plan, *, uncertainty: bool) -> None:
        self._image = Blend(plan.ground(), plan.step)
        self._doubt = Blend(plan.doubt(), plan.step) if uncertainty else None

    def put(self, tile: Tile) -> None:
        """Keep the result of a tile."""
        part, doubt = _result(tile)
        self._image.put(part)
        if self._doubt is not None and doubt is not None:
            self._doubt.put(doubt)

    def preview(self, tile: Tile | None) -> NDArray[np.float32]:
        """Show what there is, the preview of a tile included."""
        part = None
        if tile is not None and tile.begun:
            part = tile.part(tile.session.preview())
        return self._image.image(part)

    def joined(
        self, tile: Tile | None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32] | None]:
        """Return all there is and its uncertainty, those of a tile too."""
        part = doubt = None
        if tile is not None and tile.begun:
            # The finished tiles must not be lost for it.
            with suppress(MemoryError):
                part, doubt = _result(tile)
        image = self._image.image(part)
        return image, self._doubt.image(doubt) if self._doubt else None


def _result(tile: Tile) -> tuple[Part, Part | None]:
    planes = tile.session.result()
    found = tile.session.record().uncertainty
    return tile.part(planes), None if found is None else tile.part(found)
