"""Trained models that tasks look into: what is asked of them, and prepared."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

from napari_dip.tasks.arguments import Field

if TYPE_CHECKING:
    from numpy.typing import ArrayLike
    from torch import Tensor

    from napari_dip.engine.losses import DataTerm
    from napari_dip.images.acquired import AcquiredImage
    from napari_dip.models.base import Model
    from napari_dip.models.features import Features
    from napari_dip.presets.options import Options
    from napari_dip.presets.settings import Settings
    from napari_dip.session.base import Restoration

#: Normalisations by name, and how a form calls each.
NORMALISATIONS = {
    'auto': 'as the model says',
    'none': 'none (0 to 1)',
    'imagenet': 'ImageNet',
}

ModelFile = Annotated[
    str,
    Field(
        'File of a trained network (TorchScript, exported program or ONNX), '
        'or in Python the network.',
        kind='model',
        label='model file',
        example='model.pt',
    ),
]
Normalisation = Annotated[
    str,
    Field(
        'What is subtracted from an image between 0 and 1, and what it is '
        'divided by, before the model sees it.',
        choices=NORMALISATIONS,
    ),
]


def list_layers(path: str) -> list[str]:
    """Return the names of the layers of a model file.

    Raises
    ------
    ValueError
        If it cannot be read.
    """
    from napari_dip.models.opening import open_model

    return open_model(path).names()


def describe_model(model: Any) -> str:
    """Say which model it is, for a record: its file, or its class."""
    from pathlib import Path

    is_path = isinstance(model, str | Path)
    return str(model) if is_path else type(model).__name__


@dataclass(frozen=True)
class Inspection:
    """A trained model that looks at an image.

    Parameters
    ----------
    image : AcquiredImage
        What it looks at.
    model : Model
        The model.
    shapes : dict of str to tuple of int
        What each layer gives out.
    channels : int
        Channels that it takes.
    mean, deviation : Tensor
        Normalisation of its input.
    notes : list of str
        What was assumed.
    """

    image: AcquiredImage
    model: Model
    shapes: dict[str, tuple[int, ...]]
    channels: int
    mean: Tensor
    deviation: Tensor
    notes: list[str]

    def begin(
        self,
        layer: str,
        loss: Callable[[Features, Tensor], DataTerm],
        settings: Settings,
        options: Options,
        task: str = '',
        arguments: dict[str, Any] | None = None,
    ) -> Restoration:
        """Begin a fit of an image whose E is told by what a layer gives out.

        Parameters
        ----------
        layer : str
            The layer.
        loss : callable
            From the map of images to its features, and the image, to E.
        settings, options, task, arguments
            As :func:`~napari_dip.session.prepare.prepare` takes them.
        """
        import numpy as np

        from napari_dip.device.choice import resolve_device
        from napari_dip.models.features import Features
        from napari_dip.operators.identity import Identity
        from napari_dip.session.prepare import prepare

        self.model.to(resolve_device(options.device))
        features = Features(
            self.model, layer, self.mean, self.deviation, self.channels
        )
        return prepare(
            self.image,
            np.ones(self.image.planes.shape, bool),
            operator=Identity(),
            settings=settings,
            options=options,
            task=task,
            arguments=arguments or {},
            loss=partial(loss, features),
            notes=self.notes,
        )


def inspect(
    image: ArrayLike | AcquiredImage,
    model: Any,
    channel_axis: int | None,
    normalisation: str,
) -> Inspection:
    """Let a model look at an image, filled where pixels are missing."""
    from napari_dip.images.acquired import acquire
    from napari_dip.images.validation import check_choice
    from napari_dip.models.features import read_normalisation
    from napari_dip.models.opening import open_model

    acquired = acquire(image, channel_axis).filled()
    opened = open_model(model)
    check_choice(normalisation, tuple(NORMALISATIONS), 'normalisation')
    planes = len(acquired.planes)
    notes = []
    sizes = [planes] if planes > 1 else [1, 3]
    shapes, channels = _shapes(opened, acquired, sizes)
    if channels != planes:
        notes.append(
            f'The model takes {channels} channels: the image was repeated.'
        )
    mean, deviation, words = read_normalisation(
        opened, normalisation, channels
    )
    notes.append(f'Normalisation of the input: {words}.')
    return Inspection(
        acquired, opened, shapes, channels, mean, deviation, notes
    )


def _shapes(
    model: Model, acquired: AcquiredImage, sizes: list[int]
) -> tuple[dict[str, tuple[int, ...]], int]:
    """Try images of one channel or three, as the model takes it."""
    import torch

    problem: ValueError | None = None
    for channels in sizes:
        blank = torch.zeros(1, channels, *acquired.axes.plane)
        try:
            return model.shapes(blank), channels
        except ValueError as error:
            problem = error
    assert problem is not None
    raise problem
