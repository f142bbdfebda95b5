"""Natural pre-image: A is a layer of a trained network."""

from __future__ import annotations

import math
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from napari_dip.presets.choices import DEFAULT_PRESET
from napari_dip.tasks import fields
from napari_dip.tasks.base import Field, Task, register
from napari_dip.tasks.prior.models import ModelFile, Normalisation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike

    from napari_dip.images.acquired import AcquiredImage
    from napari_dip.images.axes import Axes
    from napari_dip.presets.options import Options
    from napari_dip.session.base import Callback, Restoration, Restored
    from napari_dip.session.study import Found, Made
    from napari_dip.tasks.outline import Outline

Layers = Annotated[
    str,
    Field(
        'Layer of the model, or several, parted by commas.',
        label='layers',
        example='0',
    ),
]


def invert_features(
    image: fields.Image,
    model: ModelFile,
    layer: Layers,
    *,
    normalisation: Normalisation = 'auto',
    channel_axis: fields.ChannelAxis = None,
    preset: fields.Preset = DEFAULT_PRESET,
    seed: fields.Seed = 0,
    device: fields.Device = 'auto',
    max_num_iter: fields.MaxNumIter = None,
    time_limit: fields.TimeLimit = None,
    callback: Callback | None = None,
    return_info: bool = False,
) -> Restored:
    """Find an image whose features in a trained network are those of another.

    A network with random weights makes the image; what it fills in where the
    features tell nothing is what looks natural to it. So the result shows
    what a layer still knows of an image. Two networks are fitted, of `seed`
    and the next, and the image whose features are nearer is taken; with
    preset 'ulyanov2018' one.

    Parameters
    ----------
    image : (M, N) or (M, N, C) array_like
        Image as :func:`~napari_dip.denoise` takes it, of a size that the
        model takes. Images of 8 bits are seen from 0 to 255, others from
        least to greatest.
    model : nn.Module or str
        The trained network, or the path of its file: TorchScript, an exported
        program (``torch.export.save``) or ONNX, which needs the package onnx.
        Pickles are not read, for they could run any program.
    layer : str
        Name of a layer that gives out maps, or several, parted by commas. Of
        a module the names are those of ``named_modules()``, of an exported
        program these and operations between them, of ONNX its nodes, of
        TorchScript operations and their numbers, such as 'relu_2'. A name
        that is not there is answered with all that are.
    normalisation : {'auto', 'none', 'imagenet'}
        What the model expects of an image between 0 and 1. 'auto' takes
        ``mean`` and ``std`` of the model, if it has them, else none.
    channel_axis, preset, seed, device, max_num_iter, time_limit, callback, \
return_info
        As in :func:`~napari_dip.denoise`.

    Returns
    -------
    image : ndarray of float32
        The image for the first layer, in the units of `image`.
    info : Record
        Only with `return_info`: ``info.companions`` holds the images for the
        other layers by name, ``info.curves`` the feature distance of each.

    Raises
    ------
    TypeError
        If the image does not hold real numbers, or the model is none.
    ValueError
        If the model cannot be read or does not take the image, a layer does
        not exist or gives out no maps, or an option is unknown.
    MemoryError
        If the device has no room for the image.

    References
    ----------
    .. [1] D. Ulyanov, A. Vedaldi, V. Lempitsky, "Deep Image Prior",
           CVPR 2018.
    .. [2] A. Mahendran, A. Vedaldi, "Understanding Deep Image
           Representations by Inverting Them", CVPR 2015.

    Examples
    --------
    >>> import numpy as np
    >>> from torch import nn
    >>> from napari_dip import invert_features
    >>> model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU())
    >>> image = np.random.default_rng(0).normal(100, 5, (32, 32))
    >>> invert_features(
    ...     image, model, '1', preset='fast', max_num_iter=5
    ... ).shape
    (32, 32)
    """
    return TASK.run(**locals())


def start_inverting(
    image: ArrayLike | AcquiredImage,
    model: Any,
    layer: str,
    *,
    normalisation: str = 'auto',
    channel_axis: int | None = None,
    options: Options | None = None,
) -> Restoration:
    """Prepare :func:`invert_features` as a session."""
    from napari_dip.engine.losses import FeatureDistance
    from napari_dip.models.features import choose_layer
    from napari_dip.presets.options import Options
    from napari_dip.session.study import Part
    from napari_dip.tasks.presets.features import (
        count_starts,
        invert_settings,
    )
    from napari_dip.tasks.prior.fits import begin_study
    from napari_dip.tasks.prior.models import describe_model, inspect

    options = options or Options()
    settings = invert_settings(options.preset)
    found = inspect(image, model, channel_axis, normalisation)
    layers = [name.strip() for name in str(layer).split(',')]
    for name in layers:
        choose_layer(found.shapes, name)

    def begin(name: str, start: int) -> Restoration:
        seeded = replace(options, seed=(options.seed + start) % 2**64)
        return found.begin(name, FeatureDistance, settings, seeded)

    return begin_study(
        [
            Part(name, partial(begin, name, start))
            for name in layers
            for start in range(count_starts(options.preset))
        ],
        _gather,
        'invert_features',
        found.image.channel_axis,
        options,
        model=describe_model(model),
        layer=layer,
        normalisation=normalisation,
    )


def _gather(found: Sequence[Found]) -> Made:
    from napari_dip.session.study import Made

    starts: dict[str, list[Found]] = {}
    for one in found:
        starts.setdefault(one.name, []).append(one)
    best = [min(several, key=_left) for several in starts.values()]
    first, *others = best
    curves = {one.name: one.losses for one in best}
    notes = [
        f'Layer {one.name}: before the last steps {_percent(one)} of the '
        'power of its features are not fitted'
        + ''.join(
            f', from another start {_percent(other)}'
            for other in starts[one.name]
            if other is not one
        )
        + '.'
        for one in best
    ]
    return Made(
        first.image,
        {f'layer {one.name}': one.image for one in others},
        curves,
        notes,
    )


def _left(found: Found) -> float:
    """Return the feature distance that a network has left."""
    return found.record.loss_history[-1] if found.losses else math.inf


def _percent(found: Found) -> str:
    return f'{100 * _left(found):.2g} %'


def _outline(axes: Axes, preset: str, layer: str = '') -> Outline:
    """Tell what is fitted; the model comes on top."""
    from napari_dip.tasks.outline import Outline
    from napari_dip.tasks.presets.features import (
        count_starts,
        invert_settings,
    )

    layers = 1 + str(layer).count(',')
    fits = layers * count_starts(preset)
    return Outline(invert_settings(preset), repeated=fits)


def _say(layer: str, **others: Any) -> str:
    del others
    return f'features of {str(layer).split(",")[0].strip()}'


TASK = register(Task(invert_features, start_inverting, _outline, step=_say))
