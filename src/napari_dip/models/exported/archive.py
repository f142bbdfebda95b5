"""The archive of an exported program: its graph and its weights."""

from __future__ import annotations

import json
import sys
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from napari_dip.models.base import Model
from napari_dip.models.exported.operations import TYPES, read_steps
from napari_dip.models.graph import Graph

# Types as they are stored, where they are not what is computed with.
_STORED: Mapping[int, torch.dtype] = {
    **TYPES,
    6: torch.float16,
    8: torch.float64,
    13: torch.bfloat16,
}

# What a graph is given beside the image, and where its name stands.
_GIVEN = {
    'parameter': 'parameter_name',
    'buffer': 'buffer_name',
    'tensor_constant': 'tensor_constant_name',
}


# What reading what is not there, or of another kind, ends in.
_DAMAGED = (
    *(AttributeError, LookupError, OSError, RuntimeError, TypeError),
    *(json.JSONDecodeError, UnicodeDecodeError),
    *(zipfile.BadZipFile, zlib.error, EOFError),
)


def read_exported(path: Path) -> Model:
    """Read an exported program.

    Raises
    ------
    ValueError
        If it is damaged, of another version, holds a pickle in place of
        weights, or operations that are not known.
    """
    name = f'model: {str(path)!r} cannot be read as an exported program'
    try:
        with zipfile.ZipFile(path) as archive:
            return _Archive(archive).graph()
    except _DAMAGED as error:
        raise ValueError(
            f'{name}; it is damaged, or of another version of PyTorch.'
        ) from error
    except ValueError as error:
        raise ValueError(f'{name}: {error}.') from error


class _Archive:
    """The file, whose parts all lie in a folder of its own."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        names = archive.namelist()
        self._root = names[0].partition('/')[0]
        folder = f'{self._root}/models/'
        graphs = [name for name in names if name.startswith(folder)]
        if len(graphs) != 1:
            raise ValueError(
                f'it holds {len(graphs)} graphs, not one; save it with '
                'torch.export.save of a newer version of PyTorch'
            )
        if self._read('byteorder').decode() != sys.byteorder:
            raise ValueError('its weights are in another order of bytes')
        self._name = Path(graphs[0]).stem

    def _read(self, part: str) -> bytes:
        return self._archive.read(f'{self._root}/{part}')

    def graph(self) -> Graph:
        """Return its graph with the weights in it."""
        program = json.loads(self._read(f'models/{self._name}.json'))
        graph = program['graph_module']['graph']
        stored = self._tensors('weights') | self._tensors('constants')
        constants, names, images = {}, {}, []
        for given in program['graph_module']['signature']['input_specs']:
            ((kind, spec),) = given.items()
            argument = spec.get('arg', {})
            if kind in _GIVEN:
                names[spec[_GIVEN[kind]]] = argument['name']
                constants[argument['name']] = stored[spec[_GIVEN[kind]]]
            elif 'as_tensor' in argument:
                images.append(argument['as_tensor']['name'])
        if len(images) != 1:
            raise ValueError(f'it takes {len(images)} images, not one')
        steps = read_steps(graph['nodes'], constants)
        sizes = graph['tensor_values'][images[0]]['sizes']
        used = {name for step in steps for name in step.inputs}
        return Graph(
            steps,
            constants,
            images[0],
            [size.get('as_int') for size in sizes],
            {k: constants[v] for k, v in names.items() if v not in used},
        )

    def _tensors(self, kind: str) -> dict[str, Tensor]:
        """Return weights or constants by name."""
        folder = f'data/{kind}'
        parts = json.loads(
            self._read(f'{folder}/{self._name}_{kind}_config.json')
        )['config']
        for name, part in parts.items():
            if part['use_pickle']:
                raise ValueError(
                    f'it holds {name!r} as a pickle, and reading that could '
                    'run any program; give the model itself in Python'
                )
        return {
            name: _tensor(
                self._read(f'{folder}/{part["path_name"]}'),
                part['tensor_meta'],
            )
            for name, part in parts.items()
        }


def _tensor(data: bytes, meta: Mapping[str, Any]) -> Tensor:
    """Take a tensor out of its bytes."""
    shape, strides = (
        [size['as_int'] for size in meta[key]] for key in ('sizes', 'strides')
    )
    kind = TYPES[meta['dtype']]
    if not data:
        return torch.zeros(shape, dtype=kind)
    flat = torch.frombuffer(bytearray(data), dtype=_STORED[meta['dtype']])
    offset = meta['storage_offset']['as_int']
    return flat.as_strided(shape, strides, offset).to(kind)
