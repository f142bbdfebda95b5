"""Versions and devices, for a person or a bug report."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version

from napari_dip import __version__

_PACKAGES = ('torch', 'numpy', 'tifffile', 'napari')


def describe() -> Iterator[str]:
    """Yield lines about the program, what it stands on and the devices."""
    yield f'napari-dip {__version__}'
    yield f'Python {platform.python_version()}'
    yield f'system {platform.platform()}'
    for package in _PACKAGES:
        yield f'{package} {_version(package)}'
    yield from _devices()


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return 'not installed'


def _devices() -> Iterator[str]:
    """Yield the devices, the one that 'auto' takes first."""
    try:
        import torch

        from napari_dip.device.choice import (
            available_devices,
            device_description,
            free_memory,
        )
    except (ImportError, OSError) as error:
        yield f'no devices: PyTorch cannot be loaded ({error})'
        return
    for name in available_devices():
        device = torch.device(name)
        free = free_memory(device) / 2**30
        yield (
            f'device {name}: {device_description(device)}, {free:.1f} GiB '
            'of memory free'
        )
