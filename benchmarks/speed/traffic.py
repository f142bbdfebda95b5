"""Bytes that the operations of an iteration move: a plain estimate."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class Traffic(TorchDispatchMode):
    """Count every operation's arguments as read, its results as written.

    Once each, as if no cache kept anything from one operation to the next
    and no operation needed room of its own. Views move nothing.
    """

    def __init__(self) -> None:
        super().__init__()
        self.bytes = 0

    def __torch_dispatch__(
        self,
        func: Callable[..., Any],
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Run the operation and take note of its tensors."""
        result = func(*args, **(kwargs or {}))
        if not _is_view(func):
            self.bytes += _size(args) + _size(kwargs) + _size(result)
        return result


def _is_view(func: Any) -> bool:
    aliases = [one.alias_info for one in func._schema.returns]
    return any(alias and not alias.is_write for alias in aliases)


def _size(values: Any) -> int:
    return sum(
        # Of an expanded tensor there is but one.
        min(
            leaf.numel() * leaf.element_size(), leaf.untyped_storage().nbytes()
        )
        for leaf in tree_leaves(values)
        if isinstance(leaf, torch.Tensor)
    )
