"""Internal learning: an image, downsampled and upsampled again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest
from operator import mul
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from napari_dip.grid.regions import Region, Shape, cut_all, draw_places
from napari_dip.latents.base import Draw, Given, LatentSpec, Pyramid
from napari_dip.latents.blind_spot import fill_from_neighbours
from napari_dip.operators.back_projection import agree, enlarge
from napari_dip.operators.downsample import Downsample, Kernel

# Pixels cut off a pair all round, or half of it along a short axis: near its
# edge, the filters see what was continued there.
_MARGIN = 4
# What is added in the first step, as a part of what was learnt, and in a later
# one as a part of what is in the one before: the further from the scale that
# was learnt from, the blurrier an image is in truth
# (docs/lab/super-resolution.md).
_FIRST, _LATER = 0.85, 0.5


def steps_of(factors: Shape) -> list[Shape]:
    """Split an upsampling into the smallest steps there are.

    Examples
    --------
    >>> steps_of((8, 2))
    [(2, 2), (2, 1), (2, 1)]
    """
    primes = [list(_primes(factor)) for factor in factors]
    return list(zip_longest(*primes, fillvalue=1))


def _primes(number: int) -> Iterator[int]:
    divisor = 2
    while number > 1:
        while number % divisor == 0:
            number //= divisor
            yield divisor
        divisor += 1


class InternalPairs(Pyramid):
    """The image, downsampled and upsampled again.

    A draw asks for what a window of the image has lost by that. Who has
    learnt to give it can add it to the image upsampled by the same step, and
    so on.

    Parameters
    ----------
    image : Tensor
        ``(1, c, *shape)``, standardised; finite everywhere.
    known : Tensor
        Same shape, 1 where a pixel is measured and may be learnt from.
    factors : tuple of int
        The whole upsampling.
    kernel : str
        Low-pass filter of a downsampling.
    side : int
        Side in pixels of what a draw asks for.
    seed : int
        Seed of the places drawn.

    References
    ----------
    .. [1] D. Glasner, S. Bagon, M. Irani, "Super-Resolution from a Single
           Image", ICCV 2009.
    .. [2] A. Shocher, N. Cohen, M. Irani, "Zero-Shot Super-Resolution using
           Deep Internal Learning", CVPR 2018.
    """

    draws_places: ClassVar[bool] = True

    def __init__(
        self,
        image: Tensor,
        known: Tensor,
        factors: Shape,
        kernel: Kernel,
        *,
        side: int,
        seed: int,
    ) -> None:
        self.steps = steps_of(factors)
        self._data = image
        self._known = known
        self._kernel = kernel
        self._side = side
        self._image = _filled(image, known)
        self._seed = seed
        self._generators: list[torch.Generator] = []

    @property
    def channels(self) -> int:
        """Channels of a draw."""
        return self._data.shape[1]

    @property
    def pyramid(self) -> InternalPairs:
        """Return itself."""
        return self

    def draw(
        self,
        windows: list[Region],
        generator: torch.Generator,
        *,
        fitting: bool,
    ) -> Draw:
        """Draw as many pairs as there are windows, from places of its own."""
        del generator, fitting
        generators = self._generators_of(len(windows))
        return self._drawn(self._places(generators), generators)

    def whole_pair(self) -> Draw:
        """Return the pair of all of the image, the same each time."""
        whole = Region.whole(self._whole_steps(self._data.shape[2:]))
        return self._drawn([whole], [torch.Generator().manual_seed(0)])

    def _drawn(
        self, places: list[Region], generators: list[torch.Generator]
    ) -> Draw:
        del generators
        image = cut_all(self._image, places)
        return self._pairs(places, seen=image, wanted=image)

    def _pairs(
        self, places: list[Region], seen: Tensor, wanted: Tensor
    ) -> Draw:
        """Downsample and upsample what is seen; ask for what it then lacks."""
        reduce = Downsample(self.steps[0], self._kernel)
        small = reduce(seen)
        latent = enlarge(small, reduce.factors)
        latent = agree(latent, small, torch.ones_like(small), reduce)
        inner = self.inner_of(seen.shape[2:])
        return Draw(
            inner.cut(latent),
            inner.cut(cut_all(self._known, places)),
            target=inner.cut(wanted - latent),
        )

    def upsample(self, sharpen: Callable[[Tensor], Tensor]) -> Tensor:
        """Upsample the image step by step.

        Parameters
        ----------
        sharpen : callable
            From an upsampled image to what it lacks, of the same shape.
        """
        image, part = self._image, _FIRST
        factors: Shape = (1,) * (image.ndim - 2)
        for step in self.steps:
            factors = tuple(map(mul, factors, step))
            operator = Downsample(factors, self._kernel)
            image = self._agreeing(enlarge(image, step), operator)
            image = image + part * sharpen(image)
            image = self._agreeing(image, operator)
            part *= _LATER
        return image

    def _agreeing(self, image: Tensor, operator: Downsample) -> Tensor:
        return agree(image, self._data, self._known, operator)

    @staticmethod
    def inner_of(shape: Shape) -> Region:
        """Return what is left of a pair without its margin."""
        margins = tuple(min(_MARGIN, n // 4) for n in shape)
        inner = zip(shape, margins, strict=True)
        return Region(margins, tuple(n - 2 * margin for n, margin in inner))

    def _places(self, generators: list[torch.Generator]) -> list[Region]:
        lengths = self._data.shape[2:]
        most = self._side + 2 * _MARGIN
        shape = self._whole_steps([min(most, length) for length in lengths])
        return [
            draw_places(lengths, shape, 1, generator)[0]
            for generator in generators
        ]

    def _generators_of(self, count: int) -> list[torch.Generator]:
        """One for each pair of a draw.

        So a fit to more pairs at once sees all that a fit to fewer does. On
        the CPU: every device draws from the same places.
        """
        while len(self._generators) < count:
            entropy = np.random.SeedSequence(
                (self._seed, len(self._generators))
            )
            own = int(entropy.generate_state(1)[0])
            self._generators.append(torch.Generator().manual_seed(own))
        return self._generators[:count]

    def _whole_steps(self, lengths: Iterable[int]) -> Shape:
        """Return as much of some lengths as can be reduced by a step."""
        steps = zip(lengths, self.steps[0], strict=True)
        return tuple(length // step * step for length, step in steps)


def _filled(image: Tensor, known: Tensor) -> Tensor:
    """Fill what is missing from its neighbours, from the edges inwards."""
    while not bool(known.all()):
        filled = fill_from_neighbours(image, known)
        reached = fill_from_neighbours(torch.ones_like(known), known)
        if bool((reached == known).all()):
            return image
        image, known = filled, reached
    return image


@dataclass(frozen=True)
class InternalSpec(LatentSpec):
    """Internal learning across scales.

    Parameters
    ----------
    kernel : {'area', 'gaussian', 'lanczos2', 'lanczos3'}
        Low-pass filter of the operator.
    """

    kernel: Kernel = 'lanczos3'

    def make(self, given: Given) -> InternalPairs:
        """Take pairs as large as the windows of the fit."""
        assert given.window is not None
        return InternalPairs(
            given.data,
            given.measured * (1 - given.held_out),
            given.operator.image_shape((1,) * (given.data.ndim - 2)),
            self.kernel,
            side=given.window,
            seed=given.seed,
        )

    def num_channels(self, image_channels: int, ndim: int = 2) -> int:
        """Return those of the image."""
        return image_channels

    def steps(self, factors: Shape) -> list[Shape]:
        """Return the smallest steps there are."""
        return steps_of(factors)
