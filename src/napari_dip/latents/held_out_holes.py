"""The image filled quickly, in holes that were laid over known pixels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import ClassVar, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from napari_dip.device.pace import go_on
from napari_dip.fills.base import Fill, Mask, fill_channels
from napari_dip.fills.combination import (
    Errors,
    Weights,
    class_of,
    combine,
    depth_of,
    guarded,
    independent,
)
from napari_dip.fills.held_out import lay_copy
from napari_dip.fills.parts import around, judged_regions, scene_side
from napari_dip.grid.regions import Region
from napari_dip.latents.base import Draw, Given, Latent, LatentSpec

# Greatest part of the known pixels that they hold out: what the fit, and only
# it, has less.
_PART = 0.06


class Filled(NamedTuple):
    """A part of the image, filled quickly.

    Parameters
    ----------
    region : Region
        Where it lies.
    base : ndarray
        ``(channels, *shape)``: the combination of the fills.
    fills : list of ndarray
        Each of them.
    missing : ndarray of bool
        Same shape.
    classes : ndarray of int
        Same shape: class of each pixel, by its depth.
    latent : Tensor
        ``(1, latent channels, *shape)``, what the network sees.
    """

    region: Region
    base: NDArray[np.float32]
    fills: list[NDArray[np.float32]]
    missing: Mask
    classes: NDArray[np.intp]
    latent: Tensor


class _Fills(NamedTuple):
    """The same before it is known how the fills are combined."""

    region: Region
    missing: Mask
    depth: NDArray[np.float32]
    fills: list[NDArray[np.float32]]


class _Lesson(NamedTuple):
    """What is seen, asked for, learnt from and judged; where holes are."""

    latent: Tensor
    target: Tensor
    weight: Tensor
    judged: Tensor
    places: NDArray[np.intp]


class HeldOutHoles(Latent):
    """The image, filled quickly, and what was missing when it was.

    A draw asks for what the fill lacks in held-out holes of the shape of the
    real ones. Who has learnt to give it can add it to the real ones.

    Parameters
    ----------
    data : Tensor
        ``(1, c, *shape)``, standardised; finite everywhere.
    known : Tensor
        Same shape, 1 where a pixel is measured.
    held_out : Tensor
        Same shape, 1 where a measured pixel judges the fit.
    fills : sequence of Fill
        Whose combination is the first estimate.
    number : int
        Parts of the image with held-out holes to learn from.
    side : int
        Side in pixels of what a draw asks for.
    seed : int
        Seed of the places drawn.
    """

    def __init__(
        self,
        data: Tensor,
        known: Tensor,
        held_out: Tensor,
        fills: Sequence[Fill],
        *,
        number: int,
        side: int,
        seed: int,
    ) -> None:
        self.fills = tuple(fills)
        self._device = data.device
        self.data: NDArray[np.float32] = data[0].cpu().numpy()
        self.missing: Mask = known[0].cpu().numpy() == 0
        self.judged: Mask = held_out[0].cpu().numpy() > 0
        self._side = side
        # On the CPU: every device draws from the same places.
        self._generator = np.random.default_rng(seed)
        judging, told = (Errors(len(self.fills)) for _ in range(2))
        judged = self._judge(judging)
        laid = [self._lay(told) for _ in range(number)]
        #: Of each fill, by the depth in a hole.
        self.weights: Weights = self._guarded(told, judging, judged)
        both = told + judging
        #: The fill of least error in all held-out holes.
        self.best = int(both.squares.argmin())
        #: What is asked for is divided by it.
        self.scale = both.rms(self.weights) or 1.0
        #: The parts that hold what judges the fit, filled without it.
        self.judged_parts = [self._combined(part) for part in judged]
        self._lessons = [self._lesson(*each) for each in laid]

    @property
    def channels(self) -> int:
        """Channels of a draw."""
        return self._lessons[0].latent.shape[1]

    @property
    def holes(self) -> HeldOutHoles:
        """Return itself."""
        return self

    def draw(
        self,
        windows: list[Region],
        generator: torch.Generator,
        *,
        fitting: bool,
    ) -> Draw:
        """Draw as many windows, around held-out pixels of its own choice."""
        del generator, fitting
        drawn = [self._window() for _ in windows]
        latent, target, weight, judged = (
            torch.cat(parts) for parts in zip(*drawn, strict=True)
        )
        return Draw(latent, weight, target=target, judged=judged)

    @cached_property
    def whole(self) -> Filled:
        """The image, of which no known pixel is held out."""
        shape = self.data.shape[1:]
        return self._combined(self._fill(Region.whole(shape), self.missing))

    def _fill(self, region: Region, missing: Mask) -> _Fills:
        """Fill a part of the image, whose missing pixels are as told."""
        data, holes = region.cut(self.data), region.cut(missing)
        fills = [fill_channels(one, data, holes) for one in self.fills]
        return _Fills(region, holes, depth_of(holes), fills)

    def _combined(self, part: _Fills) -> Filled:
        """Combine the fills of a part."""
        region, holes, depth, fills = part
        classes = class_of(depth)
        base = combine(fills, self.weights, classes)
        seen = [base, *(one - base for one in fills)]
        seen += [1 - holes.astype(np.float32), np.log1p(depth)]
        latent = torch.from_numpy(np.concatenate(seen))[None]
        return Filled(
            region, base, fills, holes, classes, latent.to(self._device)
        )

    def _judge(self, errors: Errors) -> list[_Fills]:
        """Fill the parts that hold what judges the fit, without it."""
        parts = []
        for region in judged_regions(self.missing):
            held = region.cut(self.judged)
            if held.any():
                go_on()
                parts.append(self._fill(region, self.missing | self.judged))
                errors.add(*self._errors(parts[-1], held))
        return parts

    def _lay(self, errors: Errors) -> tuple[_Fills, Mask]:
        """Lay held-out holes over a part, and fill it."""
        go_on()
        shape, side = self.data.shape[1:], scene_side(self.missing)
        places = np.argwhere(self.missing.any(axis=0))
        centre = places[self._generator.integers(len(places))]
        region = around(centre, side, shape)
        laid = lay_copy(region.cut(self.missing), self._generator)
        laid &= ~region.cut(self.judged)
        missing = self.missing | self.judged
        region.cut(missing)[:] |= laid
        part = self._fill(region, missing)
        errors.add(*self._errors(part, laid))
        return part, laid

    def _errors(
        self, part: _Fills, held: Mask
    ) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
        data = part.region.cut(self.data)[held]
        off = np.stack([fill[held] - data for fill in part.fills])
        return off, class_of(part.depth)[held]

    def _guarded(
        self, told: Errors, judging: Errors, judged: list[_Fills]
    ) -> Weights:
        """Weigh the fills by what is laid, as far as what judges agrees."""
        if not judged:
            return told.weights()
        found = [
            self._errors(part, part.region.cut(self.judged)) for part in judged
        ]
        errors = np.concatenate([off for off, _ in found], axis=1)
        classes = np.concatenate([of for _, of in found])
        number = independent(self.judged)
        return guarded(told, judging, errors, classes, number)

    def _lesson(self, fills: _Fills, laid: Mask) -> _Lesson:
        """Return what is learnt from a part."""
        part = self._combined(fills)
        lacks = (part.region.cut(self.data) - part.base) / self.scale
        judged = part.region.cut(self.judged)
        target, weight, judging = (
            torch.from_numpy(x.astype(np.float32))[None].to(self._device)
            for x in (lacks, laid, judged)
        )
        places = np.argwhere(laid.any(axis=0))
        return _Lesson(part.latent, target, weight, judging, places)

    def _window(self) -> list[Tensor]:
        chosen = self._generator.integers(len(self._lessons))
        *planes, places = self._lessons[chosen]
        shape = planes[0].shape[2:]
        centre = np.array([n // 2 for n in shape])
        if len(places):
            centre = places[self._generator.integers(len(places))]
        centre = centre + self._generator.integers(
            -self._side // 4, self._side // 4 + 1, len(shape)
        )
        window = around(centre, self._side, shape)
        return [window.cut(plane) for plane in planes]


@dataclass(frozen=True)
class HeldOutHolesSpec(LatentSpec):
    """Learn in copies of the mask what quick fills lack.

    Parameters
    ----------
    fills : tuple of Fill
        Whose combination is the first estimate.
    number : int
        Parts of the image with held-out holes to learn from.
    judged : int
        Greatest number of those whose held-out holes judge the fit.
    """

    holds_image: ClassVar[bool] = True

    fills: tuple[Fill, ...] = ()
    number: int = 6
    judged: int = 4

    def make(self, given: Given) -> HeldOutHoles:
        """Lay the holes."""
        assert given.window is not None
        return HeldOutHoles(
            given.data,
            given.measured,
            given.held_out,
            self.fills,
            number=self.number,
            side=given.window,
            seed=given.seed,
        )

    def num_channels(self, image_channels: int, ndim: int = 2) -> int:
        """Combination, difference of each fill, what is known, and depth."""
        return image_channels * (3 + len(self.fills))

    def hold_out(self, measured: Tensor, seed: int) -> Tensor:
        """Hold out holes of the mask's own shape and size."""
        missing = measured[0].cpu().numpy() == 0
        held = np.zeros_like(missing)
        if missing.any():
            generator = np.random.default_rng(seed)
            for region in judged_regions(missing)[: self.judged]:
                holes = region.cut(missing)
                region.cut(held)[:] = lay_copy(holes, generator, _PART)
        return torch.from_numpy(held.astype(np.float32))[None].to(measured)
