"""Operations of an exported program, from their JSON to what runs them."""

from __future__ import annotations

import math
import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from napari_dip.models.graph import Step

#: Types by their numbers in the file. All floating point is computed in
#: single precision, as the image is.
TYPES: Mapping[int, torch.dtype] = {
    1: torch.uint8,
    2: torch.int8,
    3: torch.int16,
    4: torch.int32,
    5: torch.int64,
    6: torch.float32,
    7: torch.float32,
    8: torch.float32,
    12: torch.bool,
    13: torch.float32,
}
_MEMORY_FORMATS: Mapping[int, torch.memory_format] = {
    1: torch.contiguous_format,
    2: torch.channels_last,
    4: torch.preserve_format,
}

# What is computed of sizes.
_OPERATORS = (
    *('add', 'sub', 'mul', 'floordiv', 'truediv', 'mod', 'neg', 'getitem'),
    *('eq', 'ne', 'lt', 'le', 'gt', 'ge'),
)
_OF_SIZES: dict[str, Callable[..., Any]] = {
    **{f'_operator.{name}': getattr(operator, name) for name in _OPERATORS},
    **{f'math.{name}': getattr(math, name) for name in ('ceil', 'floor')},
    'math.trunc': math.trunc,
    'torch.sym_float': float,
    'torch.sym_int': int,
    'torch.sym_max': max,
    'torch.sym_min': min,
    'torch.sym_not': operator.not_,
}

# An argument: from values by name, and the device of the image, to it.
Argument = Callable[[Mapping[str, Any], torch.device], Any]


def read_steps(
    nodes: Sequence[Mapping[str, Any]], weights: Mapping[str, Any]
) -> list[Step]:
    """Read operations, but for those that only check something.

    The last operation in a module is named as the module, for it gives out
    what the module does, others as their output. Where it is the last of
    several, a module in a module, there is a layer for each.

    Raises
    ------
    ValueError
        If one is not known, or changes weights.
    """
    made = [node for node in nodes if node['outputs']]
    last = {
        module: index
        for index, node in enumerate(made)
        for module in _modules_of(node)
    }
    steps = []
    for index, node in enumerate(made):
        step = _read(node, weights)
        *outer, name = [
            step.outputs[0],
            *(one for one in _modules_of(node) if last[one] == index),
        ]
        steps.append(replace(step, name=name))
        steps += [_again(step, module) for module in outer[1:]]
    return steps


def _modules_of(node: Mapping[str, Any]) -> list[str]:
    """Return the modules that an operation is in, from the outside."""
    stack = node['metadata'].get('nn_module_stack', '')
    parts = [part.split(',') for part in stack.split(';')]
    return [part[1] for part in parts if len(part) > 1 and part[1]]


def _again(step: Step, name: str) -> Step:
    """Call what is there already by another name."""
    output = step.outputs[0]
    return Step(name, (output,), (), lambda values, device: [values[output]])


def _read(node: Mapping[str, Any], weights: Mapping[str, Any]) -> Step:
    inputs: list[str] = []
    arguments = {
        one['name']: _argument(one['arg'], inputs) for one in node['inputs']
    }
    target = node['target']
    run = _OF_SIZES.get(target)
    if run is None:
        operation = _operation(target)
        for argument in operation._schema.arguments:
            changes = argument.alias_info and argument.alias_info.is_write
            if changes and inputs[:1] and inputs[0] in weights:
                raise ValueError(
                    f'{target!r} changes its weights; call model.eval() '
                    'before torch.export.export'
                )
        made = _by_name(operation, arguments)
    else:
        made = _in_order(run, list(arguments.values()))
    outputs = tuple(n for one in node['outputs'] for n in _names(one))
    is_tensor = any(kind in _OF_TENSORS for o in node['outputs'] for kind in o)
    return Step('', tuple(inputs), outputs, made, is_tensor)


_OF_TENSORS = ('as_tensor', 'as_tensors')


