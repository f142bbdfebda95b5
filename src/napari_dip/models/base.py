"""A trained network whose layers can be looked at."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection
from typing import TypeVar

import torch
from torch import Tensor

from napari_dip.device.choice import memory_in_words

Seen = TypeVar('Seen')


class Model(ABC):
    """A trained network whose layers can be looked at."""

    @abstractmethod
    def to(self, device: torch.device) -> Model:
        """Bring it to a device."""

    @abstractmethod
    def names(self) -> list[str]:
        """Return the names of its layers."""

    @abstractmethod
    def look(
        self,
        image: Tensor,
        layers: Collection[str],
        what: Callable[[Tensor], Seen],
    ) -> dict[str, Seen]:
        """Run it, and look at what layers give out as they do.

        Later layers may change it in place.
        """

    @abstractmethod
    def held(self, name: str) -> object:
        """Return what it holds by a name beside its layers, or None."""

    def normalisation(self) -> tuple[Tensor, Tensor] | None:
        """Return the ``mean`` and ``std`` that it holds, if it does."""
        mean, deviation = self.held('mean'), self.held('std')
        if not isinstance(mean, Tensor) or not isinstance(deviation, Tensor):
            return None
        return mean.detach().flatten(), deviation.detach().flatten()

    def shapes(self, image: Tensor) -> dict[str, tuple[int, ...]]:
        """Return the shape of each layer's output for an image.

        Parameters
        ----------
        image : Tensor
            ``(1, c, height, width)``.

        Raises
        ------
        ValueError
            If the network does not take such an image.
        MemoryError
            If there is no room for what its layers give out.
        """
        try:
            with memory_in_words(image.device), torch.no_grad():
                return self.look(
                    image, self.names(), lambda maps: tuple(maps.shape[1:])
                )
        except (RuntimeError, ValueError, TypeError, IndexError) as error:
            channels, *sides = image.shape[1:]
            size = ' × '.join(map(str, sides))
            reason = str(error).strip().splitlines()[-1]
            raise ValueError(
                f'model: it does not take an image of {channels} channels and '
                f'{size} pixels ({reason}); crop or resample the image to '
                'what it was trained on.'
            ) from error

    def features(self, layer: str) -> Callable[[Tensor], Tensor]:
        """Return the map from images to what a layer gives out."""
        return lambda image: self.look(image, [layer], torch.clone)[layer]
