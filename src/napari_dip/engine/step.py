"""One step of a fit, and going back where it diverges."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import Any, NamedTuple

import torch
from torch import Tensor, nn

from napari_dip.device.choice import precision_context
from napari_dip.engine.averaging.choice import Averaging
from napari_dip.engine.losses import total_variation
from napari_dip.engine.optimisers import GradientClipping, Optimiser
from napari_dip.engine.problem import Problem
from napari_dip.engine.settings import FitSettings
from napari_dip.grid.dihedral import Dihedral, draw_dihedral
from napari_dip.grid.regions import Region, cut_all, draw_windows


class Outcome(NamedTuple):
    """What an iteration gave.

    Parameters
    ----------
    loss : Tensor
        Data term, a scalar.
    output : Tensor
        Of the network.
    empty_loss : Tensor or None
        Data term that an empty image would have had; None for whole images,
        of which it is always the same.
    told : tuple of Tensor or None
        What judges the fit: the last fields of an
        :class:`~napari_dip.engine.metrics.Observation`, in their order.
    """

    loss: Tensor
    output: Tensor
    empty_loss: Tensor | None
    told: tuple[Tensor | None, ...]


class Step:
    """One step of an optimiser down the data term.

    Parameters
    ----------
    problem : Problem
        The equation.
    settings : FitSettings
        How to go about it.
    optimiser : Optimiser
        Of the weights of its network.
    seed : int
        Seed of every draw.
    """

    def __init__(
        self,
        problem: Problem,
        settings: FitSettings,
        optimiser: Optimiser,
        seed: int,
    ) -> None:
        self._problem = problem
        self._settings = settings
        self._optimiser = optimiser
        self._device = problem.data.device
        self._fitted = problem.fitted
        self._judged = problem.known * problem.held_out
        self.has_held_out = bool(self._judged.any())
        # Found once: to find them waits for the device.
        self._places = self._judged.flatten().nonzero().flatten()
        self._generator = torch.Generator(self._device).manual_seed(seed)
        # On the CPU: every device sees the same windows.
        self._window_generator = torch.Generator().manual_seed(seed)
        self._clip: GradientClipping | None = None
        if settings.gradient_clipping is not None:
            self._clip = GradientClipping(settings.gradient_clipping)

    def __call__(self, learning_rate: float) -> Outcome:
        """Take it."""
        problem = self._problem
        self._optimiser.learning_rate = learning_rate
        windows = self._windows()
        draw = problem.latent.draw(windows, self._generator, fitting=True)
        dihedral = self._dihedral()
        with precision_context(self._device, self._settings.precision):
            output = problem.network(dihedral.apply(draw.latent))
        output = dihedral.undo(output.float())
        seen = [problem.operator.data_window(w) for w in windows]
        weight = draw.weight
        if weight is None:
            weight = cut_all(self._fitted, seen)
        if draw.target is not None:
            prediction, target = output, draw.target
        else:
            prediction = problem.operator.within(windows)(output)
            data = cut_all(problem.data, seen)
            target = data if draw.shift is None else data + draw.shift
        loss = problem.loss(prediction, target, weight)
        self._optimiser.zero_grad()
        cost = loss
        if self._settings.tv_weight:
            variation = total_variation(output)
            cost = loss + self._settings.tv_weight * variation
        cost.backward()  # type: ignore[no-untyped-call]
        if self._clip is not None:
            self._clip(problem.network.parameters())
        self._optimiser.step()
        if self._settings.langevin:
            self._stir(self._settings.langevin * learning_rate)
        with torch.no_grad():
            empty = error = residual = left = None
            if self._settings.window is not None:
                nothing = torch.zeros_like(target)
                empty = problem.loss(nothing, target, weight)
            judged = draw.judged
            if self.has_held_out and draw.target is None:
                judged = cut_all(self._judged, seen)
            if judged is not None:
                error = problem.loss(prediction, target, judged)
                if self._settings.window is None:
                    above = (prediction - target).flatten()
                    residual = above[self._places]
            if draw.shift is not None and self._settings.window is None:
                left = (target - prediction) * weight
        told = error, residual, left, draw.shift
        return Outcome(loss.detach(), output.detach(), empty, told)

    @torch.no_grad()
    def _stir(self, deviation: float) -> None:
        """Add noise to the weights of the convolutions: Langevin dynamics."""
        for weight in self._problem.network.parameters():
            if weight.ndim > 1:
                noise = torch.empty_like(weight)
                noise.normal_(0, deviation, generator=self._generator)
                weight.add_(noise)

    def _windows(self) -> list[Region]:
        if self._settings.window is None:
            return [Region.whole(self._problem.image_shape)]
        if self._problem.latent.draws_places:
            whole = Region.whole(self._problem.image_shape)
            return [whole] * self._settings.num_windows
        return draw_windows(
            self._problem.data.shape[2:],
            self._settings.window,
            self._settings.num_windows,
            self._window_generator,
            self._problem.parts,
        )

    def _dihedral(self) -> Dihedral:
        if not self._settings.augment:
            return Dihedral()
        ndim = self._problem.data.ndim - 2
        return draw_dihedral(self._window_generator, ndim)


# The published code goes back when PSNR falls by 5 dB: a loss 3.2 times
# as high. A loss on random windows of an image varies by that much.
_DIVERGED = 10.0
_MOST_RETURNS = 5
# A fit on windows that is no worse than this many times an empty image has
# not diverged.
_HARMLESS = 2.0


def harmless_loss(powers: Sequence[Tensor]) -> float:
    """Return a loss on recent windows that means no divergence.

    Parameters
    ----------
    powers : sequence of Tensor
        Losses that an empty image would have had on each.
    """
    if not powers:
        return 0.0
    return _HARMLESS * float(torch.stack([*powers]).mean())


class Checkpoints:
    """The last good weights, the optimiser's state and the average.

    Restoring the weights alone would let the optimiser's moments repeat the
    step that diverged, and leave what diverged in the average.

    Parameters
    ----------
    network : nn.Module
        Network whose weights are kept.
    optimiser : Optimiser
        Its optimiser.
    averaging : Averaging
        Average that the fit keeps.
    latent : sequence of Tensor
        What of the latent is fitted too.
    every : int
        Accepted losses between checkpoints.
    """

    def __init__(
        self,
        network: nn.Module,
        optimiser: Optimiser,
        averaging: Averaging,
        latent: Sequence[Tensor] = (),
        every: int = 10,
    ) -> None:
        self._network = network
        self._optimiser = optimiser
        self._averaging = averaging
        self._latent = latent
        self._every = every
        self._accepted = 0
        self._returns = 0
        self._reference = math.inf
        self._saved = self._state()
        #: Factor of the learning rate, halved at each return.
        self.caution = 1.0

    @property
    def exhausted(self) -> bool:
        """Whether going back never helps."""
        return self._returns >= _MOST_RETURNS

    def accept(self, loss: float, harmless: float = 0.0) -> bool:
        """Judge a loss; save the state now and then while all is well.

        Parameters
        ----------
        loss : float
            Data term.
        harmless : float
            Loss that means no divergence, however low others were: windows
            without a bright structure have a far lower loss than those with
            one.
        """
        limit = max(_DIVERGED * self._reference, harmless)
        if not math.isfinite(loss) or loss > limit:
            return False
        self._reference = min(self._reference, loss)
        if self._accepted % self._every == 0:
            self._saved = self._state()
            self._averaging.hold()
        self._accepted += 1
        return True

    def restore(self) -> None:
        """Put all of it back and step more carefully."""
        weights, moments, latent = copy.deepcopy(self._saved)
        self._network.load_state_dict(weights)
        self._optimiser.load_state_dict(moments)
        for values, saved in zip(self._latent, latent, strict=True):
            values.data.copy_(saved)
        self._averaging.fall_back()
        self._returns += 1
        self.caution *= 0.5

    def _state(
        self,
    ) -> tuple[dict[str, Any], dict[str, Any], list[Tensor]]:
        return copy.deepcopy(
            (
                self._network.state_dict(),
                self._optimiser.state_dict(),
                [values.detach() for values in self._latent],
            )
        )
