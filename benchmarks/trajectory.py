"""The course of a fit, measured with the truth that the fit never sees."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any, Protocol

from benchmarks.cases import Image

_LOOKS = 30

Measure = Callable[[Image], float]


class Progress(Protocol):
    """What is asked of the progress of a restoration."""

    iteration: int
    num_iter: int
    best_iteration: int
    reason: str | None


class Watch:
    """Looks at the running estimate of a fit at regular iterations.

    The fit asks nothing of it. The time that the looks take is added up, so
    that it can be left out of the time of the fit.

    Parameters
    ----------
    measure : callable, optional
        PSNR of an estimate in dB; without it nothing is looked at.
    looks : int
        Looks over the planned iterations.

    Notes
    -----
    A look is a quick estimate (one realisation of a random latent). So is
    that of the automatic result it is compared with, lest the oracle suffer
    from what the final estimate averages.
    """

    def __init__(
        self, measure: Measure | None = None, looks: int = _LOOKS
    ) -> None:
        self.seconds = 0.0
        self._measure = measure
        self._looks = looks
        self._seen: list[tuple[int, float]] = []
        self._automatic: float | None = None
        self._ended = 0
        self._chosen = 0

    def follow(
        self, progress: Progress, estimate: Callable[[], Image]
    ) -> None:
        """Look if it is time to, or if the fit has ended."""
        ended = progress.reason is not None
        every = max(1, round(progress.num_iter / self._looks))
        if self._measure is None or (not ended and progress.iteration % every):
            return
        start = time.perf_counter()
        decibels = self._measure(estimate())
        if ended:
            self._automatic = decibels
            self._ended = progress.iteration
            self._chosen = progress.best_iteration or progress.iteration
        else:
            self._seen.append((progress.iteration, decibels))
        self.seconds += time.perf_counter() - start

    def summary(self) -> dict[str, Any] | None:
        """Course and oracle as plain data; None if nothing was seen.

        `oracle` is the best of all looks, the automatic one included, so
        that ``oracle - automatic`` is never negative.
        """
        if self._automatic is None:
            return None
        looks = [*self._seen, (self._chosen, self._automatic)]
        iteration, best = max(looks, key=lambda look: look[1])
        return {
            'automatic': round(self._automatic, 3),
            'automatic_iteration': self._chosen,
            'oracle': round(best, 3),
            'oracle_iteration': iteration,
            'ended': self._ended,
            'iterations': [iteration for iteration, _ in self._seen],
            'psnr': [round(decibels, 3) for _, decibels in self._seen],
        }
