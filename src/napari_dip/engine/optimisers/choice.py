"""What takes the steps of a fit, by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Literal, Protocol

from torch import Tensor

from napari_dip.engine.optimisers.adam import Adam
from napari_dip.engine.optimisers.muon import Muon

OptimiserName = Literal['adam', 'muon']


class Optimiser(Protocol):
    """Changes weights by their gradients."""

    learning_rate: float

    def zero_grad(self) -> None:
        """Forget the gradients."""

    def step(self) -> None:
        """Take a step against the gradients."""

    def state_dict(self) -> dict[str, Any]:
        """Return what it remembers; that goes on changing."""

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Take over what another remembered."""


def make_optimiser(
    name: OptimiserName, weights: Iterable[Tensor], learning_rate: float
) -> Optimiser:
    """Make the optimiser of that name."""
    kinds: dict[OptimiserName, type[Adam] | type[Muon]] = {
        'adam': Adam,
        'muon': Muon,
    }
    return kinds[name](weights, learning_rate)
