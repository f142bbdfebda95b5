"""From a checked image and settings to a session ready to run."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from napari_dip.prior.coloured_noise import measure_noise
from napari_dip.prior.device import memory_in_words, resolve_device
from napari_dip.prior.fit import Fit
from napari_dip.prior.latents import Latent
from napari_dip.prior.networks import initialise
from napari_dip.prior.operators import Operator
from napari_dip.prior.problem import Problem
from napari_dip.prior.recorruption import Recorrupted
from napari_dip.prior.splitting import SplitCopies
from napari_dip.prior.stopping import StoppingRule
from napari_dip.restoration.binning import bin_planes
from napari_dip.restoration.choices import DEFAULT_PRESET
from napari_dip.restoration.copies import Copies
from napari_dip.restoration.detector import Detector
from napari_dip.restoration.intensity import Intensity
from napari_dip.restoration.mosaic import Mosaic
from napari_dip.restoration.output import Output
from napari_dip.restoration.parts import make_latent, make_rules
from napari_dip.restoration.plan import Plan
from napari_dip.restoration.protocol import Restoration
from napari_dip.restoration.room import tile_side
from napari_dip.restoration.session import Brief, Session
from napari_dip.restoration.settings import Settings
from napari_dip.restoration.shortening import shorten
from napari_dip.restoration.stages import Sequel, Stage
from napari_dip.restoration.validation import check_limits


@dataclass(frozen=True)
class Options:
    """Options that all tasks share.

    Parameters
    ----------
    preset : str
        Name of the settings.
    seed : int
        Seed of every random draw.
    device : str
        Name of the device.
    max_num_iter : int or None
        Most iterations.
    time_limit : float or None
        Most seconds.
    adjust : callable, optional
        Called with the settings that the preset stands for; returns those to
        use instead. For experiments and the benchmark.
    rules : tuple of StoppingRule
        Further rules that observe the fit, the first where there are two, and
        none of tiles. Only the first of all, that of the settings if there is
        one, can end it.
    uncertainty : bool
        Whether the record of the result holds its uncertainty.
    tile : int, optional
        Largest side of a tile, where not windows but whole images are fitted,
        and of the largest square that is fitted at once. For experiments and
        the benchmark.
    """

    preset: str = DEFAULT_PRESET
    seed: int = 0
    device: str = 'auto'
    max_num_iter: int | None = None
    time_limit: float | None = None
    adjust: Callable[[Settings], Settings] | None = None
    rules: tuple[StoppingRule, ...] = ()
    uncertainty: bool = False
    tile: int | None = None

    def __post_init__(self) -> None:
        """Refuse numbers that bound nothing; make Python's of NumPy's."""
        check_limits(self.seed, self.max_num_iter, self.time_limit)
        object.__setattr__(self, 'seed', int(self.seed))
        if self.max_num_iter is not None:
            object.__setattr__(self, 'max_num_iter', int(self.max_num_iter))
        if self.time_limit is not None:
            object.__setattr__(self, 'time_limit', float(self.time_limit))


def prepare(
    planes: NDArray[Any],
    known: NDArray[np.bool_],
    *,
    operator: Operator,
    settings: Settings,
    options: Options,
    task: str,
    arguments: dict[str, Any],
    channel_axis: int | None,
    keep_known: bool = False,
    defects: int = 0,
    saturated: int = 0,
    detector: Detector | None = None,
    copies: Copies | None = None,
) -> Restoration:
    """Build a session, or where the result is large a mosaic of them.

    Parameters
    ----------
    planes : ndarray
        ``(channels, rows, columns)``, the data in their own units.
    known : ndarray of bool
        Same shape; False where a pixel is missing. Pixels that are not
        finite are missing too.
    operator : Operator
        A.
    settings : Settings
        What the preset stands for.
    options : Options
        What the user asked for.
    task, arguments, channel_axis
        Written into the record; see :class:`Brief`.
    keep_known : bool
        Whether known pixels keep their values in the result.
    defects : int
        Hot and dead pixels among the missing ones.
    saturated : int
        Saturated pixels, missing or not.
    detector : Detector, optional
        Whose noise is stabilised, if the settings say so; None finds it
        from the image.
    copies : Copies, optional
        What `planes` are the mean of, where they are one.

    Raises
    ------
    ValueError
        If the device is unknown or absent, or no pixel is known.
    MemoryError
        If there is no room for the image.
    """
    device = resolve_device(options.device)
    if options.adjust is not None:
        settings = options.adjust(settings)
    settings = shorten(settings, options.max_num_iter)
    known = known & np.isfinite(planes)
    if not known.any():
        raise ValueError(
            'mask: every pixel that is a finite number is marked as '
            'missing; leave some to keep unpainted (zero).'
        )
    if keep_known:
        # The user may go on working with the image meanwhile.
        planes = planes.copy()
    source = _Source(
        planes,
        known,
        operator,
        device,
        options.seed,
        partial(
            Output,
            channel_axis=channel_axis,
            defects=defects,
            saturated=saturated,
            made_of=_describe(copies, settings),
        ),
        detector,
        None if copies is None else copies.planes,
        keep_known=keep_known,
        hold_out=options.uncertainty,
    )
    rows, columns = planes.shape[1:]
    shape = operator.image_shape((rows, columns))
    with memory_in_words(device):
        side = tile_side(shape, len(planes), settings, device, options.tile)
    brief = Brief(
        task,
        {
            'channel_axis': channel_axis,
            'preset': options.preset,
            'seed': options.seed,
            'device': options.device,
            'max_num_iter': options.max_num_iter,
            'time_limit': options.time_limit,
            'uncertainty': options.uncertainty,
            **arguments,
        },
        settings,
        options.seed,
    )
    if side is not None:
        return _mosaic(source, settings, options, brief, side)
    return Session(
        _stage(source, settings, options.time_limit, options.rules),
        brief,
        _sequel(source, settings),
        uncertainty=options.uncertainty,
    )


def _describe(copies: Copies | None, settings: Settings) -> str:
    if copies is None:
        return ''
    split = settings.latent.kind == 'split'
    use = 'some of them fitted to the others' if split else 'their mean'
    return f'{copies.describe()}; {use}'


@dataclass(frozen=True)
class _Source:
    """What every fit of a session starts from.

    Parameters
    ----------
    planes, known, operator
        As given to :func:`prepare`.
    device : torch.device
        Where it is fitted.
    seed : int
        Seed of every draw.
    output : callable
        From intensities and options to an :class:`Output`.
    detector : Detector or None
        As given to :func:`prepare`.
    copies : ndarray or None
        Those that `planes` are the mean of.
    keep_known : bool
        Whether known pixels keep their values.
    hold_out : bool
        Whether pixels are held out even where no rule needs them.
    intensity : Intensity, optional
        That of the tiles of a larger image; None finds that of the planes.
    """

    planes: NDArray[Any]
    known: NDArray[np.bool_]
    operator: Operator
    device: torch.device
    seed: int
    output: Callable[..., Output]
    detector: Detector | None
    copies: NDArray[np.float64] | None
    keep_known: bool
    hold_out: bool
    intensity: Intensity | None = None

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
            detector=self.detector,
        )

    def make_output(self, intensity: Intensity, **options: Any) -> Output:
        """Make the way to the user's image."""
        if self.keep_known:
            options.update(data=self.planes, known=self.known)
        shape = self.planes.shape[1:]
        return self.output(intensity, shape=shape, **options)


