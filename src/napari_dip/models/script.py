"""TorchScript: layers are the operations of its graph."""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile

import torch
from torch import Tensor

from napari_dip.models.base import Model, Seen
from napari_dip.models.module import ModuleModel

# Operations that write files. Reading can run them too: a module says in its
# code how it is read.
_OF_FILES = re.compile(rb'\b(save|from_file)\b')

_UNREADABLE = RuntimeError, ValueError, OSError, BadZipFile, zlib.error


class ScriptModel(ModuleModel):
    """A network as a TorchScript module.

    Hooks are not supported on it, so layers are taken out of its graph.
    """

    _compiled_for: tuple[str, ...] = ()

    def names(self) -> list[str]:
        """Return its operations, numbered by their kind."""
        return list(self._nodes())

    def _nodes(self) -> dict[str, Any]:
        graph = torch.jit.freeze(self._module).graph
        counts: dict[str, int] = {}
        found = {}
        self._graph = graph
        for node in graph.nodes():
            kind = node.kind().rpartition('::')[2].strip('_')
            outputs = list(node.outputs())
            if len(outputs) != 1 or not node.kind().startswith('aten::'):
                continue
            if not isinstance(outputs[0].type(), torch.TensorType):
                continue
            counts[kind] = counts.get(kind, 0) + 1
            found[f'{kind}_{counts[kind]}'] = outputs[0]
        return found

    def look(
        self,
        image: Tensor,
        layers: Collection[str],
        what: Callable[[Tensor], Seen],
    ) -> dict[str, Seen]:
        """Run the part of its graph that the layers need."""
        names = tuple(layers)
        if self._compiled_for != names:
            nodes = self._nodes()
            graph = self._graph
            for _ in list(graph.outputs()):
                graph.eraseOutput(0)
            for layer in names:
                graph.registerOutput(_copied(graph, nodes[layer]))
            torch._C._jit_pass_dce(graph)
            graph.makeMultiOutputIntoTuple()
            graph.eraseInput(0)
            make = torch._C._create_function_from_graph
            self._compiled, self._compiled_for = make('forward', graph), names
        outputs = self._compiled(image)
        if len(names) == 1 and isinstance(outputs, Tensor):
            outputs = (outputs,)
        return {
            name: what(output)
            for name, output in zip(names, outputs, strict=True)
        }


def _copied(graph: Any, value: Any) -> Any:
    """Copy a value once it is there: later operations may change it."""
    none = graph.create('prim::Constant', [], 1)
    none.output().setType(torch.NoneType.get())
    graph.prependNode(none)
    copy = graph.create('aten::clone', [value, none.output()], 1)
    copy.insertAfter(value.node())
    return copy.output()


def read_script(path: Path) -> Model:
    """Read TorchScript by PyTorch's own reader, which runs no Python.

    Raises
    ------
    ValueError
        If it is damaged, of another version, or could write files.
    """
    load: Callable[..., torch.jit.ScriptModule] = torch.jit.load
    try:
        found = _OF_FILES.search(_code(path))
        module = None if found else load(str(path), map_location='cpu')
    except _UNREADABLE as e:
        raise ValueError(
            f'model: {str(path)!r} cannot be read as TorchScript; it is '
            'damaged, or of another version of PyTorch.'
        ) from e
    if module is None:
        raise ValueError(
            f'model: {str(path)!r} calls "save" or "from_file", with which a '
            'network can write files; it is not read.'
        )
    return ScriptModel(module)


def _code(path: Path) -> bytes:
    with ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith('.py')]
        return b'\n'.join(map(archive.read, names))
