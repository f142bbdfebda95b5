"""Activation maximisation: an image that a channel of a network looks for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from napari_dip.presets.choices import DEFAULT_PRESET
from napari_dip.tasks import fields
from napari_dip.tasks.base import Field, Task, register
from napari_dip.tasks.prior.models import ModelFile, Normalisation

if TYPE_CHECKING:
    from numpy.typing import ArrayLike

    from napari_dip.images.acquired import AcquiredImage
    from napari_dip.images.axes import Axes
    from napari_dip.presets.options import Options
    from napari_dip.session.base import Callback, Restoration, Restored
    from napari_dip.tasks.outline import Outline

Layer = Annotated[
    str, Field('Layer of the model.', label='layer', example='0')
]
Unit = Annotated[
    int,
    Field(
        'Channel of the layer, counted from 0.',
        label='channel of the layer',
        least=0,
        most=2**16,
    ),
]


def maximise_activation(
    image: fields.Image,
    model: ModelFile,
    layer: Layer,
    unit: Unit = 0,
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
    """Find an image that a channel of a trained network answers to most.

    A network with random weights makes the image, so that it looks natural.
    Of the image that is given only size, contrast and channels are taken.

    Parameters
    ----------
    image : (M, N) or (M, N, C) array_like
        Image as the model takes it, for size, channels and range.
    model, normalisation
        As in :func:`~napari_dip.invert_features`.
    layer : str
        Name of a layer that gives out maps.
    unit : int
        Channel of the layer, counted from 0, whose mean is maximised.
    channel_axis, preset, seed, device, max_num_iter, time_limit, callback, \
return_info
        As in :func:`~napari_dip.denoise`.

    Returns
    -------
    image : ndarray of float32
        Same shape and axes as `image`, in its units.
    info : Record
        Only with `return_info`.

    Raises
    ------
    TypeError, ValueError, MemoryError
        As in :func:`~napari_dip.invert_features`, and if the layer has no
        such channel.

    References
    ----------
    .. [1] D. Ulyanov, A. Vedaldi, V. Lempitsky, "Deep Image Prior",
           CVPR 2018.
    .. [2] K. Simonyan, A. Vedaldi, A. Zisserman, "Deep Inside Convolutional
           Networks", ICLR 2014.

    Examples
    --------
    >>> import numpy as np
    >>> from torch import nn
    >>> from napari_dip import maximise_activation
    >>> model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU())
    >>> image = np.random.default_rng(0).normal(100, 5, (32, 32))
    >>> maximise_activation(
    ...     image, model, '1', 3, preset='fast', max_num_iter=5
    ... ).shape
    (32, 32)
    """
    return TASK.run(**locals())


def start_maximising(
    image: ArrayLike | AcquiredImage,
    model: Any,
    layer: str,
    unit: int = 0,
    *,
    normalisation: str = 'auto',
    channel_axis: int | None = None,
    options: Options | None = None,
) -> Restoration:
    """Prepare :func:`maximise_activation` as a session."""
    from napari_dip.engine.losses import Activation
    from napari_dip.images.validation import is_integer
    from napari_dip.models.features import choose_layer
    from napari_dip.presets.options import Options
    from napari_dip.tasks.presets.features import maximise_settings
    from napari_dip.tasks.prior.models import describe_model, inspect

    options = options or Options()
    settings = maximise_settings(options.preset)
    found = inspect(image, model, channel_axis, normalisation)
    count = choose_layer(found.shapes, layer)[0]
    if not is_integer(unit, least=0) or unit >= count:
        raise ValueError(
            f'unit: {unit!r} is no channel of layer {layer!r}; choose one '
            f'from 0 to {count - 1}.'
        )
    return found.begin(
        layer,
        lambda features, data: Activation(features, int(unit), data),
        settings,
        options,
        'maximise_activation',
        {
            'model': describe_model(model),
            'layer': layer,
            'unit': int(unit),
            'normalisation': normalisation,
        },
    )


def _outline(axes: Axes, preset: str) -> Outline:
    """Tell what is fitted; the model comes on top."""
    from napari_dip.tasks.outline import Outline
    from napari_dip.tasks.presets.features import maximise_settings

    return Outline(maximise_settings(preset))


def _say(layer: str, unit: int = 0, **others: Any) -> str:
    del others
    return f'channel {unit} of {layer}'


TASK = register(
    Task(maximise_activation, start_maximising, _outline, step=_say)
)
