"""Work for a worker that says in words what it is."""

from __future__ import annotations

from functools import partial
from typing import Any


class Work(partial[Any]):
    """Call of a function that says what it does.

    Closing the window while a worker is at it, napari asks first and names
    the function by its ``repr``, which is of no use to the reader.

    Examples
    --------
    >>> work = Work(print)
    >>> work.words = 'denoising "nuclei"'
    >>> f'Executing {work}'
    'Executing denoising "nuclei"'
    """

    words = ''

    def __repr__(self) -> str:
        """Return what it does."""
        return self.words or super().__repr__()
