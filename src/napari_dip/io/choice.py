"""Which image of a file that holds several."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Choice:
    """What a user chose of a file, counted from 0.

    Parameters
    ----------
    series : int or None
        Which image; None for the only one.
    page : int or None
        Which single plane of a TIFF file, as the file counts them; it goes
        before `series`.
    """

    series: int | None = None
    page: int | None = None

    @property
    def made(self) -> bool:
        """Whether anything was chosen."""
        return self.series is not None or self.page is not None


ONLY = Choice()
