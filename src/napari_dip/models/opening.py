"""From a module, or any file of a model, to its layers."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import torch
from torch import nn

from napari_dip.models.base import Model
from napari_dip.models.exported.archive import read_exported
from napari_dip.models.module import ModuleModel
from napari_dip.models.onnx.reading import read_onnx
from napari_dip.models.script import ScriptModel, read_script

# Files of models that are not read.
_OTHERS = {'.h5': 'HDF5', '.safetensors': 'weights alone'}

# What ONNX is known by: its files do not begin with a word of their own.
_ONNX = ('.onnx',)

# What archives hold, by which their kind is known.
_KINDS: dict[str, Callable[[Path], Model]] = {
    'constants.pkl': read_script,
    'archive_format': read_exported,
    'serialized_exported_program.json': read_exported,
}

_CONVERT = (
    'save it with torch.export.save or torch.onnx.export, or give the model '
    'itself in Python'
)


def open_model(model: nn.Module | str | Path) -> Model:
    """Take a network, or read one from a file.

    TorchScript is read by PyTorch's own reader, which runs no Python;
    exported programs and ONNX as graphs of operations that are known here. A
    pickle, such as ``torch.save`` writes, can run any program: it is not
    read.

    Raises
    ------
    TypeError
        If it is neither.
    ValueError
        If the file is missing, damaged or of another kind, or if something
        in it cannot be run.
    """
    if isinstance(model, torch.jit.ScriptModule):
        return ScriptModel(model)
    if isinstance(model, nn.Module):
        return ModuleModel(model)
    if not isinstance(model, str | Path):
        raise TypeError(
            f'model: {type(model).__name__} is no model; give an nn.Module, '
            'or the path of a file: TorchScript, exported program or ONNX.'
        )
    path = Path(model)
    if not path.is_file():
        raise ValueError(f'model: there is no file {str(path)!r}.')
    return _reader(path)(path)


def _reader(path: Path) -> Callable[[Path], Model]:
    """Tell how a file is read, by what it holds; ONNX by its name."""
    name = f'model: {str(path)!r}'
    if path.suffix.lower() in _ONNX:
        return read_onnx
    other = _OTHERS.get(path.suffix.lower())
    if other is not None:
        raise ValueError(f'{name} is {other}, which is not read; {_CONVERT}.')
    pickled = (
        'and reading it could run any program; if you trust it, give '
        'torch.load(file, weights_only=False) in Python, else '
        'save the model with torch.export.save or torch.onnx.export'
    )
    if not zipfile.is_zipfile(path):
        raise ValueError(
            f'{name} is no file of a model that is known here. It may be a '
            f'pickle, {pickled}.'
        )
    try:
        with zipfile.ZipFile(path) as archive:
            parts = {part.rpartition('/')[2] for part in archive.namelist()}
    except (zipfile.BadZipFile, NotImplementedError, OSError) as error:
        raise ValueError(f'{name} cannot be read; it is damaged.') from error
    for part, reader in _KINDS.items():
        if part in parts:
            return reader
    raise ValueError(f'{name} is a pickle, {pickled}.')
