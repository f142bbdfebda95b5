"""Where a fit runs, how precisely, and how much memory there is."""

from __future__ import annotations

import re
import reprlib
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import Literal

import psutil
import torch

Precision = Literal['float32', 'auto']

# PyTorch knows no other digits than these.
_NAME = re.compile('(?P<kind>cpu|cuda|mps)(:[0-9]+)?')


def resolve_device(name: str = 'auto') -> torch.device:
    """Turn the name of a device into one that is there.

    Parameters
    ----------
    name : str
        'auto' (CUDA, then Apple's MPS, then the CPU), 'cpu', 'cuda',
        'cuda:N' or 'mps'.

    Raises
    ------
    ValueError
        If the name is unknown or the device absent.

    Examples
    --------
    >>> resolve_device('cpu')
    device(type='cpu')
    """
    name = str(name)
    if name == 'auto':
        return torch.device(available_devices()[0])
    match, told = _NAME.fullmatch(name), reprlib.repr(name)
    if match is None:
        raise ValueError(
            f"device: {told} is unknown; choose 'auto', 'cpu', 'cuda', "
            "'cuda:N' or 'mps'."
        )
    kind = match['kind']
    if kind == 'cuda' and not torch.cuda.is_available():
        raise ValueError(
            f'device: {told} was asked for, but this PyTorch sees no CUDA '
            "GPU; choose 'cpu' or 'auto', or install a CUDA build of "
            'PyTorch (see pytorch.org).'
        )
    if kind == 'mps' and not torch.backends.mps.is_available():
        raise ValueError(
            f'device: {told} was asked for, but this machine has no Apple '
            "GPU that PyTorch can use; choose 'cpu' or 'auto'."
        )
    count = torch.cuda.device_count() if kind == 'cuda' else 1
    if name not in (kind, *(f'{kind}:{i}' for i in range(count))):
        devices = f'are only {count} of them' if count > 1 else 'is only one'
        raise ValueError(
            f'device: {told} was asked for, but there {devices}; choose '
            f'{kind!r}.'
        )
    return torch.device(name)


def available_devices() -> list[str]:
    """Names of the devices that are there, the fastest first."""
    names = []
    if torch.cuda.is_available():
        names.append('cuda')
        names += [f'cuda:{i}' for i in range(1, torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        names.append('mps')
    return [*names, 'cpu']


def device_description(device: torch.device) -> str:
    """Name that a person knows the device by."""
    if device.type == 'cuda':
        return torch.cuda.get_device_name(device)
    if device.type == 'mps':
        return 'Apple GPU'
    threads = torch.get_num_threads()
    return f'CPU, {threads} thread{"s" if threads > 1 else ""}'


# Intel's matrix units, and the dot products of AMD since Zen 4: an iteration
# takes 0.57 times as long on an EPYC with these as in float32.
_BFLOAT16_UNITS = ('amx_bf16', 'avx512_bf16')


def has_fast_bfloat16(device: torch.device) -> bool:
    """Whether the hardware multiplies bfloat16 matrices faster."""
    if device.type == 'cuda':
        return torch.cuda.get_device_capability(device) >= (8, 0)
    if device.type == 'cpu' and hasattr(torch.cpu, 'get_capabilities'):
        there = torch.cpu.get_capabilities()
        return any(there.get(name, False) for name in _BFLOAT16_UNITS)
    return False


def precision_context(
    device: torch.device, precision: Precision
) -> AbstractContextManager[object]:
    """Context in which the network, and nothing else, is evaluated.

    'auto' lets matrix products run in bfloat16 where that is faster; the
    weights, the loss, the averages and the optimiser stay in float32.
    """
    fast = precision == 'auto' and has_fast_bfloat16(device)
    return torch.autocast(device.type, torch.bfloat16, enabled=fast)


def solver_device(like: torch.Tensor) -> torch.device:
    """Return where equations are solved, for not every device can."""
    return like.device if like.is_cuda else torch.device('cpu')


def free_memory(device: torch.device) -> int:
    """Bytes that a fit may still take on the device."""
    if device.type == 'cuda':
        # PyTorch hands out again what it holds and does not use.
        held = torch.cuda.memory_reserved(device)
        unused = held - torch.cuda.memory_allocated(device)
        return int(torch.cuda.mem_get_info(device)[0]) + int(unused)
    return int(psutil.virtual_memory().available)


def release_cache(device: torch.device) -> None:
    """Hand memory of a GPU that is no longer used back to the system.

    Nothing in a fit refers to itself, so no garbage has to be collected:
    inside napari that would stop the window for a third of a second.
    """
    if device.type == 'cuda':
        torch.cuda.empty_cache()
    elif device.type == 'mps':
        torch.mps.empty_cache()


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that the device's memory is exhausted."""
    if isinstance(error, (torch.OutOfMemoryError, MemoryError)):
        return True
    # The allocator of the CPU, oneDNN and MPS raise a plain RuntimeError.
    text = str(error).lower()
    return isinstance(error, RuntimeError) and any(
        words in text
        for words in (
            'allocate memory',
            'out of memory',
            'could not create a primitive',
        )
    )


@contextmanager
def memory_in_words(device: torch.device) -> Iterator[None]:
    """Context whose lack of memory is said in a sentence with a remedy.

    Raises
    ------
    MemoryError
        If the device's memory is exhausted inside.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:
        if not is_out_of_memory(error):
            raise
        other = '' if device.type == 'cpu' else ' or device="cpu"'
        raise MemoryError(
            f'Not enough memory on {device} for this image; choose '
            f'preset="fast"{other}, or crop the image.'
        ) from error


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