def _operation(target: str) -> Any:
    """Find an operation of PyTorch that computes, and does nothing else."""
    path = target.removeprefix('torch.ops.aten.').split('.')
    unknown = ValueError(
        f'its operation {target!r} is not known here; give the model itself '
        'in Python'
    )
    if len(path) != 2 or not target.startswith('torch.ops.aten.'):
        raise unknown
    try:
        found = getattr(getattr(torch.ops.aten, path[0]), path[1])
    except AttributeError:
        raise unknown from None
    is_public = not path[0].startswith('_') or torch.Tag.core in found.tags
    names = {argument.name for argument in found._schema.arguments}
    if not is_public or 'filename' in names:
        raise unknown
    return found


def _by_name(
    operation: Callable[..., Any], arguments: Mapping[str, Argument]
) -> Callable[[Mapping[str, Any], torch.device], Sequence[Any]]:
    def run(values: Mapping[str, Any], device: torch.device) -> Sequence[Any]:
        return _listed(
            operation(**{k: v(values, device) for k, v in arguments.items()})
        )

    return run


def _in_order(
    operation: Callable[..., Any], arguments: Sequence[Argument]
) -> Callable[[Mapping[str, Any], torch.device], Sequence[Any]]:
    def run(values: Mapping[str, Any], device: torch.device) -> Sequence[Any]:
        return [operation(*(one(values, device) for one in arguments))]

    return run


def _listed(made: Any) -> Sequence[Any]:
    return made if isinstance(made, tuple | list) else [made]


def _names(output: Mapping[str, Any]) -> Iterator[str]:
    """Names of what an operation gives out."""
    for value in output.values():
        for one in value if isinstance(value, list) else [value]:
            name = one.get('name') or one.get('as_name')
            yield name


def _argument(argument: Mapping[str, Any], inputs: list[str]) -> Argument:
    """Read an argument; the values it names are added to the inputs."""
    ((kind, value),) = argument.items()
    if kind not in _READERS:
        raise ValueError(
            f'it holds what is not known here ({kind}); give the model itself '
            'in Python'
        )
    return _READERS[kind](value, inputs)


def _literal(value: Any, inputs: list[str]) -> Argument:
    return lambda values, device: value


def _tensor(value: Mapping[str, Any], inputs: list[str]) -> Argument:
    name: str = value['name'] if 'name' in value else value['as_name']
    inputs.append(name)

    def look(values: Mapping[str, Any], device: torch.device) -> Any:
        found = values[name]
        return found.to(device) if isinstance(found, Tensor) else found

    return look


def _union(value: Mapping[str, Any], inputs: list[str]) -> Argument:
    """Read a number or its name, a tensor or nothing."""
    if 'as_name' in value:
        return _tensor(value, inputs)
    return _argument(value, inputs)


def _several(
    read: Callable[[Any, list[str]], Argument],
) -> Callable[[Any, list[str]], Argument]:
    def read_all(value: Any, inputs: list[str]) -> Argument:
        parts = [read(one, inputs) for one in value]
        return lambda values, device: [part(values, device) for part in parts]

    return read_all


_READERS: dict[str, Callable[[Any, list[str]], Argument]] = {
    **dict.fromkeys(('as_int', 'as_bool', 'as_string'), _literal),
    **dict.fromkeys(('as_ints', 'as_bools', 'as_strings'), _literal),
    'as_int_lists': _literal,
    'as_none': lambda value, inputs: _literal(None, inputs),
    'as_float': lambda value, inputs: _literal(float(value), inputs),
    'as_floats': _several(
        lambda value, inputs: _literal(float(value), inputs)
    ),
    'as_tensor': _tensor,
    'as_tensors': _several(_tensor),
    'as_optional_tensor': _union,
    'as_optional_tensors': _several(_union),
    **dict.fromkeys(('as_sym_int', 'as_sym_float', 'as_sym_bool'), _union),
    'as_sym_ints': _several(_union),
    'as_scalar_type': lambda value, inputs: _literal(TYPES[value], inputs),
    'as_memory_format': lambda value, inputs: _literal(
        _MEMORY_FORMATS[value], inputs
    ),
    'as_layout': lambda value, inputs: _literal(torch.strided, inputs),
    'as_device': lambda value, inputs: lambda values, device: device,
}
