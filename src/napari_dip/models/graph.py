"""A network as a list of operations, run one after the other."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor

from napari_dip.models.base import Model, Seen


@dataclass(frozen=True)
class Step:
    """One operation.

    Parameters
    ----------
    name : str
        What it is called as a layer.
    inputs, outputs : tuple of str
        Values that it reads, and those that it makes.
    run : callable
        From values by name, and the device of the image, to its outputs.
    keeps_image : bool
        Whether what it gives out still holds the pixels of what it reads, as
        opposed to its shape.
    """

    name: str
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    run: Callable[[Mapping[str, Any], torch.device], Sequence[Any]]
    keeps_image: bool = True


class Graph(Model):
    """A network as a list of operations.

    Parameters
    ----------
    steps : list of Step
        Its operations, in order.
    constants : dict of str to Tensor
        Weights, and other values that are there from the start.
    image : str
        Name of the image among the values.
    size : tuple of int or None
        What the image has to have: images at once, channels, rows, columns;
        None where any will do.
    held : dict of str to Tensor
        What the file holds beside what the network computes with.

    Raises
    ------
    ValueError
        If it takes no image, or several at once, or something is missing.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        constants: Mapping[str, Tensor],
        image: str,
        size: Sequence[int | None],
        held: Mapping[str, Tensor],
    ) -> None:
        if len(size) != 4:
            raise ValueError(
                'what it takes is no image with channels, rows and columns'
            )
        if size[0] not in (1, None):
            raise ValueError(
                f'it takes {size[0]} images at once; save it for one'
            )
        self._constants, self._image, self._size = constants, image, size[1:]
        self._held = held
        _check_order(steps, {*constants, image})
        self._steps = _named_apart(steps)
        self._last_use = {
            name: index
            for index, step in enumerate(self._steps)
            for name in step.inputs
        }

    def to(self, device: torch.device) -> Model:
        """Bring its weights to a device; integers, which are sizes, stay."""
        self._constants = {
            name: value.to(device) if value.is_floating_point() else value
            for name, value in self._constants.items()
        }
        return self

    def held(self, name: str) -> object:
        """Return what the file holds, if the network does not use it."""
        return self._held.get(name)

    def names(self) -> list[str]:
        """Return the names of operations on what is left of the image."""
        of_image, found = {self._image}, []
        for step in self._steps:
            if step.keeps_image and of_image.intersection(step.inputs):
                of_image.update(step.outputs)
                found.append(step.name)
        return found

    def look(
        self,
        image: Tensor,
        layers: Collection[str],
        what: Callable[[Tensor], Seen],
    ) -> dict[str, Seen]:
        """Run it as far as the last of the layers.

        Raises
        ------
        ValueError
            If the image is of another size than it was saved for.
        """
        self._check(image)
        values: dict[str, Any] = {**self._constants, self._image: image}
        left, found = set(layers), {}
        for index, step in enumerate(self._steps):
            if not left:
                break
            made = step.run(values, image.device)
            values.update(zip(step.outputs, made, strict=False))
            if step.name in left and isinstance(made[0], Tensor):
                found[step.name] = what(made[0])
            left.discard(step.name)
            for name in step.inputs:
                if self._last_use[name] == index:
                    values.pop(name, None)
        return found

    def _check(self, image: Tensor) -> None:
        pairs = list(zip(self._size, image.shape[1:], strict=True))
        if all(wanted in (None, n) for wanted, n in pairs):
            return
        channels, rows, columns = (wanted or 'any' for wanted, _ in pairs)
        raise ValueError(
            f'it was saved for {channels} channels and {rows} × {columns} '
            'pixels'
        )


def _check_order(steps: Sequence[Step], known: set[str]) -> None:
    for step in steps:
        for name in step.inputs:
            if name not in known:
                raise ValueError(f'nothing makes {name!r}, which it reads')
        known.update(step.outputs)


def _named_apart(steps: Sequence[Step]) -> list[Step]:
    """Number operations whose name another has before them."""
    counts: Counter[str] = Counter()
    found = []
    for step in steps:
        counts[step.name] += 1
        count = counts[step.name]
        name = step.name if count == 1 else f'{step.name} ({count})'
        found.append(replace(step, name=name))
    return found
