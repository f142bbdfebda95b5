"""x*: the estimate, averaged over the fit."""

from __future__ import annotations

from typing import Protocol

from torch import Tensor, nn

from napari_dip.engine.problem import Problem


class Averaging(Protocol):
    """Keeps the running estimate and the best of them."""

    def update(self, network: nn.Module, output: Tensor) -> None:
        """Take in the network and its output after an iteration."""

    def estimate(self, passes: int) -> Tensor:
        """Return the running estimate, ``(1, c, h, w)``, on the device.

        `passes` realisations of a random latent are averaged; more give a
        better estimate for more time.
        """

    def deviation(self, problem: Problem, estimate: Tensor) -> Tensor:
        """Return the standard deviation of the error, ``(1, c, h, w)``.

        `estimate` is what was made of the running one in the end.
        """

    def keep(self, iteration: int) -> None:
        """Remember the running estimate as the best by its metric."""

    def mark(self, iteration: int) -> None:
        """Remember the running estimate, to be compared in the end."""

    def restore(self, problem: Problem | None = None) -> int | None:
        """Make the best estimate the running one.

        With a problem its held-out pixels decide. Returns the iteration of
        what was put back; None where the running estimate stays.
        """

    def hold(self) -> None:
        """Remember the running average, to fall back on."""

    def fall_back(self) -> None:
        """Go on from the average held: a fit diverged since."""


def growing_decay(longest: float, count: int) -> float:
    """Decay that averages all there is until that is more than wanted."""
    return min(longest, count / (count + 10))
