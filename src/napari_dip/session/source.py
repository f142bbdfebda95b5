"""What the fits of a session start from, and how each is made of it."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from napari_dip.device.choice import memory_in_words, plain_autograd
from napari_dip.engine.early_stopping import HeldOut
from napari_dip.engine.fit import Fit
from napari_dip.engine.losses import DataTerm, squared_error
from napari_dip.engine.masked_error import masked_error
from napari_dip.engine.metrics import Metric
from napari_dip.engine.problem import Problem
from napari_dip.engine.state import Trained
from napari_dip.grid.binning import bin_planes
from napari_dip.grid.by_axes import grow
from napari_dip.grid.regions import Region
from napari_dip.images.output import Output
from napari_dip.latents.base import Given
from napari_dip.networks import build_network, initialise
from napari_dip.noise.intensity import Intensity
from napari_dip.noise.model import NoiseModel
from napari_dip.noise.variance import NoiseLevel, VarianceModel
from napari_dip.operators.base import Operator
from napari_dip.operators.identity import Identity
from napari_dip.presets.options import LearntFit
from napari_dip.presets.settings import Settings
from napari_dip.session.stages import Sequel, Stage


@dataclass(frozen=True)
class Source:
    """What every fit of a session starts from.

    Parameters
    ----------
    planes, known, operator, noise, borders, guide, loss
        As given to :func:`~napari_dip.session.prepare.prepare`.
    device : torch.device
        Where it is fitted.
    seed : int
        Seed of every draw.
    output : callable
        From intensities and options to an :class:`Output`.
    repeats : ndarray or None
        Those that `planes` are the mean of.
    keep_known : bool
        Whether known pixels keep their values.
    hold_out : bool
        Whether pixels are held out of the first of two fits that are the
        same else, though no rule needs them.
    place : Region or None
        Part of the image that is fitted, with all its missing pixels; None
        is all of it.
    intensity : Intensity, optional
        That of the tiles of a larger image; None finds that of the planes.
    parts : tuple of Region
        Parts that have nothing to do with each other; none is the whole.
    learnt : tuple of LearntFit
        What each fit takes over instead of being done.
    before : Trained, optional
        What the first of them goes on from.
    """

    planes: NDArray[Any]
    known: NDArray[np.bool_]
    operator: Operator
    device: torch.device
    seed: int
    output: Callable[..., Output]
    noise: NoiseModel | None
    repeats: NDArray[np.float64] | None
    keep_known: bool
    hold_out: bool
    place: Region | None = None
    borders: NDArray[np.bool_] | None = None
    intensity: Intensity | None = None
    guide: NDArray[np.float32] | None = None
    parts: tuple[Region, ...] = ()
    learnt: tuple[LearntFit, ...] = ()
    before: Trained | None = None
    loss: Callable[[torch.Tensor], DataTerm] | None = None

    def fitted(self) -> tuple[NDArray[Any], NDArray[np.bool_]]:
        """Return the data that are fitted, and which of them are known."""
        if self.place is None:
            return self.planes, self.known
        return self.place.cut(self.planes), self.place.cut(self.known)

    def intensity_of(
        self,
        planes: NDArray[Any],
        known: NDArray[np.bool_],
        settings: Settings,
    ) -> Intensity:
        """Return the scale of planes that may be coarser."""
        return self.intensity or Intensity(
            planes,
            known,
            settings.range_,
            stabilise_noise=settings.stabilise_noise,
            undo_clipping=settings.undo_clipping,
            variance=self.variance_of(settings),
            detector=self.noise.detector if self.noise else None,
        )

    def variance_of(
        self, settings: Settings
    ) -> tuple[VarianceModel, ...] | None:
        """Return that of the noise of the pixels of a fit."""
        if self.noise is None:
            return None
        count = settings.binning ** (self.planes.ndim - 1)
        return tuple(line.averaged(count) for line in self.noise.variance)

    def after_first(self) -> Source:
        """Return it for the second fit."""
        rest = replace(self, hold_out=False, before=None)
        if not self.learnt:
            return rest
        learnt = self.learnt[1:]
        return replace(rest, intensity=learnt[0].intensity, learnt=learnt)

    def make_output(self, intensity: Intensity, **options: Any) -> Output:
        """Make the way to the user's image."""
        if isinstance(self.operator, Identity) and self.loss is None:
            options.update(data=self.planes, known=self.known)
            options.update(keep_known=self.keep_known, borders=self.borders)
        shape = self.planes.shape[1:]
        return self.output(intensity, shape=shape, place=self.place, **options)


@plain_autograd()
def make_stage(
    source: Source,
    settings: Settings,
    metrics: tuple[Metric, ...] = (),
    pilot: NDArray[np.float32] | None = None,
    before: Problem | None = None,
) -> Stage:
    """Make a fit that is ready to run, and the way to its image.

    Parameters
    ----------
    source, settings
        What it starts from, and how to go about it.
    metrics : tuple of Metric
        Further metrics that observe it.
    pilot : (C, M, N) ndarray, optional
        Estimate of a fit before this one, in the units of the data.
    before : Problem, optional
        That of the fit before.
    """
    device = source.device
    with memory_in_words(device):
        fitted, measured = _at_grid_of_fit(*source.fitted(), settings)
        intensity = source.intensity_of(fitted, measured, settings)
        data = _tensor(intensity.forward(fitted, measured), device)
        guess = None
        if pilot is not None:
            everywhere = np.ones(pilot.shape, bool)
            coarse = _at_grid_of_fit(pilot, everywhere, settings)
            guess = _tensor(intensity.forward(*coarse), device)
        problem = _problem(source, data, measured, settings, guess, intensity)
        if before is not None and settings.latent.is_guided:
            problem = replace(problem, pilot_error=masked_error(before))
        fit = Fit(
            problem,
            settings.fit,
            settings.stopping.make(source.seed),
            observers=metrics,
            seed=source.seed,
            before=source.before,
        )
    output = source.make_output(
        intensity,
        binning=settings.binning,
        pilot=pilot,
        measured=settings.latent.measures_noise,
        # What is published has no last steps.
        matches_mean=source.noise is not None and bool(settings.filters),
    )
    correlated = settings.latent.splits_repeats or bool(output.correlated)
    variance = source.variance_of(settings)
    levels: tuple[NoiseLevel, ...] = ()
    if source.noise is not None and variance is not None:
        levels = intensity.levels(
            fitted, measured, variance, source.noise.predictable
        )
    if source.learnt:
        fit.adopt(source.learnt[0].trained)
    return Stage(fit, output, settings.filters, levels, correlated)


