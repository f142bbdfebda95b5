"""x* of a fit of what quick fills lack: their combination, and the fit's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from napari_dip.device.choice import Precision
from napari_dip.engine.averaging.uncertainty import Evidence
from napari_dip.engine.averaging.weights import WeightAverage
from napari_dip.engine.problem import Problem
from napari_dip.fills.combination import (
    ALIKE,
    NUM_CLASSES,
    independent,
    surely,
)
from napari_dip.fills.report import describe_fills
from napari_dip.grid.regions import Region, Shape
from napari_dip.latents.held_out_holes import Filled, HeldOutHoles

Planes = NDArray[np.float32]

_CUT_SHORT = 'Not all quick fills were made and compared: that was cut short.'


class FilledAverage(WeightAverage):
    """Exponential average of the weights of a network that corrects fills.

    How much of what it adds is taken, held-out holes tell.

    Parameters
    ----------
    network : nn.Module
        Network to copy.
    latent : HeldOutHoles
        What it is fitted to.
    shape, decay, precision
        As in :class:`~napari_dip.engine.averaging.weights.WeightAverage`.
    """

    _latent: HeldOutHoles

    def __init__(
        self,
        network: nn.Module,
        latent: HeldOutHoles,
        shape: Tensor,
        *,
        decay: float,
        precision: Precision,
    ) -> None:
        super().__init__(
            network, latent, shape, decay=decay, precision=precision, seed=0
        )
        self._spread: Planes | None = None
        self.notes: Sequence[str] = ()

    def estimate(self, num_samples: int) -> Tensor:
        """Add to the fills what held-out holes say of the network.

        `num_samples`, of eight at most, are the dihedral transforms averaged.
        What is held out is filled as if it were missing.
        """
        latent = self._latent
        parts = [
            (part, self._added(part, num_samples))
            for part in latent.made.judged_parts
        ]
        found_share = self._share(parts)
        share = found_share.taken
        whole = latent.made.whole
        added = self._added(whole, num_samples)
        estimate = _with(whole, added, share)
        spread = _spread(whole, added, share, latent)
        for part, more in parts:
            held = part.region.cut(latent.judged)
            for image, found in (
                (estimate, _with(part, more, share)),
                (spread, _spread(part, more, share, latent)),
            ):
                region = part.region.cut(image)
                np.copyto(region, found, where=held)
        self._spread = spread
        self.notes = self._describe(parts, found_share)
        return self._tensor(estimate)

    def deviation(self, problem: Problem, estimate: Tensor) -> Tensor:
        """Judge how much fills and network differ by the held-out holes."""
        if self._spread is None:
            self.estimate(1)
        assert self._spread is not None
        spread = self._tensor(self._spread)
        return Evidence.from_held_out(spread, problem, estimate).deviation()

    def _held_out_errors(self, problem: Problem) -> Tensor:
        """Square error of each held-out pixel, with all that is added."""
        latent, errors = self._latent, []
        for part in latent.made.judged_parts:
            found = part.base + self._added(part, 1)
            held = part.region.cut(latent.judged)
            errors.append((found - part.region.cut(latent.data))[held] ** 2)
        return torch.from_numpy(np.concatenate(errors))

    @torch.no_grad()
    def _added(self, part: Filled, num_samples: int) -> Planes:
        """What the network adds to a part, in the mean of several ways."""

        def evaluate(window: Region) -> Tensor:
            seen = window.cut(part.latent)
            return self._augmented(seen, num_samples).mean(0)

        shape: Shape = tuple(part.latent.shape[2:])
        added: Planes = self._over_image(evaluate, shape)[0].cpu().numpy()
        return added * np.float32(self._latent.made.scale)

    def _share(self, parts: list[tuple[Filled, Planes]]) -> _Share:
        """Share of what is added that is nearest to the held-out data."""
        latent = self._latent
        lacks, more, classes = [], [], []
        for part, added in parts:
            held = part.region.cut(latent.judged)
            lacks.append((part.region.cut(latent.data) - part.base)[held])
            more.append(added[held])
            classes.append(part.classes[held])
        if not parts:
            return _Share(np.zeros(NUM_CLASSES, np.float32), 0.0)
        return judged_share(
            np.concatenate(lacks),
            np.concatenate(more),
            np.concatenate(classes),
            independent(latent.judged),
        )

    def _describe(
        self, parts: list[tuple[Filled, Planes]], share: _Share
    ) -> list[str]:
        latent, alone, held_out = self._latent, 0.0, 0
        for part, _ in parts:
            held = part.region.cut(latent.judged)
            off = part.fills[latent.made.best] - part.region.cut(latent.data)
            alone += float((off[held] ** 2).sum())
            held_out += int(held.sum())
        missing = np.bincount(
            latent.made.whole.classes[latent.missing], minlength=NUM_CLASSES
        )
        taken = missing @ latent.made.weights / max(missing.sum(), 1)
        said = describe_fills(
            [fill.name for fill in latent.fills],
            taken,
            float(missing @ share.taken / max(missing.sum(), 1)),
            latent.made.best,
            (alone, share.squares),
            held_out,
        )
        return [*said, _CUT_SHORT] if latent.made.cut_short else said

    def _tensor(self, planes: Planes) -> Tensor:
        return torch.from_numpy(planes)[None].to(self._device)


class _Share(NamedTuple):
    """Part of an addition to take, and squared errors of what is then left.

    The latter are of pixels that did not tell the former.
    """

    taken: Planes
    squares: float


def judged_share(
    lacks: Planes, more: Planes, classes: NDArray[np.intp], number: float
) -> _Share:
    """Regress what is lacking on what is added, in each class of depth.

    It is taken as far as its gain on pixels that did not tell it is beyond
    chance.

    Parameters
    ----------
    lacks, more, classes : (pixels,) ndarray
        Of the held-out pixels, in the order in which they lie.
    number : float
        How many of them are as good as independent.
    """

    def told(by: NDArray[np.bool_]) -> Planes:
        sums = (
            np.bincount(classes[by], values[by], NUM_CLASSES).astype(float)
            for values in (lacks * more, more**2, lacks**2, one)
        )
        return shares(*sums)

    one = np.ones_like(more)
    second = np.arange(len(more)) * 2 >= len(more)
    left = np.empty_like(lacks)
    for own in (second, ~second):
        left[own] = (lacks - told(~own)[classes] * more)[own]
    sure = np.float32(surely(lacks**2 - left**2, number))
    left = lacks + sure * (left - lacks)
    return _Share(sure * told(one > 0), float((left**2).sum()))


def shares(
    both: NDArray[np.float64],
    square: NDArray[np.float64],
    rest: NDArray[np.float64],
    count: NDArray[np.float64],
) -> NDArray[np.float32]:
    """Part of an addition to take, class by class, between 0 and 1.

    Parameters
    ----------
    both, square, rest : (classes,) ndarray
        Sums of the products of what is added and what is lacking, and of
        the squares of each.
    count : (classes,) ndarray
        Pixels of each class.
    """

    def regressed(
        both: NDArray[np.float64],
        square: NDArray[np.float64],
        rest: NDArray[np.float64],
        count: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        best = both / np.maximum(square, 1e-12)
        left = np.maximum(rest - best * both, 0)
        number = np.maximum(count / ALIKE, 1)
        variance = left / np.maximum(square, 1e-12) / number
        return best, variance

    sums = (x.sum(keepdims=True) for x in (both, square, rest, count))
    whole, doubt = regressed(*sums)
    whole = whole * whole**2 / np.maximum(whole**2 + doubt, 1e-12)
    own, variance = regressed(both, square, rest, count)
    # A class of its own as far as its pixels tell it from the others.
    apart = (own - whole) ** 2
    sure = apart / np.maximum(apart + 4 * variance, 1e-12)
    sure = np.where(count > ALIKE, sure, 0)
    return np.clip(whole + sure * (own - whole), 0, 1).astype(np.float32)


def _with(part: Filled, added: Planes, share: Planes) -> Planes:
    return part.base + np.where(
        part.missing, share[part.classes] * added, np.float32(0)
    )


def _spread(
    part: Filled, added: Planes, share: Planes, latent: HeldOutHoles
) -> Planes:
    """Variance of fills and network about what is taken."""
    found = _with(part, added, share)
    others = np.stack([*part.fills, part.base + added]) - found
    spread: Planes = (others**2).mean(axis=0)
    return spread
