"""Plain fits that are compared: how each is begun."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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
from napari_dip.session.study import Found, Made, Part, Study


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


def begin_study(
    parts: Sequence[Part],
    make: Callable[[list[Found]], Made],
    task: str,
    channel_axis: int | None,
    options: Options,
    **own: Any,
) -> Study:
    """Begin a study; its record tells all arguments of its task.

    Parameters
    ----------
    parts, make, task
        As :class:`~napari_dip.session.study.Study` takes them.
    channel_axis, options
        Arguments that all tasks have alike.
    **own
        Those of this task.
    """
    alike = {
        'channel_axis': channel_axis,
        'preset': options.preset,
        'seed': options.seed,
        'device': options.device,
        'max_num_iter': options.max_num_iter,
        'time_limit': options.time_limit,
    }
    clock = Clock.since(options.begun, options.time_limit)
    return Study(parts, make, task, {**own, **alike}, clock=clock)
