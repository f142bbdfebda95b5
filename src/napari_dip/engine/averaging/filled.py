"""x* of a fit of what quick fills lack: their combination, and the fit's."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from napari_dip.device.choice import Precision
from napari_dip.engine.averaging.weights import WeightAverage
from napari_dip.engine.problem import Problem
from napari_dip.fills.combination import HeldOut, Step, surely
from napari_dip.fills.report import describe_fills
from napari_dip.grid.interpolation import TINY
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
        self.notes: Sequence[str] = ()

    def estimate(self, num_samples: int) -> Tensor:
        """Add to the fills what held-out holes say of the network.

        `num_samples`, of eight at most, are the dihedral transforms averaged.
        What is held out is filled as if it were missing.
        """
        latent = self._latent
        parts, judged = self._judged(num_samples)
        step = Step.judged(judged)
        whole = latent.made.whole
        both = self._with_network(whole, num_samples)
        estimate = _taken(whole, both, step)
        unseen = estimate.copy()
        for part, found in parts:
            held = part.region.cut(latent.judged)
            taken = _taken(part, found, step)
            np.copyto(part.region.cut(estimate), taken, where=held)
            np.copyto(part.region.cut(unseen), taken, where=part.missing)
        # Fills are told by what is held out all around it, but for these.
        self.half = self._tensor(unseen)
        self.notes = self._describe(step)
        return self._tensor(estimate)

    def deviation(self, problem: Problem, estimate: Tensor) -> Tensor:
        """Tell the error by how much the fills differ.

        How far off their combination was where they differed as much, all
        held-out holes tell, and those that judge tell how much nearer the
        estimate is.
        """
        latent, better = self._latent, 1.0
        before = [
            self._made_of(part, part.base[None]).errors
            for part in latent.made.judged_parts
        ]
        if before:
            held = latent.judged
            left = estimate[0].cpu().numpy()[held] - latent.data[held]
            mean = float(np.square(np.concatenate(before, axis=1)).mean())
            better = float(np.square(left).mean()) / max(mean, TINY)
        told = latent.made.combination.variance(latent.made.whole.fills)
        return self._tensor(np.sqrt(told * np.float32(better)))

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
        if self._latent.made.cut_short:
            # It has learnt nothing.
            return np.zeros_like(part.base)

        def evaluate(window: Region) -> Tensor:
            seen = window.cut(part.latent)
            return self._augmented(seen, num_samples).mean(0)

        shape: Shape = tuple(part.latent.shape[2:])
        added: Planes = self._over_image(evaluate, shape)[0].cpu().numpy()
        return added * np.float32(self._latent.made.scale)

    def _judged(
        self, num_samples: int
    ) -> tuple[list[tuple[Filled, Planes]], HeldOut]:
        """Make the parts that judge, and compare them with the data."""
        parts = [
            (part, self._with_network(part, num_samples))
            for part in self._latent.made.judged_parts
        ]
        return parts, HeldOut.join([self._made_of(*one) for one in parts], 2)

    def _carries_over(self) -> bool:
        """Whether what is added is not surely worse than the fills."""
        _, judged = self._judged(1)
        without, added = np.square(judged.errors)
        return not surely(added - without, judged.holes)

    def _with_network(self, part: Filled, num_samples: int) -> Planes:
        """Combination of the fills without and with the network."""
        added = self._added(part, num_samples)
        return np.stack([part.base, part.base + added])

    def _made_of(self, part: Filled, estimates: Planes) -> HeldOut:
        """What estimates made of the pixels that judge."""
        truth = part.region.cut(self._latent.data)
        held = part.region.cut(self._latent.judged)
        return HeldOut.of(estimates, truth, held)

    def _describe(self, step: Step) -> list[str]:
        latent = self._latent
        best = HeldOut.join(
            [
                self._made_of(part, part.fills[latent.made.best][None])
                for part in latent.made.judged_parts
            ],
            1,
        )
        alone, left = best.errors[0] ** 2, step.left**2
        gained, lost = (
            surely(sign * (alone - left), best.holes) for sign in (1, -1)
        )
        holes = latent.missing
        taken = latent.made.combination.at(latent.made.whole.fills[:, holes])
        said = describe_fills(
            [fill.name for fill in latent.fills],
            taken.mean(axis=1),
            step.share,
            latent.made.best,
            (float(alone.sum()), float(left.sum())),
            left.size,
            is_sure=gained + lost > 0,
        )
        return [*said, _CUT_SHORT] if latent.made.cut_short else said

    def _tensor(self, planes: Planes) -> Tensor:
        return torch.from_numpy(planes)[None].to(self._device)


def _taken(part: Filled, both: Planes, step: Step) -> Planes:
    return np.where(part.missing, step(both), part.base)
