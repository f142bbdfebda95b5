"""What a figure was measured on, without names or paths of the machine."""

import os
import platform
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import psutil


def describe(device: str = 'cpu') -> dict[str, Any]:
    """Device, processor, cores in use, memory and versions."""
    listing = Path('/proc/cpuinfo')
    text = listing.read_text() if listing.exists() else ''
    found = re.search(r'model name\s*:\s*(.+)', text)
    process = psutil.Process()
    limited = hasattr(process, 'cpu_affinity')
    about: dict[str, Any] = {
        'device': device,
        'processor': found[1].strip() if found else platform.processor(),
        'cores': len(process.cpu_affinity()) if limited else os.cpu_count(),
        'threads': int(os.environ.get('OMP_NUM_THREADS') or 0),
        'memory_gib': round(psutil.virtual_memory().total / 2**30),
        'system': platform.system(),
        'python': platform.python_version(),
    }
    if device.startswith('cuda'):
        import torch

        about['gpu'] = torch.cuda.get_device_name(device)
    return about


def memory_in_use() -> int:
    """Memory of this process now, in bytes."""
    return int(psutil.Process().memory_info().rss)


def peak_memory() -> int:
    """Greatest memory of this process so far, in bytes."""
    usage = psutil.Process().memory_info()
    if hasattr(usage, 'peak_wset'):  # on Windows
        return int(usage.peak_wset)
    import resource

    # KiB on Linux, bytes on macOS.
    unit = 1 if platform.system() == 'Darwin' else 2**10
    return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


def machines(records: Iterable[dict[str, Any]]) -> str:
    """One line for each machine of some records, as a list."""
    lines = set()
    for about in (record['machine'] for record in records):
        gpu = f'{about["gpu"]}, ' if 'gpu' in about else ''
        # All cores where none were set.
        threads = about['threads'] or about['cores']
        lines.add(
            f'- {gpu}{about["device"]}: {about["processor"]}, '
            f'{about["cores"]} cores, {threads} thread{"s" * (threads != 1)}, '
            f'{about["memory_gib"]} GiB, {about["system"]}, '
            f'Python {about["python"]}'
        )
    return '\n'.join(sorted(lines))
