"""Short sessions that measure what a longer one, of a larger image, takes."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median

import numpy as np
from numpy.typing import NDArray

from napari_dip.prior.allocator import MOST_KEPT, MOST_KEPT_OF_LARGE
from napari_dip.prior.fit_settings import FitSettings
from napari_dip.prior.sweeping import largest_window, swept_pixels
from napari_dip.prior.windows import window_shape
from napari_dip.restoration.acquired import MIN_SIDE
from napari_dip.restoration.denoising import start_denoising
from napari_dip.restoration.inpainting import start_inpainting
from napari_dip.restoration.live_memory import LiveMemory
from napari_dip.restoration.options import Options
from napari_dip.restoration.protocol import Restoration
from napari_dip.restoration.settings import Settings
from napari_dip.restoration.super_resolution import start_super_resolution

# The probe is the image itself up to this side; the windows that a fit looks
# at are then the real ones.
_LARGEST_PROBE = 512
# A fit of the whole image is measured on as much of it as an iteration takes
# this many seconds for.
_LONGEST_ITERATION = 0.3
_SMALLEST_PROBE = 128
# Seconds measured, and iterations within them.
_MEASURED_TIME = 0.5
_MEASURED_ITERATIONS = (2, 20)
# Sweeps, and after how many seconds there is no other.
_MEASURED_SWEEPS, _LONG_SWEEPS = 3, 2.0
# Bytes a pixel and channel of the data: at most before and after the fit,
# where noise is estimated, stabilised and brought back, and kept beside the
# network's own.
# Measured from 512² to 4096² pixels.
_PREPARING, _KEPT = 98, 35
# What the libraries take once on the CPU, whatever the image.
_LIBRARIES = 20 * 2**20
# Of what tensors took at their peak so much more is kept, free, in pieces, up
# to the most that is kept of freed memory; more by fits of a whole image at
# half resolution, and by enlargements. Measured for every task.
_IN_PIECES, _IN_MORE_PIECES = 0.8, 1.0
# Bytes a pixel and channel of the result, in the last steps, beyond the tiles
# they go by; those of an enlargement.
_FINISHING, _FINISHING_ENLARGED = 50, 33


@dataclass(frozen=True)
class Probe:
    """What sessions are started for.

    Parameters
    ----------
    task : str
        Name of the public function.
    channels : int
        Of the image.
    sides : tuple of int
        Height and width of the data.
    factors : tuple of int
        Pixels of the result a pixel of the data, along rows and columns.
    options : Options
        As in the public function.
    """

    task: str
    channels: int
    sides: tuple[int, int]
    factors: tuple[int, int]
    options: Options

    @property
    def full(self) -> tuple[int, int]:
        """Height and width of the result."""
        (height, width), (down, right) = self.sides, self.factors
        return height * down, width * right

    def with_settings(self, settings: Settings) -> Probe:
        """Take other settings than those that the preset stands for."""
        options = replace(self.options, adjust=lambda _: settings)
        return replace(self, options=options)

    def of_part(self, shape: tuple[int, int]) -> Probe:
        """Take a part of the result for the whole."""
        down, right = self.factors
        return replace(self, sides=(shape[0] // down, shape[1] // right))

    def start(self, side: int) -> tuple[Restoration, tuple[int, int]]:
        """Start on a ramp in noise, cut to a side of the result.

        Returns
        -------
        session : Restoration
            Ready to run.
        shape : tuple of int
            Height and width of its result.
        """
        rows, columns = (
            min(length, max(MIN_SIDE, side // factor))
            for length, factor in zip(self.sides, self.factors, strict=True)
        )
        size = (self.channels, rows, columns)
        # Noise alone would be looked at in squares.
        image = np.random.default_rng(0).normal(size=size)
        image += np.linspace(0, 9, columns)
        shape = (rows * self.factors[0], columns * self.factors[1])
        return self._start(image), shape

    def _start(self, image: NDArray[np.float64]) -> Restoration:
        if self.task == 'inpaint':
            mask = np.zeros(image.shape[1:], bool)
            # Lines as wide as those that people paint, so far apart that all
            # of the image is fitted.
            mask[np.arange(len(mask)) % 64 < 6] = True
            return start_inpainting(
                image, mask, channel_axis=0, options=self.options
            )
        if self.task == 'super_resolve':
            return start_super_resolution(
                image, self.factors, channel_axis=0, options=self.options
            )
        return start_denoising(image, channel_axis=0, options=self.options)


@dataclass(frozen=True)
class Total:
    """Seconds and bytes that a restoration takes, and seconds of a preview."""

    seconds: float
    memory: int
    preview: float


@dataclass(frozen=True)
class Cost:
    """What a session of some image costs.

    Parameters
    ----------
    settings : Settings
        What it was.
    shape : tuple of int
        Height and width of the result.
    prepare, iteration, preview, sweep, refinement : float
        Seconds of the preparation, of an iteration, of a preview, of all
        passes of the final estimate and of all that is done once besides.
    iteration_memory, sweep_memory, finishing_memory : int
        Bytes that tensors take at most in an iteration, in one pass of the
        estimate and in all that makes the result of it.
    enlargement : int
        Pixels of the result for each of the data.
    margin : float
        Pixels that the network puts around an image, along each axis: they
        count the less the larger the image is.
    """

    settings: Settings
    shape: tuple[int, int]
    prepare: float
    iteration: float
    preview: float
    sweep: float
    refinement: float
    iteration_memory: int
    sweep_memory: int
    finishing_memory: int
    enlargement: int = 1
    margin: float = 0.0

    def with_margin(self, smaller: Cost) -> Cost:
        """Find the margin by how the cost of a smaller image differs."""
        side, less = (math.prod(c.shape) ** 0.5 for c in (self, smaller))
        growth = (self.iteration_memory / smaller.iteration_memory) ** 0.5
        if self.fit.window is not None or growth <= 1:
            return self
        margin = max((side - growth * less) / (growth - 1), 0.0)
        return replace(self, margin=margin)

    @property
    def fit(self) -> FitSettings:
        """Settings of the fit."""
        return self.settings.fit

    def scaled(self, shape: tuple[int, int], channels: int) -> Total:
        """Return time and memory for an image of another size."""
        pixels = shape[0] * shape[1]
        area = pixels / (self.shape[0] * self.shape[1])
        seen = self._seen(shape) / self._seen(self.shape)
        seconds = (self.prepare + self.refinement) * area
        seconds += self.fit.num_iter * self.iteration * seen
        swept = swept_pixels(shape) / swept_pixels(self.shape)
        if self.fit.average == 'weights':
            seconds += (self.sweep + self._compared * self.preview) * swept
        memory = self._memory(shape, channels, seen)
        return Total(seconds, memory, self.preview * swept)

    @property
    def _compared(self) -> int:
        """Previews that compare the last estimate with that of halfway."""
        return 2 if self.settings.stopping.rule == 'held_out' else 0

    def _in_pieces(self, working: float) -> float:
        """Bytes that the C library keeps of those that were worked with."""
        whole = self.fit.window is None
        halved = whole and getattr(self.settings.network, 'reduction', 1) > 1
        more = halved or self.enlargement > 1
        share = _IN_MORE_PIECES if more else _IN_PIECES
        return share * min(working, MOST_KEPT_OF_LARGE if whole else MOST_KEPT)

    def _memory(
        self, shape: tuple[int, int], channels: int, seen: float
    ) -> int:
        """Return bytes, where an iteration sees so many times the pixels."""
        pixels = shape[0] * shape[1] * channels
        measured = self.shape[0] * self.shape[1] * channels
        at_once = largest_window(shape) / largest_window(self.shape)
        finishing = (
            _FINISHING if self.enlargement == 1 else _FINISHING_ENLARGED
        )
        working = max(
            self.iteration_memory * seen,
            self.sweep_memory * at_once,
            self.finishing_memory + finishing * (pixels - measured),
        )
        data = pixels // self.enlargement
        fitting = _KEPT * data + working + self._in_pieces(working)
        return _LIBRARIES + int(max(_PREPARING * data, fitting))

    def _seen(self, shape: tuple[int, int]) -> float:
        """Pixels that an iteration computes."""
        if self.fit.window is None:
            return (shape[0] + self.margin) * (shape[1] + self.margin)
        height, width = window_shape(shape, self.fit.window)
        return self.fit.num_windows * height * width


def measure_cost(probe: Probe) -> Cost:
    """Measure a part of the image, as large as time allows."""
    side = _SMALLEST_PROBE
    first = cost = _measure(probe, side)
    while cost.shape != probe.full and not _is_enough(cost, side):
        side = 2 * side if cost.fit.window is None else _LARGEST_PROBE
        cost = _measure(probe, side)
    return cost.with_margin(first)


def _is_enough(cost: Cost, side: int) -> bool:
    """Whether a larger part would take too long, or tell no more."""
    if cost.fit.window is not None:
        return side == _LARGEST_PROBE
    longer = cost.iteration * (2 * side) ** 2 / math.prod(cost.shape)
    # The margin takes two.
    return side > _SMALLEST_PROBE and longer > _LONGEST_ITERATION


def _measure(probe: Probe, side: int) -> Cost:
    start = time.perf_counter()
    session, shape = probe.start(side)
    prepare = time.perf_counter() - start
    try:
        # The first has to make what later ones find.
        next(session)
        with LiveMemory() as iterating:
            next(session)
        iteration = _seconds_an_iteration(session)
        # The first takes longer.
        with LiveMemory() as sweeping:
            session.preview()
        preview = _seconds(session.preview)
        sweep = _seconds_a_sweep(session)
        # A second fit is measured on its own.
        session.stop()
        with LiveMemory() as finishing:
            result = _seconds(session.result)
    finally:
        session.close()
    settings = session.brief.settings
    return Cost(
        settings=settings,
        shape=shape,
        prepare=prepare,
        iteration=iteration,
        preview=preview,
        sweep=sweep,
        refinement=max(0.0, result - sweep),
        iteration_memory=iterating.peak,
        sweep_memory=sweeping.peak,
        finishing_memory=finishing.peak,
        enlargement=math.prod(probe.factors),
    )


def _seconds_a_sweep(session: Restoration) -> float:
    """Median over a few: a large image takes a hundred times as long."""
    taken: list[float] = []
    while len(taken) < _MEASURED_SWEEPS and sum(taken) < _LONG_SWEEPS:
        taken.append(_seconds(session.sweep))
    return median(taken)


def _seconds(call: Callable[[], object]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def _seconds_an_iteration(session: Restoration) -> float:
    """Mean over a few iterations, all that goes with them included."""
    session.synchronise()
    least, most = _MEASURED_ITERATIONS
    done, start = 0, time.perf_counter()
    taken = 0.0
    while done < least or (taken < _MEASURED_TIME and done < most):
        next(session)
        done += 1
        # A GPU only takes orders meanwhile: wait for it now and then.
        if done % least == 0:
            session.synchronise()
        taken = time.perf_counter() - start
    return taken / done
