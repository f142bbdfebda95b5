"""Trained models that tasks look into: what is asked of them, and prepared."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Annotated, Any

from napari_dip.tasks.arguments import Field

if TYPE_CHECKING:
    from napari_dip.images.acquired import AcquiredImage
    from napari_dip.operators.features import Features, Model

#: Normalisations by name, and how a form calls each.
NORMALISATIONS = {
    'auto': 'as the model says',
    'none': 'none (0 to 1)',
    'imagenet': 'ImageNet',
}

ModelFile = Annotated[
    str,
    Field(
        'TorchScript file of a trained network, or in Python the network.',
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
    from napari_dip.operators.features import open_model

    return open_model(path).names()


def describe_model(model: Any) -> str:
    """Say which model it is, for a record: its file, or its class."""
    from pathlib import Path

    is_path = isinstance(model, str | Path)
    return str(model) if is_path else type(model).__name__


def look_into(
    model: Model, acquired: AcquiredImage, normalisation: str
) -> tuple[dict[str, tuple[int, ...]], Callable[[str], Features], list[str]]:
    """Find the layers of a model for an image.

    Returns
    -------
    shapes : dict of str to tuple of int
        What each layer gives out.
    features : callable
        From a layer to the map of images to its features.
    notes : list of str
        What was assumed.
    """
    import torch

    from napari_dip.images.validation import check_choice
    from napari_dip.operators.features import Features, read_normalisation

    check_choice(normalisation, tuple(NORMALISATIONS), 'normalisation')
    planes = len(acquired.planes)
    notes = []
    sizes = [planes] if planes > 1 else [1, 3]
    shapes, channels = _shapes(model, acquired, sizes)
    if channels != planes:
        notes.append(
            f'The model takes {channels} channels: the image was repeated.'
        )
    mean, deviation, words = read_normalisation(model, normalisation, channels)
    notes.append(f'Normalisation of the input: {words}.')

    def features(layer: str) -> Features:
        return Features(
            model, layer, torch.as_tensor(mean), deviation, channels
        )

    return shapes, features, notes


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
