"""From an error in the worker to a sentence with a remedy."""

from __future__ import annotations

import re

from napari_dip.tasks.base import tasks

#: What reading layers and fitting may raise. They are told in the worker,
#: which must end by returning: superqt drops a worker that raises a
#: RuntimeError without a signal, and with PySide6 napari adds an error of
#: its own to all others.
EXPECTED = (
    ArithmeticError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    TypeError,
    ValueError,
)

# Entries of a form that belong to no argument of their own.
_OTHERS = {
    'noise': 'Noise and detector',
    'gain': 'gain',
    'offset': 'offset',
    'read_noise': 'read noise',
}

_NO_MEMORY = (
    'There is not enough memory for this restoration; choose a smaller '
    'preset, another device, or crop the image.'
)


def describe_error(error: BaseException) -> str:
    """Say in a sentence what went wrong and what can be done.

    Examples
    --------
    >>> describe_error(ValueError('image: it is empty.'))
    '"image": it is empty.'
    >>> describe_error(OSError('cannot read chunk 3'))
    'The restoration failed (OSError): cannot read chunk 3'
    """
    text = str(error).strip()
    if _is_out_of_memory(error, text):
        return _NO_MEMORY
    if text and isinstance(error, (ValueError, TypeError)):
        return name_as_in_form(text)
    return f'The restoration failed ({type(error).__name__}): {text}'


def name_as_in_form(text: str) -> str:
    """Say what a form calls it instead of the name of a parameter.

    Examples
    --------
    >>> name_as_in_form('read_noise: -1.0 is negative.')
    '"read noise": -1.0 is negative.'
    """
    name, colon, rest = text.partition(': ')
    labels = _labels()
    if colon and name in labels:
        text = f'"{labels[name]}": {rest}'
    return re.sub(r'preset="(\w+)"', r'the preset "\1"', text)


def _labels() -> dict[str, str]:
    """What the forms call the arguments of the public functions."""
    arguments = [one for task in tasks() for one in task.arguments]
    return {one.name: one.label for one in arguments} | _OTHERS


def _is_out_of_memory(error: BaseException, text: str) -> bool:
    if isinstance(error, MemoryError):
        return True
    # What torch raises is a RuntimeError that says so.
    text = text.lower()
    return 'out of memory' in text or 'allocate memory' in text
