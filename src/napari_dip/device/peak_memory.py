"""How much memory a fit took."""

from __future__ import annotations

import psutil
import torch


class PeakMemory:
    """Greatest memory seen, in bytes.

    On a GPU that of the device, which the allocator tracks; on the CPU that
    of the process, sampled when :meth:`look` is called.

    Parameters
    ----------
    device : torch.device
        Where the fit runs.
    """

    def __init__(self, device: torch.device) -> None:
        self._device = device
        self.peak = 0
        if device.type == 'cuda':
            torch.cuda.reset_peak_memory_stats(device)
        self.look()

    def look(self) -> None:
        """Take in the memory of this moment."""
        if self._device.type == 'cuda':
            now = torch.cuda.max_memory_allocated(self._device)
        elif self._device.type == 'mps':
            now = torch.mps.current_allocated_memory()
        else:
            now = psutil.Process().memory_info().rss
        self.peak = max(self.peak, int(now))