def make_sequel(
    source: Source, settings: Settings, *metrics: Metric
) -> Sequel | None:
    """Make what begins the second fit; None if the settings have none."""
    second = settings.second
    if second is None or len(source.learnt) == 1:
        return None
    rest = source.after_first()

    def begin(pilot: NDArray[np.float32], before: Problem) -> Stage:
        if not source.hold_out:
            return make_stage(rest, second, metrics, pilot, before)
        again = make_stage(rest, second)
        return replace(again, output=replace(again.output, pilot=pilot))

    return Sequel(second.fit.num_iter, begin)


def _tensor(planes: NDArray[np.float32], device: torch.device) -> torch.Tensor:
    return torch.from_numpy(planes)[None].to(device)


def _at_grid_of_fit(
    planes: NDArray[Any], known: NDArray[np.bool_], settings: Settings
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    if settings.binning == 1:
        return planes, known
    return bin_planes(planes, known, settings.binning)


def _problem(
    source: Source,
    data: torch.Tensor,
    known: NDArray[np.bool_],
    settings: Settings,
    pilot: torch.Tensor | None,
    intensity: Intensity,
) -> Problem:
    device = source.device
    measured = _tensor(known.astype(np.float32), device)
    operator = source.operator.in_units(
        data, torch.tensor([one.factor for one in intensity.channels])
    )
    held_out = _held_out(measured, settings, source)
    guide = _guide(source, settings)
    latent = settings.latent.make(
        Given(
            data,
            measured,
            held_out,
            operator,
            source.seed,
            settings.fit.window,
            pilot,
            partial(_repeats, source, known, intensity),
            guide,
        )
    )
    network = build_network(
        settings.network, latent.channels, data.shape[1], data.ndim - 2
    )
    initialise(network, source.seed)
    return Problem(
        network.to(device),
        latent,
        operator,
        data,
        measured,
        held_out,
        pilot,
        _deviation(intensity, device, data.ndim - 2),
        intensity.even,
        unused=_unused(held_out, settings),
        guide=guide,
        parts=_at_grid(source.parts, settings.binning),
        loss=squared_error if source.loss is None else source.loss(data),
    )


def _at_grid(parts: tuple[Region, ...], binning: int) -> tuple[Region, ...]:
    """Return parts of an image as parts of its bins, of one shape."""
    if binning == 1:
        return parts
    starts = [tuple(-(-n // binning) for n in part.start) for part in parts]
    return tuple(
        Region(start, tuple(n // binning - 1 for n in part.shape))
        for start, part in zip(starts, parts, strict=True)
    )


def _deviation(
    intensity: Intensity, device: torch.device, ndim: int
) -> torch.Tensor | None:
    known = intensity.deviation()
    if known is None:
        return None
    return torch.from_numpy(known).to(device).reshape(1, -1, *(1,) * ndim)


def _guide(source: Source, settings: Settings) -> torch.Tensor | None:
    """Bring a guide to the grid of the fit, and standardise it."""
    if source.guide is None:
        return None
    planes = source.guide
    if source.place is not None:
        planes = source.place.cut(planes)
    planes, _ = _at_grid_of_fit(planes, np.ones(planes.shape, bool), settings)
    mean = planes.mean(axis=(1, 2), keepdims=True)
    spread = planes.std(axis=(1, 2), keepdims=True)
    standard = (planes - mean) / np.maximum(spread, np.finfo(float).tiny)
    return _tensor(standard.astype(np.float32), source.device)


def _repeats(
    source: Source, known: NDArray[np.bool_], intensity: Intensity
) -> torch.Tensor:
    assert source.repeats is not None
    repeats = [
        _tensor(intensity.forward(one, known), source.device)
        for one in source.repeats
    ]
    return torch.cat(repeats)


def _held_out(
    measured: torch.Tensor, settings: Settings, source: Source
) -> torch.Tensor:
    """Choose the pixels that judge the fit, on the CPU for every device."""
    chosen = settings.latent.hold_out(measured, source.seed)
    if chosen is not None:
        return chosen
    # The error is told by some where no rule needs them.
    part = settings.stopping.held_out or HeldOut.part * source.hold_out
    if not part:
        return torch.zeros_like(measured)
    generator = torch.Generator().manual_seed(source.seed)
    chance = torch.rand(
        measured.shape, generator=generator, dtype=measured.dtype
    )
    return measured * (chance < part).to(measured)


def _unused(held_out: torch.Tensor, settings: Settings) -> torch.Tensor | None:
    """Find the pixels whose noise is that of held-out ones too."""
    block = settings.stopping.held_out_block
    if math.prod(block) == 1:
        return None
    return grow(held_out, block) - held_out
