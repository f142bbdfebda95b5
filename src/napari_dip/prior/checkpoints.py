"""Going back when a fit diverges."""

from __future__ import annotations

import copy
import math
from typing import Any

from torch import nn
from torch.optim import Optimizer

# The published code goes back when PSNR falls by 5 dB: a loss 3.2 times
# as high. A loss on random windows of an image varies by that much.
_DIVERGED = 10.0
_MOST_RETURNS = 5


class Checkpoints:
    """The last good weights, with the optimiser's state that led to them.

    Restoring the weights alone would let the optimiser's moments repeat the
    step that diverged.

    Parameters
    ----------
    network : nn.Module
        Network whose weights are kept.
    optimiser : Optimizer
        Its optimiser.
    every : int
        Accepted losses between checkpoints.
    """

    def __init__(
        self, network: nn.Module, optimiser: Optimizer, every: int = 10
    ) -> None:
        self._network = network
        self._optimiser = optimiser
        self._every = every
        self._accepted = 0
        self._returns = 0
        self._reference = math.inf
        self._saved: tuple[dict[str, Any], dict[str, Any]] | None = None
        #: Factor of the learning rate, halved at each return.
        self.caution = 1.0

    @property
    def exhausted(self) -> bool:
        """Whether there is nothing to go back to, or it never helps."""
        return self._saved is None or self._returns >= _MOST_RETURNS

    def accept(self, loss: float) -> bool:
        """Judge a loss; save the state now and then while all is well."""
        if not math.isfinite(loss) or loss > _DIVERGED * self._reference:
            return False
        self._reference = min(self._reference, loss)
        if self._accepted % self._every == 0:
            self._saved = copy.deepcopy(
                (self._network.state_dict(), self._optimiser.state_dict())
            )
        self._accepted += 1
        return True

    def restore(self) -> None:
        """Put weights and moments back and step more carefully."""
        if self._saved is None:
            raise RuntimeError('Checkpoints: nothing was saved yet.')
        weights, moments = copy.deepcopy(self._saved)
        self._network.load_state_dict(weights)
        self._optimiser.load_state_dict(moments)
        self._returns += 1
        self.caution *= 0.5
