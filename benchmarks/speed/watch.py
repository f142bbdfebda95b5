"""Peak memory of a stretch of work."""

from __future__ import annotations

import threading
from types import TracebackType

import psutil
import torch

_INTERVAL = 0.02


class MemoryWatch:
    """Context that looks at the memory fifty times a second.

    Parameters
    ----------
    device : str
        On a GPU its own count is taken, which misses nothing.
    """

    def __init__(self, device: str) -> None:
        self._gpu = device.startswith('cuda')
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._before = 0
        #: Greatest memory of the process, or of the GPU, in bytes.
        self.peak = 0

    @property
    def grown(self) -> int:
        """Bytes by which it grew."""
        return self.peak - self._before

    def __enter__(self) -> MemoryWatch:
        """Begin."""
        if self._gpu:
            torch.cuda.reset_peak_memory_stats()
        self._before = self.peak = self._now()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End."""
        self._done.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._done.wait(_INTERVAL):
            self.peak = max(self.peak, self._now())

    def _now(self) -> int:
        if self._gpu:
            return int(torch.cuda.max_memory_allocated())
        return int(psutil.Process().memory_info().rss)
