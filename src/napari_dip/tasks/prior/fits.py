"""Plain fits that are compared: how each is begun."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.device.clock import Clock
from napari_dip.images.acquired import AcquiredImage
from napari_dip.operators.identity import Identity
from napari_dip.presets.options import Options
from napari_dip.presets.settings import Settings
from napari_dip.session.base import Restoration
from napari_dip.session.prepare import prepare


def begin_fit(
    acquired: AcquiredImage,
    planes: NDArray[Any],
    settings: Settings,
    options: Options,
    *,
    missing: NDArray[np.bool_] | None = None,
) -> Restoration:
    """Begin one of several fits; the time limit is for all of them.

    Parameters
    ----------
    acquired : AcquiredImage
        The image that the fits are about.
    planes : (C, M, N) ndarray
        What is fitted in place of its planes.
    settings, options
        How.
    missing : (C, M, N) ndarray of bool, optional
        True where a pixel is missing.
    """
    known = np.ones(planes.shape, bool) if missing is None else ~missing
    return prepare(
        replace(acquired, planes=planes),
        known,
        operator=Identity(),
        settings=settings,
        options=replace(options, time_limit=None),
        task='',
        arguments={},
    )


def describe_options(
    options: Options, channel_axis: int | None
) -> dict[str, Any]:
    """Return the arguments that all of them have alike, for a record."""
    return {
        'channel_axis': channel_axis,
        'preset': options.preset,
        'seed': options.seed,
        'device': options.device,
        'max_num_iter': options.max_num_iter,
        'time_limit': options.time_limit,
    }


def clock_of(options: Options) -> Clock:
    """Return the clock of all of them."""
    return Clock.since(options.begun, options.time_limit)
