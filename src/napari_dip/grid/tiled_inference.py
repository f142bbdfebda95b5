"""An image evaluated tile by tile, in smaller ones where memory is short."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from napari_dip.device.choice import (
    Precision,
    free_memory,
    is_out_of_memory,
    precision_context,
    release_cache,
)
from napari_dip.device.clock import look_up
from napari_dip.grid.by_axes import ByAxes
from napari_dip.grid.regions import Region, Shape, tile_windows

# Larger tiles were no faster: what a halo costs less, the cache costs more.
_LARGEST_TILE: ByAxes[int] = ByAxes('tile', 512, 128, first=2)
# The networks of volumes look less far.
_HALO: ByAxes[int] = ByAxes('margin', 64, 24, first=2)
# A tile of it is measured, too.
_SMALLEST_TILE = 64
# The rest is left to everything else that runs.
_SHARE = 0.5


class TiledInference:
    """Evaluates an image of any size in tiles with halos.

    The tiles are 512 pixels a side, so that a result depends on the seed
    alone, unless the memory is too short for that.

    Parameters
    ----------
    device : torch.device
        Where it is evaluated.
    ndim : int
        Spatial axes of the image.
    tile : int, optional
        Largest side of a tile, in pixels; the usual one unless given.
    halo : int, optional
        Margin around a tile that is computed and thrown away.
    tells : bool
        Whether it tells whoever watches how far it is.
    """

    def __init__(
        self,
        device: torch.device,
        *,
        ndim: int = 2,
        tile: int | None = None,
        halo: int | None = None,
        tells: bool = False,
    ) -> None:
        self.tile = tile or _LARGEST_TILE[ndim]
        self._tells = tells
        self._device = device
        self._ndim = ndim
        self._halo = _HALO[ndim] if halo is None else halo

    def fit_memory(self, bytes_a_pixel: float) -> None:
        """Halve the tile until it takes no more than half of what is free."""
        room = _SHARE * free_memory(self._device)
        while self._can_shrink(self.tile) and (
            bytes_a_pixel * (self.tile + 2 * self._halo) ** self._ndim > room
        ):
            self.tile //= 2

    @torch.no_grad()
    def __call__(
        self, shape: Shape, evaluate: Callable[[Region], Tensor]
    ) -> Tensor:
        """Join what `evaluate` gives for each tile's window.

        Parameters
        ----------
        shape : tuple of int
            Shape of the image.
        evaluate : callable
            From a window to ``(1, c, *shape)``. Where the memory runs
            out inside, the tile is halved and it is asked again.

        Raises
        ------
        MemoryError, RuntimeError
            If not even the smallest tile fits.
        """
        image: Tensor | None = None
        done = 0
        waiting = tile_windows(shape, self.tile, self._halo)[::-1]
        while waiting:
            tile, window = waiting.pop()
            if self._tells:
                # To be ended it asks where it evaluates.
                look_up(done / math.prod(shape))
            part = self._attempt(evaluate, tile, window)
            if part is None:
                # Later tiles, and the next images, start where this one fits.
                self.tile = min(self.tile, max(tile.shape) // 2)
                release_cache(self._device)
                waiting += self._smaller(tile, shape)[::-1]
                continue
            if image is None:
                image = part.new_empty(1, part.shape[1], *shape)
            tile.cut(image).copy_(tile.inside(window).cut(part))
            done += tile.size
        assert image is not None
        return image

    def _attempt(
        self,
        evaluate: Callable[[Region], Tensor],
        tile: Region,
        window: Region,
    ) -> Tensor | None:
        """Evaluate a window; None where the memory ran out."""
        side = max(tile.shape)
        if side > self.tile:
            return None
        try:
            return evaluate(window)
        except (RuntimeError, MemoryError) as error:
            if not is_out_of_memory(error) or not self._can_shrink(side):
                raise
            return None

    def _can_shrink(self, side: int) -> bool:
        return side // 2 >= _SMALLEST_TILE

    def _smaller(
        self, tile: Region, shape: Shape
    ) -> list[tuple[Region, Region]]:
        pairs = tile_windows(tile.shape, self.tile, 0)
        return [
            part.moved(*tile.start).with_halo(self._halo, shape)
            for part, _ in pairs
        ]


def inferred_pixels(shape: Shape) -> int:
    """Pixels that tiled inference evaluates, halos included."""
    return sum(_sizes(shape))


def largest_window(shape: Shape) -> int:
    """Most pixels that tiled inference evaluates at a time."""
    return max(_sizes(shape))


def _sizes(shape: Shape) -> list[int]:
    ndim = len(shape)
    tiles = tile_windows(shape, _LARGEST_TILE[ndim], _HALO[ndim])
    return [window.size for _, window in tiles]


@torch.no_grad()
def bytes_a_pixel(
    network: nn.Module,
    channels: int,
    device: torch.device,
    precision: Precision,
    side: int = _SMALLEST_TILE,
    ndim: int = 2,
) -> float:
    """Bytes that a network's layers give out for a pixel, without gradients.

    More than is held at any one time, as a tile's size should assume.

    Parameters
    ----------
    network : nn.Module
        Network, on the device.
    channels : int
        Channels of its latent.
    device : torch.device
        Where it is evaluated.
    precision : {'float32', 'auto'}
        As in the fit.
    side : int
        Side of the image that it is measured on, in pixels. What a network
        puts around an image counts less the larger it is.
    ndim : int
        Spatial axes of the image.
    """
    sizes: dict[int, int] = {}

    def note(module: nn.Module, _: object, output: Tensor) -> None:
        sizes[id(module)] = output.numel() * output.element_size()

    hooks = [
        module.register_forward_hook(note)
        for module in network.modules()
        if next(module.parameters(recurse=False), None) is not None
    ]
    shape = (1, channels, *(side,) * ndim)
    latent = torch.zeros(shape, dtype=torch.float32, device=device)
    try:
        with precision_context(device, precision):
            network(latent)
    finally:
        for hook in hooks:
            hook.remove()
    taken = sum(sizes.values()) + latent.numel() * latent.element_size()
    pixels: int = side**ndim
    return taken / pixels
