"""Shrinkage: the few great coefficients of a local transform."""

from __future__ import annotations

from collections.abc import Callable

from torch import Tensor

from napari_dip.device.clock import go_on
from napari_dip.filters.dct import LocalCosine
from napari_dip.grid.interpolation import TINY
from napari_dip.grid.regions import Region, cut_all
from napari_dip.grid.tiled_inference import TiledInference
from napari_dip.noise.robust_scale import median_spread

#: Bounds the memory, which is that of side * side images of this size.
TILE = 256


def keep_greater(
    image: Tensor, threshold: Tensor | float, transform: LocalCosine
) -> Tensor:
    """Keep what gathers in coefficients greater than a threshold.

    Parameters
    ----------
    image : Tensor
        ``(1, channels, height, width)``, sides longer than the transform's
        margin. Any size takes the same memory.
    threshold : Tensor or float
        For all coefficients, or ``(channels, side * side, 1, 1)``.
    transform : LocalCosine
        The transform.

    Returns
    -------
    Tensor
        Same shape as `image`.
    """
    return _shrink(
        [image], lambda blocks: (blocks.abs() > threshold).float(), transform
    )


def keep_outstanding(
    image: Tensor, deviation: Tensor, times: float, transform: LocalCosine
) -> Tensor:
    """Keep what stands out of the noise and of the rest of its block.

    A single pixel is in all coefficients of a block alike, and a structure in
    few.

    Parameters
    ----------
    image, transform
        As in :func:`keep_greater`.
    deviation : Tensor
        Standard deviation of the noise, ``(channels, side * side, 1, 1)``.
    times : float
        So many deviations stand out, of the noise or of the block,
        whichever is the greater.

    Returns
    -------
    Tensor
        Same shape as `image`.
    """

    def gain(blocks: Tensor) -> Tensor:
        magnitudes = blocks.abs() / deviation
        own = median_spread(magnitudes, dim=1)[:, None]
        return (magnitudes > times * own.clamp(min=1)).float()

    return _shrink([image], gain, transform)


def wiener(
    image: Tensor, pilot: Tensor, deviation: Tensor, transform: LocalCosine
) -> Tensor:
    """Shrink each coefficient as the power of a pilot's asks for.

    Parameters
    ----------
    image, pilot : Tensor
        ``(1, channels, height, width)``: signal and noise, and a first
        estimate of the signal.
    deviation : Tensor
        Standard deviation of the noise, ``(channels, side * side, 1, 1)``.
    transform : LocalCosine
        The transform.

    Returns
    -------
    Tensor
        Same shape as `image`.
    """

    def gain(_: Tensor, signal: Tensor) -> Tensor:
        power = signal.square()
        return power / (power + deviation.square() + TINY)

    return _shrink([image, pilot], gain, transform)


def _shrink(
    images: list[Tensor],
    gain: Callable[..., Tensor],
    transform: LocalCosine,
) -> Tensor:
    """Multiply the first image's coefficients with a gain, tile by tile."""

    def shrink(window: Region) -> Tensor:
        go_on()
        seen = [cut_all(image, [window]) for image in images]
        blocks = [transform.analyse(part) for part in seen]
        return transform.synthesise(blocks[0], gain(*blocks), seen[0].shape)

    infer = TiledInference(images[0].device, tile=TILE, halo=transform.margin)
    return infer((images[0].shape[-2], images[0].shape[-1]), shrink)
