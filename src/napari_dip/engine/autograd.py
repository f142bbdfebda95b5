"""Autograd as a fit needs it, whatever the caller has set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch


@contextmanager
def plain_autograd() -> Iterator[None]:
    """Context that records gradients, of tensors in their own precision.

    Inside ``torch.no_grad()`` or ``torch.inference_mode()`` nothing could be
    fitted, and inside ``torch.autocast`` the result would be another. Of this
    thread alone, and only within.

    Examples
    --------
    >>> with torch.inference_mode(), plain_autograd():
    ...     torch.ones(1, requires_grad=True).mul(2).requires_grad
    True
    """
    with ExitStack() as stack:
        stack.enter_context(torch.inference_mode(mode=False))
        stack.enter_context(torch.enable_grad())
        for kind in ('cpu', 'cuda'):
            if torch.is_autocast_enabled(kind):
                # What is cached of weights lasts until the caller leaves,
                # however often the weights change.
                off = torch.autocast(kind, enabled=False, cache_enabled=False)
                stack.enter_context(off)
        yield
