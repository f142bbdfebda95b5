"""Modules of Python: layers by the names of ``named_modules()``."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

import torch
from torch import Tensor, nn

from napari_dip.models.base import Model, Seen


class ModuleModel(Model):
    """A network as a module.

    Parameters
    ----------
    module : nn.Module
        The network.

    Examples
    --------
    >>> model = ModuleModel(nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU()))
    >>> model.shapes(torch.zeros(1, 1, 8, 8))
    {'0': (4, 6, 6), '1': (4, 6, 6)}
    """

    def __init__(self, module: nn.Module) -> None:
        self._module = module.eval()
        for weights in module.parameters():
            weights.requires_grad_(False)

    def to(self, device: torch.device) -> Model:
        """Bring it to a device."""
        self._module.to(device)
        return self

    def held(self, name: str) -> object:
        """Return an attribute of the module."""
        return getattr(self._module, name, None)

    def names(self) -> list[str]:
        """Return the names of its modules."""
        return [name for name, _ in self._module.named_modules() if name]

    def look(
        self,
        image: Tensor,
        layers: Collection[str],
        what: Callable[[Tensor], Seen],
    ) -> dict[str, Seen]:
        """Run it with hooks; of a module that runs twice the last is seen."""
        found: dict[str, Seen] = {}

        def keep(name: str) -> Callable[..., None]:
            def hook(_: nn.Module, __: Any, output: Any) -> None:
                if isinstance(output, Tensor):
                    found[name] = what(output)

            return hook

        hooks = [
            module.register_forward_hook(keep(name))
            for name, module in self._module.named_modules()
            if name in layers
        ]
        try:
            self._module(image)
        finally:
            for hook in hooks:
                hook.remove()
        return found
