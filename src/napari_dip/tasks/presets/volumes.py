"""What the presets stand for, where a volume is fitted as such."""

from __future__ import annotations

from dataclasses import replace

from napari_dip.filters.plane_by_plane import PlaneByPlane
from napari_dip.networks import UNetSpec
from napari_dip.presets.settings import Settings

_NETWORK = UNetSpec((16, 32, 48), reduction=1)
# As many voxels as the windows of a plane have pixels.
_WINDOW, _NUM_WINDOWS = 32, 1


def of_volume(settings: Settings) -> Settings:
    """Return settings of planes for a volume."""
    fit = replace(settings.fit, window=_WINDOW, num_windows=_NUM_WINDOWS)
    filters = settings.filters
    return replace(
        settings,
        network=_NETWORK,
        fit=fit,
        filters=(PlaneByPlane(filters),) if filters else (),
    )
