"""Going back when a fit diverges."""

from __future__ import annotations

import copy
import math
from collections.abc import Sequence
from typing import Any

from torch import Tensor, nn

from napari_dip.engine.averaging.choice import Averaging
from napari_dip.engine.optimisers import Optimiser

# The published code goes back when PSNR falls by 5 dB: a loss 3.2 times
# as high. A loss on random windows of an image varies by that much.
_DIVERGED = 10.0
_MOST_RETURNS = 5


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