def _mosaic(
    source: _Source,
    settings: Settings,
    options: Options,
    brief: Brief,
    side: int,
) -> Mosaic:
    """Build a mosaic whose tiles share one scale of intensities."""
    if not source.keep_known:
        # The user may go on working with the image meanwhile.
        source = replace(source, planes=source.planes.copy())
    with memory_in_words(source.device):
        intensity = source.intensity_of(source.planes, source.known, settings)
    part_of = replace(
        source,
        output=partial(source.output, channel_axis=0),
        intensity=intensity,
    )

    def fit(
        planes: NDArray[Any],
        known: NDArray[np.bool_],
        coarser: int,
        time_limit: float | None,
    ) -> Session:
        part = replace(part_of, planes=planes, known=known)
        stage = _stage(part, replace(settings, binning=coarser), time_limit)
        return Session(stage, brief, uncertainty=options.uncertainty)

    return Mosaic(
        Plan(
            source.planes,
            source.known,
            source.operator,
            source.make_output(intensity),
            fit,
            side,
            source.device,
        ),
        brief,
        time_limit=options.time_limit,
        uncertainty=options.uncertainty,
    )


def _stage(
    source: _Source,
    settings: Settings,
    time_limit: float | None,
    rules: tuple[StoppingRule, ...] = (),
    pilot: NDArray[np.float32] | None = None,
    pilot_binning: int = 1,
) -> Stage:
    device, planes = source.device, source.planes
    with memory_in_words(device):
        fitted, measured = _at_grid_of_fit(planes, source.known, settings)
        intensity = source.intensity_of(fitted, measured, settings)
        data = _tensor(intensity.forward(fitted, measured), device)
        guess = None
        if pilot is not None:
            everywhere = np.ones(pilot.shape, bool)
            guess = _tensor(intensity.forward(pilot, everywhere), device)
        problem = _problem(source, data, measured, settings, guess, intensity)
        fit = Fit(
            problem,
            settings.fit,
            [*make_rules(settings, source.seed), *rules],
            seed=source.seed,
            time_limit=time_limit,
        )
    output = source.make_output(
        intensity,
        binning=settings.binning,
        pilot=pilot,
        pilot_binning=pilot_binning,
    )
    return Stage(fit, output, settings.refinement)


