"""Internal learning on an image with noise: the pairs are recorrupted."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from operator import mul

import numpy as np
import torch
from scipy.ndimage import gaussian_filter
from torch import Tensor

from napari_dip.grid.regions import Region, Shape, cut_all
from napari_dip.latents.base import Draw, Given
from napari_dip.latents.internal import InternalPairs, InternalSpec
from napari_dip.noise.model import measure_noise
from napari_dip.operators.back_projection import agree, enlarge
from napari_dip.operators.downsample import (
    Downsample,
    Kernel,
    kernel_weights,
)

# Pixels over which the brightness is averaged that the noise depends on.
_BLUR = 1.5


class NoisyPairs(InternalPairs):
    """The image, with noise of its own kind added, downsampled and upsampled.

    With noise n of the image y, a and b = y + s n' and y - n' / s have
    independent noise, where n' is drawn like n [1]_. The network sees a,
    reduced, and is asked for b, so that it learns nothing of the noise. As
    much is added as makes the reduced image as noisy as y itself.

    Parameters
    ----------
    image, known, factors, kernel, side, seed
        As in :class:`~napari_dip.latents.internal.InternalPairs`.
    deviation : Tensor
        Of the noise; same shape as the image.

    References
    ----------
    .. [1] T. Pang et al., "Recorrupted-to-Recorrupted: Unsupervised Deep
           Learning for Image Denoising", CVPR 2021.
    """

    def __init__(
        self,
        image: Tensor,
        known: Tensor,
        factors: Shape,
        kernel: Kernel,
        *,
        side: int,
        seed: int,
        deviation: Tensor,
    ) -> None:
        super().__init__(image, known, factors, kernel, side=side, seed=seed)
        self._deviation = deviation
        left = math.prod(
            float(kernel_weights(kernel, factor).square().sum())
            for factor in self.steps[0]
        )
        # So much of the variance is left when the image is reduced.
        self._strength = math.sqrt(1 / left - 1)

    def _drawn(
        self, places: list[Region], generators: list[torch.Generator]
    ) -> Draw:
        image = cut_all(self._image, places)
        noise = torch.stack(
            [
                torch.randn(image.shape[1:], generator=g, dtype=image.dtype)
                for g in generators
            ]
        )
        noise = noise.to(image) * cut_all(self._deviation, places)
        return self._pairs(
            places,
            seen=image + self._strength * noise,
            wanted=image - noise / self._strength,
        )

    def upsample(self, sharpen: Callable[[Tensor], Tensor]) -> Tensor:
        """Upsample the image step by step, without its noise.

        The first step takes the noise out. What it has learnt is that of
        noisy images, so that the others only interpolate, and agree with
        what the first has made of the data.
        """
        image, data = self._image, self._data
        known = self._known
        factors: Shape = (1,) * (image.ndim - 2)
        for index, step in enumerate(self.steps):
            factors = tuple(map(mul, factors, step))
            operator = Downsample(factors, self._kernel)
            image = agree(enlarge(image, step), data, known, operator)
            if index == 0:
                image = image + sharpen(image)
                data, known = operator(image), torch.ones_like(known)
        return image


@dataclass(frozen=True)
class NoisyPairsSpec(InternalSpec):
    """Internal learning across scales, of an image whose noise is removed."""

    def make(self, given: Given) -> NoisyPairs:
        """Measure the noise, and take pairs as large as the windows."""
        assert given.window is not None
        known = given.measured * (1 - given.held_out)
        return NoisyPairs(
            given.data,
            known,
            given.operator.image_shape((1,) * (given.data.ndim - 2)),
            self.kernel,
            side=given.window,
            seed=given.seed,
            deviation=_deviation(given.data, known),
        )


def _deviation(data: Tensor, known: Tensor) -> Tensor:
    """Measure the standard deviation of the noise of each pixel."""
    planes, mask = (x[0].double().cpu().numpy() for x in (data, known))
    noise = measure_noise(np.where(mask > 0, planes, np.nan))
    found = np.empty(planes.shape, np.float32)
    for plane, where, line, into in zip(
        planes, mask, noise.variance, found, strict=True
    ):
        weight = gaussian_filter(where, _BLUR)
        level = gaussian_filter(plane * where, _BLUR)
        level = level / np.maximum(weight, np.finfo(float).tiny)
        into[:] = np.sqrt(line.variance(level))
    return torch.from_numpy(found)[None].to(data)
