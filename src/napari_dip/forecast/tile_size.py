"""How much of an image is fitted at once, by the memory that is free."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray

from napari_dip.device.choice import free_memory
from napari_dip.grid.by_axes import ByAxes
from napari_dip.grid.regions import Region, Shape
from napari_dip.grid.tiled_inference import bytes_a_pixel
from napari_dip.grid.tiles import lay_tiles, trim, trim_all
from napari_dip.networks import build_network
from napari_dip.presets.settings import Settings

# Results of no more pixels than its square, or its cube, are fitted at once.
_AT_ONCE: ByAxes[int] = ByAxes('largest image', 1536, 133, first=2)
# Side of the tiles of larger ones: the longer, the more of them is computed
# once only, but the less of the work stays in the cache.
_TILE: ByAxes[int] = ByAxes('tile', 640, 128, first=2)

# Smaller images are not worth the look: even the published network takes no
# more than some gigabytes for them.
_LEAST_PIXELS = 512**2
_SMALLEST_TILE: ByAxes[int] = ByAxes('smallest tile', 160, 96, first=2)
_PROBE_SIDE = 256
# Gradients and the like beside what the layers give out: measured for the
# networks of inpainting at 1024 × 1024 and 1408 × 1408 pixels, with freed
# memory that the C library kept.
_TRAINING = 1.7
# Of the free memory; the rest is left to everything else that runs.
_SHARE = 0.75
#: Bytes a pixel of each channel of a latent that holds the image: what is
#: drawn from, and what that is made of.
HELD = 32
#: Bytes a pixel and channel of a result that is joined from tiles: what it is
#: joined from, what is under it, a preview and the result.
JOINED = 24


def tile_side(
    shape: Shape,
    channels: int,
    settings: Settings,
    device: torch.device,
    tile: int | None = None,
) -> int | None:
    """Choose the side of the tiles that a result is fitted in.

    It is halved until a fit takes no more than three quarters of the free
    memory, so that it depends on the machine only where memory is short.

    Parameters
    ----------
    shape : tuple of int
        Shape of the result.
    channels : int
        Its channels.
    settings : Settings
        How it is fitted.
    device : torch.device
        Where it is fitted.
    tile : int, optional
        Side of the largest tile, and of the largest square or cube fitted at
        once; the usual ones unless given.

    Returns
    -------
    int or None
        Pixels; None where all of it is fitted at once, or by windows.

    Raises
    ------
    MemoryError
        If not even what tiles are joined to has room. The system may promise
        more memory than it has, and end the process once it is used, with
        whatever else was unsaved in napari.
    """
    pixels, ndim = math.prod(shape), len(shape)
    at_once = (tile or _AT_ONCE[ndim]) ** ndim
    unlooked = min(at_once, _LEAST_PIXELS)
    by_windows = settings.fit.window is not None
    if (by_windows and not settings.latent.holds_image) or pixels < unlooked:
        return None
    room = _SHARE * free_memory(device)
    given = _TRAINING * bytes_of_pixel(channels, settings, device, ndim)
    if by_windows:
        given = HELD * settings.latent.num_channels(channels, ndim)
    if pixels <= at_once and given * pixels <= room:
        return None
    _check_room(shape, channels)
    side = tile or _TILE[ndim]
    while given * side**ndim > room and side > _SMALLEST_TILE[ndim]:
        side //= 2
    return side


def fitted_regions(
    shape: Shape,
    channels: int,
    settings: Settings,
    device: torch.device,
    step: Shape,
    missing: NDArray[np.bool_] | None,
    trims: bool,
) -> list[Region]:
    """Find the parts of a result that are fitted, one after the other.

    Parameters
    ----------
    shape, channels, settings, device
        As given to :func:`tile_side`.
    step : tuple of int
        Pixels of the result along each axis for one of the data.
    missing : (C, M, N) ndarray of bool or None
        True where a pixel is missing; tiles without any are left out.
    trims : bool
        Whether only the part with all of these is fitted.
    """
    whole = Region.whole(shape)
    needed = None
    if missing is not None and trims:
        needed = trim(whole, missing, shape, step)
    part = needed or whole
    side = tile_side(part.shape, channels, settings, device)
    if side is None:
        return [part]
    tiles = lay_tiles(whole, step, side)
    return tiles if missing is None else trim_all(tiles, missing, shape, step)


@lru_cache
def bytes_of_pixel(
    channels: int, settings: Settings, device: torch.device, ndim: int = 2
) -> float:
    """Bytes that the network's layers give out for a pixel."""
    latent = settings.latent.num_channels(channels, ndim)
    network = build_network(settings.network, latent, channels, ndim)
    return bytes_a_pixel(
        network.to(device),
        latent,
        device,
        settings.fit.precision,
        side=round(_PROBE_SIDE ** (2 / ndim)),
        ndim=ndim,
    )


def _check_room(shape: Shape, channels: int) -> None:
    needed = JOINED * math.prod(shape) * channels
    free = free_memory(torch.device('cpu'))
    if needed > free:
        raise MemoryError(
            'Not enough memory for this image: a result of '
            f'{" × ".join(map(str, shape))} pixels takes about '
            f'{needed / 1e9:.1f} GB, and '
            f'{free / 1e9:.1f} GB are free; crop the image.'
        )
