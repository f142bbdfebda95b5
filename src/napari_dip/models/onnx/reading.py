"""From an ONNX file to a graph that PyTorch runs."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence, Set
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor

from napari_dip.models.base import Model
from napari_dip.models.graph import Graph, Step
from napari_dip.models.onnx import resizing, values
from napari_dip.models.onnx.layers import LAYERS
from napari_dip.models.onnx.shapes import SHAPES

_OPERATORS = {**values.VALUES, **LAYERS, **SHAPES, **resizing.RESIZING}
_BEFORE = {**values.BEFORE, **resizing.BEFORE}

# Names of the standard operators.
_DOMAINS = ('', 'ai.onnx')

# What only tells of an image how large it is.
_OF_SIZES = ('Shape', 'Size')


def read_onnx(path: Path) -> Model:
    """Read an ONNX file.

    The package onnx reads and checks it; weights in files beside it are
    taken from its own folder only.

    Raises
    ------
    ValueError
        If the package is not there, the file is damaged, or an operator is
        not known.
    """
    try:
        onnx = import_module('onnx')
    except ImportError as error:
        raise ValueError(
            f'model: {str(path)!r} is ONNX, which needs the package onnx; '
            "install it, for example with pip install 'napari-dip[onnx]'."
        ) from error
    name = f'model: {str(path)!r} cannot be read as ONNX'
    try:
        onnx.checker.check_model(str(path))
        model = onnx.load(path)
        if model.functions:
            model = import_module('onnx.inliner').inline_local_functions(model)
        return _graph(model)
    except (onnx.checker.ValidationError, OSError) as error:
        reason = str(error).strip().splitlines()[0]
        raise ValueError(f'{name}: {reason}') from error
    except ValueError as error:
        raise ValueError(f'{name}: {error}.') from error


def _graph(model: Any) -> Graph:
    graph = model.graph
    constants = {one.name: _tensor(one) for one in graph.initializer}
    images = [one for one in graph.input if one.name not in constants]
    if len(images) != 1:
        raise ValueError(f'it takes {len(images)} images, not one')
    version = max(
        (one.version for one in model.opset_import if one.domain in _DOMAINS),
        default=1,
    )
    steps = _steps(graph, version)
    used = {name for step in steps for name in step.inputs}
    sides = images[0].type.tensor_type.shape.dim
    return Graph(
        steps,
        constants,
        images[0].name,
        [side.dim_value or None for side in sides],
        {name: one for name, one in constants.items() if name not in used},
    )


def _steps(graph: Any, version: int) -> list[Step]:
    used = {name for node in graph.node for name in node.input}
    return [
        _SPECIAL.get(node.op_type, _step)(node, version, used)
        for node in graph.node
    ]


def _choice(node: Any, version: int, used: Set[str]) -> Step:
    """Run one of two graphs (If), which see all values outside them."""
    parts = {}
    inputs = [*node.input]
    for branch in node.attribute:
        stored = {one.name: _tensor(one) for one in branch.g.initializer}
        steps = _steps(branch.g, version)
        outputs = [one.name for one in branch.g.output]
        parts[branch.name] = stored, steps, outputs
        made = set(stored).union(*(step.outputs for step in steps))
        read = [*(n for step in steps for n in step.inputs), *outputs]
        inputs += [name for name in read if name not in made]
    (condition,) = node.input

    def run(found: Mapping[str, Any], device: torch.device) -> Sequence[Any]:
        stored, steps, outputs = parts[_BRANCHES[bool(found[condition])]]
        values = {**found}
        values |= {name: _placed(one, device) for name, one in stored.items()}
        for step in steps:
            values.update(
                zip(step.outputs, step.run(values, device), strict=False)
            )
        return [values[name] for name in outputs]

    return Step(
        node.name or node.output[0], tuple(inputs), tuple(node.output), run
    )


_SPECIAL = {'If': _choice}
_BRANCHES = 'else_branch', 'then_branch'


def _step(node: Any, version: int, used: Set[str]) -> Step:
    run = _operator(node, version, used)
    inputs = tuple(node.input)

    def apply(found: Mapping[str, Any], device: torch.device) -> Sequence[Any]:
        made = run(*(found[name] if name else None for name in inputs))
        several = made if isinstance(made, tuple) else (made,)
        return [_placed(one, device) for one in several]

    return Step(
        node.name or node.output[0],
        tuple(name for name in inputs if name),
        tuple(node.output),
        apply,
        node.op_type not in _OF_SIZES,
    )


def _placed(value: Tensor, device: torch.device) -> Tensor:
    """Bring all that is no size to the device of the image."""
    return value.to(device) if value.is_floating_point() else value


def _operator(node: Any, version: int, used: Set[str]) -> Callable[..., Any]:
    """Find what an operator does, with its attributes.

    Raises
    ------
    ValueError
        If it is not known, or not with these attributes or outputs.
    """
    kind = node.op_type
    before, older = _BEFORE.get(kind, (0, None))
    run = older if version < before else _OPERATORS.get(kind)
    if node.domain not in _DOMAINS or run is None:
        full = '.'.join(filter(None, (node.domain, kind)))
        raise ValueError(
            f'its operator {full!r} is not known here; give the model itself '
            'in Python'
        )
    attributes = {one.name: _attribute(one) for one in node.attribute}
    known = _keywords(run)
    if 'outputs' in known:
        attributes['outputs'] = len(node.output)
    elif used & set(node.output[1:]):
        raise ValueError(f'several outputs of {kind!r} are not known here')
    unknown = sorted(set(attributes) - known)
    if unknown and 'attributes' not in known:
        raise ValueError(f'{unknown[0]!r} of {kind!r} is not known here')
    return lambda *inputs: run(*inputs, **attributes)


def _keywords(run: Callable[..., Any]) -> set[str]:
    """Names of attributes that an operator takes; those of C++ take none."""
    try:
        parameters = inspect.signature(run).parameters.values()
    except ValueError:
        return set()
    kinds = inspect.Parameter.KEYWORD_ONLY, inspect.Parameter.VAR_KEYWORD
    return {one.name for one in parameters if one.kind in kinds}


def _attribute(attribute: Any) -> Any:
    value = import_module('onnx.helper').get_attribute_value(attribute)
    if hasattr(value, 'data_type'):
        return _tensor(value)
    return value.decode() if isinstance(value, bytes) else value


def _tensor(stored: Any) -> Tensor:
    kind = values.TYPES.get(stored.data_type)
    if kind is None:
        raise ValueError(f'{stored.name!r} holds no numbers known here')
    array = import_module('onnx.numpy_helper').to_array(stored)
    if kind.is_floating_point:
        array = array.astype(np.float32)
    return torch.from_numpy(np.array(array))
