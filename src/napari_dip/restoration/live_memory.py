"""What tensors take at most while something is computed."""

from __future__ import annotations

import weakref
from typing import Any

import torch
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves


class LiveMemory(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Context that counts the bytes of all tensors made within it.

    Unlike the memory of the process it is the same each time, on any device,
    and does not depend on what was computed before. What libraries use
    inside an operation does not show.

    Examples
    --------
    >>> import torch
    >>> with LiveMemory() as memory:
    ...     kept = torch.ones(1000)
    ...     passing = (kept + 1).sum()
    >>> 8000 <= memory.peak < 9000
    True
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        #: Greatest number of bytes at a time.
        self.peak = 0
        self._now = 0
        self._known: set[int] = set()

    def __torch_dispatch__(
        self,
        operation: Any,
        types: Any,
        args: tuple[Any, ...] = (),
        kwargs: dict[str, Any] | None = None,
    ) -> Any:
        """Run an operation and count what it makes."""
        result = operation(*args, **(kwargs or {}))
        for made in tree_leaves(result):
            if isinstance(made, torch.Tensor):
                self._count(made.untyped_storage())
        return result

    def _count(self, storage: torch.UntypedStorage) -> None:
        # Views share a storage, and one that came from outside is counted
        # only where an operation returns it: in place.
        address, size = storage.data_ptr(), storage.nbytes()
        if size == 0 or address in self._known:
            return
        self._known.add(address)
        self._now += size
        self.peak = max(self.peak, self._now)
        weakref.finalize(storage, self._forget, address, size)

    def _forget(self, address: int, size: int) -> None:
        self._known.discard(address)
        self._now -= size
