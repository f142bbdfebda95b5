"""What a figure was measured on, without names or paths of the machine."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

import psutil


def describe(device: str = 'cpu') -> dict[str, str | int]:
    """Processor, cores in use, memory and versions, as plain data."""
    about: dict[str, str | int] = {
        'processor': _processor(),
        'cores': len(psutil.Process().cpu_affinity())
        if hasattr(psutil.Process, 'cpu_affinity')
        else os.cpu_count() or 1,
        'threads': int(os.environ.get('OMP_NUM_THREADS') or 0),
        'memory_gib': round(psutil.virtual_memory().total / 2**30),
        'system': platform.system(),
        'python': platform.python_version(),
    }
    if device.startswith('cuda'):
        about['gpu'] = _gpu(device)
    return about


def _processor() -> str:
    listing = Path('/proc/cpuinfo')
    if listing.exists():
        found = re.search(r'model name\s*:\s*(.+)', listing.read_text())
        if found:
            return found[1].strip()
    return platform.processor() or platform.machine()


def _gpu(device: str) -> str:
    import torch

    return torch.cuda.get_device_name(device)
