"""The average of the outputs of a network."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from napari_dip.engine.averaging.uncertainty import Evidence
from napari_dip.engine.problem import Problem


class OutputAverage:
    """Exponential average of the network's outputs.

    Parameters
    ----------
    decay : float
        Weight of the past; 0 is the last output.
    """

    #: Nothing to be said.
    notes: Sequence[str] = ()
    half: Tensor | None = None

    def __init__(self, decay: float) -> None:
        self.decay = decay
        self._count = 0
        self._average: Tensor | None = None
        self._spread: Tensor | None = None
        self._kept: tuple[int, Tensor, Tensor] | None = None
        self._joined = 0
        self._held: tuple[Tensor, Tensor, int] | None = None

    def update(self, network: nn.Module, output: Tensor) -> None:
        """Average in one more output."""
        output = output.detach()
        if self._average is None or self._spread is None:
            self._average = output.clone()
            self._spread = torch.zeros_like(output)
            # The first weights give a finite output, whatever comes after.
            self._held = (self._average.clone(), self._spread.clone(), 1)
        else:
            decay = growing_decay(self.decay, self._count)
            change = output - self._average
            self._average.add_(change, alpha=1 - decay)
            self._spread.addcmul_(change, change, value=1 - decay)
            self._spread.mul_(decay)
        self._count += 1

    def estimate(self, num_samples: int) -> Tensor:
        """Return the average; there is nothing to draw."""
        if self._average is None:
            raise RuntimeError('OutputAverage: nothing was averaged yet.')
        return self._average

    def deviation(self, problem: Problem, estimate: Tensor) -> Tensor:
        """Judge the spread of the outputs by the held-out data."""
        if self._spread is None:
            raise RuntimeError('OutputAverage: nothing was averaged yet.')
        return Evidence.from_held_out(
            self._spread, problem, estimate
        ).deviation()

    def keep(self, iteration: int) -> None:
        """Copy the average."""
        if self._average is not None and self._spread is not None:
            self._kept = (
                iteration,
                self._average.clone(),
                self._spread.clone(),
            )
            self._joined = 1

    def join(self, iteration: int) -> None:
        """Take the mean of all estimates since the one that was kept.

        Which of them is the best nothing tells, and in their mean is less
        noise than in most of them.
        """
        if self._kept is None or self._average is None or self._spread is None:
            return
        _, average, spread = self._kept
        self._joined += 1
        average.lerp_(self._average, 1 / self._joined)
        spread.lerp_(self._spread, 1 / self._joined)
        self._kept = (iteration, average, spread)

    def mark(self, iteration: int) -> None:
        """Do nothing: metrics of the whole image need no comparison."""

    def restore(self, problem: Problem | None = None) -> int | None:
        """Put the copy back, whose metric was that of the whole image."""
        if self._kept is None:
            return None
        iteration, average, spread = self._kept
        self._average, self._spread = average.clone(), spread.clone()
        return iteration

    def weights(self) -> Sequence[Tensor]:
        """Return none: they are not averaged."""
        return ()

    def adopt(self, weights: Sequence[Tensor]) -> None:
        """Refuse: an output is that of its own image."""
        raise RuntimeError('OutputAverage: it holds no weights.')

    def go_on_from(
        self, weights: Sequence[Tensor], network: nn.Module
    ) -> bool:
        """Refuse: an output is that of its own image."""
        del weights, network
        return False

    def hold(self) -> None:
        """Copy the average and how much is in it."""
        if self._average is not None and self._spread is not None:
            self._held = (
                self._average.clone(),
                self._spread.clone(),
                self._count,
            )

    def fall_back(self) -> None:
        """Put that copy back."""
        if self._held is not None:
            average, spread, self._count = self._held
            self._average, self._spread = average.clone(), spread.clone()


def growing_decay(longest: float, count: int) -> float:
    """Decay that averages all there is until that is more than wanted."""
    return min(longest, count / (count + 10))
