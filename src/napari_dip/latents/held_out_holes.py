"""The image filled quickly, in holes that were laid over known pixels."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from napari_dip.fills.base import Fill, Mask, memory_of_fills, work_of_fills
from napari_dip.fills.combination import Combination, HeldOut
from napari_dip.fills.filling import Asked, FilledPart, fill_parts
from napari_dip.fills.held_out import PART, lay_copy
from napari_dip.fills.parts import (
    around,
    judged_regions,
    number_that_judge,
    scene_side,
    usual_side,
)
from napari_dip.grid.regions import Region, Shape
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
    fills : ndarray
        ``(fills, channels, *shape)``: each of them.
    missing : ndarray of bool
        Like the base.
    latent : Tensor
        ``(1, latent channels, *shape)``, what the network sees.
    """

    region: Region
    base: NDArray[np.float32]
    fills: NDArray[np.float32]
    missing: Mask
    latent: Tensor


class Lesson(NamedTuple):
    """What is seen, asked for, learnt from and judged; where holes are."""

    latent: Tensor
    target: Tensor
    weight: Tensor
    judged: Tensor
    places: NDArray[np.intp]


class Made(NamedTuple):
    """What is made before the first draw.

    Parameters
    ----------
    combination : Combination
        Of the fills, as all held-out holes ask for.
    best : int
        The fill of least error in all held-out holes.
    scale : float
        What is asked for is divided by it.
    whole : Filled
        The image, of which no known pixel is held out.
    judged_parts : list of Filled
        The parts that hold what judges the fit, filled without it.
    lessons : list of Lesson
        What is drawn from.
    cut_short : bool
        Whether there was no time for all of it.
    """

    combination: Combination
    best: int
    scale: float
    whole: Filled
    judged_parts: list[Filled]
    lessons: list[Lesson]
    cut_short: bool


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
        self._number = number
        self._made: Made | None = None

    def prepare(self) -> bool:
        """Fill the image, and parts of it with held-out holes.

        Cut short, the fills are weighed by the holes looked at so far.
        """
        if self._made is None or self._made.cut_short:
            self._made = self._make()
        return not self._made.cut_short

    @property
    def channels(self) -> int:
        """Channels of a draw."""
        return len(self.data) * (3 + len(self.fills))

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

    @property
    def made(self) -> Made:
        """What is made of them before the first draw."""
        self.prepare()
        assert self._made is not None
        return self._made

    def _make(self) -> Made:
        whole = Region.whole(self.data.shape[1:])
        judging = self._asked_to_judge()
        asked = [Asked(whole, self.missing, np.zeros_like(self.missing))]
        first = np.eye(len(self.fills))[0]
        asked += judging + [self._lay(region) for region in self._regions()]
        filled, *parts = fill_parts(self.data, asked, self.fills)
        judged, laid = parts[: len(judging)], parts[len(judging) :]
        held = HeldOut.join([one.judged for one in parts], len(self.fills))
        mixed = Combination.of(held)
        if not parts:
            # The first is there, and no other is known to be better.
            mixed = replace(mixed, weights=0 * mixed.weights + first)
        left = mixed(held.values, held.errors)
        scale = float(np.sqrt(np.square(left).sum() / max(left.size, 1)))
        scale = scale or 1.0
        return Made(
            mixed,
            int(np.square(held.errors).sum(axis=1).argmin()),
            scale,
            self._combined(filled, mixed),
            [self._combined(part, mixed) for part in judged],
            [self._lesson(part, mixed, scale) for part in laid],
            len(parts) + 1 < len(asked),
        )

    def _asked_to_judge(self) -> list[Asked]:
        """The parts that hold what judges the fit, without it."""
        found = (
            (region, region.cut(self.missing), region.cut(self.judged))
            for region in judged_regions(self.missing)
        )
        return [
            Asked(region, missing | held, held)
            for region, missing, held in found
            if held.any()
        ]

    def _regions(self) -> list[Region]:
        """Parts to learn from: those that do not judge, then any."""
        spare = [
            region
            for region in judged_regions(self.missing)
            if region.cut(self.missing).any()
            and not region.cut(self.judged).any()
        ]
        shape, side = self.data.shape[1:], scene_side(self.missing)
        places = np.argwhere(self.missing.any(axis=0))
        while len(spare) < self._number:
            centre = places[self._generator.integers(len(places))]
            spare.append(around(centre, side, shape))
        return spare[: self._number]

    def _lay(self, region: Region) -> Asked:
        """Lay held-out holes over a part."""
        missing, judged = region.cut(self.missing), region.cut(self.judged)
        laid = lay_copy(missing, self._generator) & ~judged
        return Asked(region, missing | judged | laid, laid)

    def _combined(self, part: FilledPart, mixed: Combination) -> Filled:
        """Combine the fills of a part."""
        region, holes, fills = part.region, part.missing, part.fills
        base = np.where(holes, mixed(fills), fills[0])
        seen = [base, *(fills - base), 1 - holes.astype(np.float32)]
        seen.append(np.log1p(part.depth))
        latent = torch.from_numpy(np.concatenate(seen))[None]
        return Filled(region, base, fills, holes, latent.to(self._device))

    def _lesson(
        self, fills: FilledPart, mixed: Combination, scale: float
    ) -> Lesson:
        """Return what is learnt from a part."""
        part, laid = self._combined(fills, mixed), fills.held_out
        lacks = (part.region.cut(self.data) - part.base) / scale
        judged = part.region.cut(self.judged)
        target, weight, judging = (
            torch.from_numpy(x.astype(np.float32))[None].to(self._device)
            for x in (lacks, laid, judged)
        )
        places = np.argwhere(laid.any(axis=0))
        return Lesson(part.latent, target, weight, judging, places)

    def _window(self) -> list[Tensor]:
        lessons = self.made.lessons
        *planes, places = lessons[self._generator.integers(len(lessons))]
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
        Those whose held-out holes judge the fit, of 256 × 256 pixels; as many
        smaller ones as cover that, two at least, all if there are fewer.
    """

    carries_over: ClassVar[bool] = True
    holds_image: ClassVar[bool] = True

    fills: tuple[Fill, ...] = ()
    number: int = 6
    judged: int = 1

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

    def work(self, shape: Shape, missing: float) -> float:
        """Operations a channel of all fills, held-out holes included."""
        part = tuple(min(usual_side(missing, len(shape)), n) for n in shape)
        pixels = math.prod(part)
        parts = self.number + min(
            number_that_judge(self.judged, pixels),
            math.ceil(math.prod(shape) / pixels),
        )
        held = missing + min(missing, PART * (1 - missing))
        return work_of_fills(
            self.fills, shape, missing
        ) + parts * work_of_fills(self.fills, part, held)

    def memory(self, missing: Mask) -> float:
        """Bytes that the quick fills take."""
        return memory_of_fills(missing)

    def hold_out(self, measured: Tensor, seed: int) -> Tensor:
        """Hold out holes of the mask's own shape and size."""
        missing = measured[0].cpu().numpy() == 0
        held = np.zeros_like(missing)
        if missing.any():
            generator = np.random.default_rng(seed)
            regions = judged_regions(missing)
            number = number_that_judge(
                self.judged, math.prod(regions[0].shape)
            )
            for region in regions[:number]:
                holes = region.cut(missing)
                region.cut(held)[:] = lay_copy(holes, generator, _PART)
        return torch.from_numpy(held.astype(np.float32))[None].to(measured)
