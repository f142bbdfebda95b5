"""A task in this one file is a command, a form and a record like any other."""

from __future__ import annotations

from typing import Annotated

import numpy as np
import pytest

from napari_dip.engine.early_stopping import NoRule
from napari_dip.images.acquired import acquire
from napari_dip.images.validation import check_choice
from napari_dip.networks import UNetSpec
from napari_dip.operators.blur import Blur
from napari_dip.presets.settings import whole_image
from napari_dip.session.prepare import prepare
from napari_dip.tasks import base
from napari_dip.tasks.base import Field, Task
from napari_dip.tasks.fields import (
    ChannelAxis,
    Device,
    Image,
    MaxNumIter,
    Preset,
    Seed,
    TimeLimit,
    Uncertainty,
)
from napari_dip.tasks.outline import Outline
from tests.tasks.contract import Contract

Sigma = Annotated[
    float,
    Field(
        'Standard deviation of the blur that is undone.',
        label='blur',
        unit='pixels',
        least=0.3,
        most=5,
    ),
]


def deblur(
    image: Image,
    *,
    blur: Sigma = 1.5,
    channel_axis: ChannelAxis = None,
    preset: Preset = 'fast',
    seed: Seed = 0,
    device: Device = 'auto',
    max_num_iter: MaxNumIter = None,
    time_limit: TimeLimit = None,
    uncertainty: Uncertainty = False,
    callback=None,
    return_info=False,
):
    """Undo the blur of one image.

    It takes image, blur, channel_axis, preset, seed, device, max_num_iter,
    time_limit and uncertainty.
    """
    return TASK.run(
        image=image,
        blur=blur,
        channel_axis=channel_axis,
        preset=preset,
        seed=seed,
        device=device,
        max_num_iter=max_num_iter,
        time_limit=time_limit,
        uncertainty=uncertainty,
        callback=callback,
        return_info=return_info,
    )


def _settings(preset):
    lengths = {'fast': 20, 'balanced': 40}
    check_choice(preset, tuple(lengths), 'preset')
    network = UNetSpec((4, 4), norm='batch')
    return whole_image(network, lengths[preset], NoRule())


def start_deblurring(image, *, blur=1.5, channel_axis=None, options=None):
    acquired = acquire(image, channel_axis)
    return prepare(
        acquired,
        np.ones(acquired.planes.shape, bool),
        operator=Blur((blur, blur)),
        settings=_settings(options.preset),
        options=options,
        task='deblur',
        arguments={'blur': blur},
    )


TASK = Task(
    deblur,
    start_deblurring,
    lambda axes, preset: Outline(_settings(preset)),
    step='deblurred',
)


@pytest.fixture(autouse=True)
def _registered():
    """Known in this file only."""
    base.register(TASK)
    yield
    del base._known[TASK.name]


@pytest.mark.parametrize('task', [TASK])
class TestToy(Contract):
    pass


def test_its_field_is_everywhere(image):
    [argument] = TASK.own
    assert (argument.name, argument.plain_type) == ('blur', float)
    less, record = deblur(image, blur=0.5, max_num_iter=3, return_info=True)
    assert record.arguments['blur'] == 0.5
    assert not np.array_equal(less, deblur(image, max_num_iter=3))
