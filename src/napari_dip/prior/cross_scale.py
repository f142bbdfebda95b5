"""An image and itself, reduced and enlarged again: pairs to learn from."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

from napari_dip.prior.enlarging import agree, enlarge
from napari_dip.prior.latents import Draw, fill_from_neighbours
from napari_dip.prior.operators import Downsample, Kernel
from napari_dip.prior.windows import Window

# Pixels cut off a pair all round: near its edge, the filters see what was
# continued there.
_MARGIN = 4


def steps_of(factors: tuple[int, int]) -> list[tuple[int, int]]:
    """Split an enlargement into the smallest steps there are.

    Examples
    --------
    >>> steps_of((8, 2))
    [(2, 2), (2, 1), (2, 1)]
    """
    rows, columns = (list(_primes(factor)) for factor in factors)
    count = max(len(rows), len(columns))
    rows += [1] * (count - len(rows))
    columns += [1] * (count - len(columns))
    return list(zip(rows, columns, strict=True))


def _primes(number: int) -> Iterator[int]:
    divisor = 2
    while number > 1:
        while number % divisor == 0:
            number //= divisor
            yield divisor
        divisor += 1


class CrossScale:
    """The image at its own scale, then at ever finer ones.

    A draw reduces and enlarges a window of an image again, and asks for what
    that has lost. Who has learnt to give it can add it to an image enlarged
    by the same step, which is then drawn from too.

    Parameters
    ----------
    image : Tensor
        ``(1, c, h, w)``, standardised; finite everywhere.
    known : Tensor
        Same shape, 1 where a pixel is measured and may be learnt from.
    factors : tuple of int
        The whole enlargement.
    kernel : str
        Low-pass filter of a reduction.
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

    def __init__(
        self,
        image: Tensor,
        known: Tensor,
        factors: tuple[int, int],
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
        self._images = [_filled(image, known)]
        # On the CPU: every device draws from the same places.
        self._generator = torch.Generator().manual_seed(seed)

    @property
    def channels(self) -> int:
        """Channels of a draw."""
        return self._data.shape[1]

    def draw(
        self,
        windows: list[Window],
        generator: torch.Generator,
        *,
        fitting: bool,
    ) -> Draw:
        """Draw as many pairs as there are windows, from places of its own."""
        del generator, fitting
        places = [self._place() for _ in windows]
        wanted = torch.cat([w.cut(self._images[i]) for i, w in places])
        known = torch.cat([w.cut(self._known_in(i)) for i, w in places])
        reduce = Downsample(self.steps[self._level], self._kernel)
        small = reduce(wanted)
        latent = enlarge(small, reduce.factors)
        latent = agree(latent, small, torch.ones_like(small), reduce)
        height, width = wanted.shape[-2:]
        inner = Window(
            _MARGIN, _MARGIN, height - 2 * _MARGIN, width - 2 * _MARGIN
        )
        return Draw(
            inner.cut(latent),
            inner.cut(known),
            target=inner.cut(wanted - latent),
        )

    def grow(self, sharpen: Callable[[Tensor], Tensor]) -> None:
        """Draw from one more scale; `sharpen` as in :meth:`climb`."""
        if self._level < len(self.steps) - 1:
            self._images.append(
                self._finer(self._images[-1], self._level, sharpen)
            )

    def climb(self, sharpen: Callable[[Tensor], Tensor]) -> Tensor:
        """Enlarge the finest image there is to the end.

        Parameters
        ----------
        sharpen : callable
            From an enlarged image to what it lacks, of the same shape.
        """
        image = self._images[-1]
        for level in range(self._level, len(self.steps)):
            image = self._finer(image, level, sharpen)
        return image

    @property
    def _level(self) -> int:
        return len(self._images) - 1

    def _finer(
        self,
        image: Tensor,
        level: int,
        sharpen: Callable[[Tensor], Tensor],
    ) -> Tensor:
        rows, columns = 1, 1
        for step in self.steps[: level + 1]:
            rows, columns = rows * step[0], columns * step[1]
        operator = Downsample((rows, columns), self._kernel)
        image = enlarge(image, self.steps[level])
        image = agree(image, self._data, self._known, operator)
        image = image + sharpen(image)
        return agree(image, self._data, self._known, operator)

    def _place(self) -> tuple[int, Window]:
        """Draw an image and a window in it; of one size for all images."""
        index = self._below(len(self._images))
        tall, wide = (
            min(self._side + 2 * _MARGIN, length) // factor * factor
            for length, factor in zip(
                self._data.shape[-2:], self.steps[self._level], strict=True
            )
        )
        height, width = self._images[index].shape[-2:]
        top = self._below(height - tall + 1)
        left = self._below(width - wide + 1)
        return index, Window(top, left, tall, wide)

    def _known_in(self, index: int) -> Tensor:
        """Where an image is known: what was made of one, everywhere."""
        if index == 0:
            return self._known
        return self._known.new_ones(1).expand_as(self._images[index])

    def _below(self, limit: int) -> int:
        return int(torch.randint(limit, (), generator=self._generator))


def _filled(image: Tensor, known: Tensor) -> Tensor:
    """Fill what is missing from its neighbours, from the edges inwards."""
    while not bool(known.all()):
        filled = fill_from_neighbours(image, known)
        reached = fill_from_neighbours(torch.ones_like(known), known)
        if bool((reached == known).all()):
            return image
        image, known = filled, reached
    return image
