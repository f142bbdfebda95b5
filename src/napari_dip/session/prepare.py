"""From a checked image and settings to a session ready to run."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from napari_dip.device.choice import memory_in_words, resolve_device
from napari_dip.device.clock import Clock, go_on
from napari_dip.device.threads import choose_threads, use_threads
from napari_dip.engine.losses import DataTerm
from napari_dip.forecast.tile_size import tile_side
from napari_dip.grid.regions import Region, Shape
from napari_dip.grid.tiles import trim
from napari_dip.images.acquired import AcquiredImage
from napari_dip.images.output import Output
from napari_dip.images.repeats import Repeats
from napari_dip.noise.defects import find_defects
from napari_dip.noise.model import NoiseModel
from napari_dip.operators.base import Operator
from napari_dip.operators.identity import Identity
from napari_dip.presets.options import Options
from napari_dip.presets.settings import Settings, shorten
from napari_dip.session.base import Restoration
from napari_dip.session.progress import Brief
from napari_dip.session.session import Session
from napari_dip.session.source import Source, make_sequel, make_stage
from napari_dip.session.tile_plan import Plan
from napari_dip.session.tiled import TiledSession

_TWICE = (
    'The uncertainty is that of a first fit, without 2 % of the pixels; the '
    'result is that of a second one, of all.'
)


def prepare(
    image: AcquiredImage,
    known: NDArray[np.bool_],
    *,
    operator: Operator,
    settings: Settings,
    options: Options,
    task: str,
    arguments: dict[str, Any],
    keep_known: bool = False,
    trim_known: bool = False,
    noise: NoiseModel | None = None,
    repeats: Repeats | None = None,
    borders: NDArray[np.bool_] | None = None,
    guide: NDArray[np.float32] | None = None,
    loss: Callable[[torch.Tensor], DataTerm] | None = None,
    notes: Sequence[str] = (),
) -> Restoration:
    """Build a session, or where the result is large one for each tile.

    Parameters
    ----------
    image : AcquiredImage
        The image, whose planes are the data unless it has `repeats`.
    known : (C, M, N) ndarray of bool
        False where a pixel is missing. Pixels that are not
        finite are missing too.
    operator : Operator
        A.
    settings : Settings
        What the preset stands for.
    options : Options
        What the user asked for.
    task, arguments
        Written into the record; see :class:`Brief`.
    keep_known : bool
        Whether known pixels keep their values in the result.
    trim_known : bool
        Whether to fit, of those, only what lies around missing ones.
    noise : NoiseModel, optional
        That of the data; None where no noise is taken out.
    repeats : Repeats, optional
        The image and its repeats, whose mean is the data.
    borders : ndarray of bool, optional
        Same shape as `known`; pixels that keep their values though they are
        no part of the image.
    guide : (G, M, N) ndarray, optional
        Another image of the field.
    loss : callable, optional
        From the data in the range of the fit to E; the squared error unless
        given. The image is then seen by E alone, as a whole.
    notes : sequence of str
        What the user should know of the data besides what the image says of
        itself, a sentence each; see
        :class:`~napari_dip.session.record.Record`.

    Raises
    ------
    ValueError
        If the device is unknown or absent, or no pixel of a channel is
        known.
    MemoryError
        If there is no room for the image.
    """
    device = resolve_device(options.device)
    learnt = options.learnt
    if learnt is not None:
        # A network is either for pixels or for bins of them.
        is_binned, others = settings.binning > 1, learnt.settings.binning > 1
        if is_binned != others:
            notes, learnt = [*notes, _other_grid(settings)], None
    if learnt is not None:
        settings = learnt.settings
    elif options.adjust is not None:
        settings = options.adjust(settings)
    # A second fit may be cut.
    correlated = _correlation(settings, noise)
    settings = shorten(settings, options.max_num_iter)
    plain = settings
    if options.uncertainty and learnt is None:
        settings = settings.with_uncertainty()
    twice = settings is not plain
    if twice:
        notes = [*notes, _TWICE]
    if settings.second is not None and settings.second.latent.note:
        notes = [*notes, settings.second.latent.note]
    planes = image.planes if repeats is None else repeats.mean
    known = known & np.isfinite(planes)
    if noise is None and not settings.range_.is_robust:
        known, told = _without_defects(planes, known)
        notes = [*notes, *told]
    _check_known(known)
    if isinstance(operator, Identity):
        # The user may go on working with the image meanwhile.
        planes = planes.copy()
    source = Source(
        planes,
        known,
        operator,
        device,
        options.seed,
        partial(
            Output,
            image=image,
            defects=int(noise.defects.sum()) if noise else 0,
            saturated=int(noise.saturated.sum()) if noise else 0,
            made_of=_describe(repeats, settings),
            correlated=correlated,
            stripes=noise.stripes.describe()
            if noise and noise.stripes
            else '',
        ),
        noise,
        None if repeats is None else repeats.planes,
        keep_known=keep_known,
        hold_out=twice,
        borders=borders if borders is not None and borders.any() else None,
        guide=guide,
        parts=image.parts,
        loss=loss,
    )
    if learnt is not None:
        scale = learnt.fits[0].intensity
        source = replace(source, learnt=learnt.fits, intensity=scale)
    if options.before is not None:
        trained = options.before.fits[0].trained
        source = replace(source, before=trained)
    place = _needed(source) if trim_known else None
    shape = _result_shape(source) if place is None else place.shape
    with memory_in_words(device):
        side = tile_side(shape, len(planes), settings, device, options.tile)
    # A guide has to be seen as it lies, and so has what only E sees.
    side = side if guide is None and loss is None else None
    brief = Brief(
        task,
        {
            'channel_axis': image.channel_axis,
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
        (*image.notes, *notes),
        choose_threads(device, options.load, options.spare_cores),
    )
    go_on()
    with use_threads(brief.threads):
        if side is not None:
            return _stitched(source, settings, options, brief, side)
        source = replace(source, place=place)
        return Session(
            make_stage(source, settings, options.metrics),
            brief,
            make_sequel(source, settings, *options.metrics),
            clock=Clock.since(options.begun, options.time_limit),
            uncertainty=options.uncertainty,
        )


def _other_grid(settings: Settings) -> str:
    side = settings.binning
    grid = 'pixels' if side == 1 else f'bins of {side} × {side} pixels'
    others = 'bins' if side == 1 else 'pixels'
    return (
        f'Fitted by itself: its noise asks for {grid}, that of the planes '
        f'that share a network for {others}.'
    )


def _without_defects(
    planes: NDArray[Any], known: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], list[str]]:
    """Leave out what would press all else into a corner of the range."""
    if planes.dtype == np.uint8:
        return known, []
    shown = np.where(known, planes, np.nan)
    hot = np.stack([find_defects(plane) for plane in shown])
    count = int(hot.sum())
    if not count:
        return known, []
    plural = 's were' if count > 1 else ' was'
    told = f'{count} hot or dead pixel{plural} left out of the fit.'
    return known & ~hot, [told]


def _check_known(known: NDArray[np.bool_]) -> None:
    empty = np.flatnonzero(~known.any(axis=tuple(range(1, known.ndim))))
    if len(empty):
        where = '' if len(known) == 1 else f' of channel {empty[0]}'
        raise ValueError(
            f'mask: every pixel{where} that is a finite number is marked as '
            'missing; leave some to keep unpainted (zero).'
        )


def _describe(repeats: Repeats | None, settings: Settings) -> str:
    if repeats is None:
        return ''
    split = settings.latent.splits_repeats
    use = 'some of them fitted to the others' if split else 'their mean'
    return f'{repeats.describe()}; {use}'


def _correlation(settings: Settings, noise: NoiseModel | None) -> str:
    """Say how far noise is taken to be correlated."""
    masked = max(settings.latent.masked_block) > 1
    if noise is None or not (masked or settings.second is not None):
        return ''
    return noise.correlation.extent()


def _result_shape(source: Source) -> Shape:
    return source.operator.image_shape(source.planes.shape[1:])


def _needed(source: Source) -> Region | None:
    """Find the part with all missing pixels; None if it is the whole."""
    shape = _result_shape(source)
    whole = Region.whole(shape)
    step = source.operator.image_shape((1,) * len(shape))
    missing = ~source.known
    if source.borders is not None:
        missing = missing & ~source.borders
    part = trim(whole, missing, shape, step)
    return None if part == whole else part


def _stitched(
    source: Source,
    settings: Settings,
    options: Options,
    brief: Brief,
    side: int,
) -> TiledSession:
    """Build a session of tiles that share one scale of intensities."""
    if not isinstance(source.operator, Identity):
        # The user may go on working with the image meanwhile.
        source = replace(source, planes=source.planes.copy())
    with memory_in_words(source.device):
        intensity = source.intensity_of(source.planes, source.known, settings)
    part_of = replace(
        source,
        output=partial(source.output, image=None),
        intensity=intensity,
        borders=None,
    )

    def fit(
        planes: NDArray[Any],
        known: NDArray[np.bool_],
        coarser: int,
        time_limit: float | None,
    ) -> Session:
        part = replace(part_of, planes=planes, known=known)
        how = replace(settings, binning=coarser)
        if how.second is not None:
            how = replace(how, second=replace(how.second, binning=coarser))
        return Session(
            make_stage(part, how),
            brief,
            make_sequel(part, how),
            clock=Clock(limit=time_limit),
            uncertainty=options.uncertainty,
        )

    return TiledSession(
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
        clock=Clock.since(options.begun, options.time_limit),
        uncertainty=options.uncertainty,
    )