def _sequel(source: _Source, settings: Settings) -> Sequel | None:
    second = settings.second
    if second is None:
        return None
    # A copy: the user may go on working with the image meanwhile.
    source = replace(source, planes=source.planes.copy())

    def begin(pilot: NDArray[np.float32], time_limit: float | None) -> Stage:
        return _stage(
            source,
            second,
            time_limit,
            pilot=pilot,
            pilot_binning=settings.binning,
        )

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
    source: _Source,
    data: torch.Tensor,
    known: NDArray[np.bool_],
    settings: Settings,
    pilot: torch.Tensor | None,
    intensity: Intensity,
) -> Problem:
    device, operator, seed = source.device, source.operator, source.seed
    measured = _tensor(known.astype(np.float32), device)
    held_out = _held_out(measured, settings, source)
    if settings.latent.kind == 'recorrupted':
        assert pilot is not None
        latent = _recorrupted(data, measured, pilot, settings)
    elif settings.latent.kind == 'split':
        latent = _split(source, known, measured, held_out, intensity)
    else:
        latent = make_latent(
            data, measured, held_out, operator, settings, seed
        )
    network = settings.network.build(latent.channels, data.shape[1])
    initialise(network, seed)
    return Problem(
        network.to(device), latent, operator, data, measured, held_out
    )


def _split(
    source: _Source,
    known: NDArray[np.bool_],
    measured: torch.Tensor,
    held_out: torch.Tensor,
    intensity: Intensity,
) -> Latent:
    assert source.copies is not None
    copies = [
        _tensor(intensity.forward(copy, known), source.device)
        for copy in source.copies
    ]
    return SplitCopies(torch.cat(copies), measured, held_out)


def _recorrupted(
    data: torch.Tensor,
    measured: torch.Tensor,
    pilot: torch.Tensor,
    settings: Settings,
) -> Latent:
    noise = measure_noise((data - pilot) * measured, pilot, measured)
    filled = torch.where(measured > 0, data, pilot)
    return Recorrupted(filled, measured, noise, settings.latent.strength)


def _held_out(
    measured: torch.Tensor, settings: Settings, source: _Source
) -> torch.Tensor:
    """Choose the pixels that judge the fit, on the CPU for every device."""
    stopping = settings.stopping
    if stopping.rule != 'held_out' and not source.hold_out:
        return torch.zeros_like(measured)
    generator = torch.Generator().manual_seed(source.seed)
    chance = torch.rand(measured.shape, generator=generator)
    return measured * (chance < stopping.held_out).to(measured)
