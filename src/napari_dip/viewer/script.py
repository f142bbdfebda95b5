"""A few lines of Python that make a result again from its provenance."""

from __future__ import annotations

import inspect
from typing import Any

from napari_dip.tasks.base import OPTIONS, Argument, Task, find_task
from napari_dip.viewer.layers.planes import Plane

# Ends that the same call comes to by itself; all others depended on the
# user, the clock or the memory and have to be repeated by iteration.
_REPEATABLE = (
    'HELD_OUT_MINIMUM',
    'VARIANCE_MINIMUM',
    'PLANTED_MINIMUM',
    'SCHEDULE_COMPLETE',
    'MAX_NUM_ITER',
    'DIVERGED',
)


def as_python(provenance: dict[str, Any]) -> str:
    """Write the script that repeats what a provenance tells.

    Parameters
    ----------
    provenance : dict
        ``layer.metadata['napari-dip']``.

    Returns
    -------
    str
        Python source that reads its layers from the current viewer, leaves
        the result in `restored` and adds it as a layer.
    """
    simple = len(provenance['legs']) == 1 and provenance['snapshot'] is None
    body = [
        *_read_layers(provenance),
        *(_call(provenance) if simple else _session(provenance)),
        *_put_back(provenance),
        *_add_layer(provenance),
    ]
    imports = ['import napari', _import_own(provenance, simple)]
    if any('np.' in line for line in body):
        imports.insert(1, 'import numpy as np')
    return '\n'.join([*_heading(provenance), *imports, '', *body, ''])


def _heading(provenance: dict[str, Any]) -> list[str]:
    lines = [f'# napari-dip {provenance["version"]}']
    source = provenance['source']
    if source['file'] is not None:
        # In quotes, as all that comes from outside: a line break in a name
        # would end the comment.
        lines.append(
            f'# {source["layer"]!r} was read from {source["file"]!r}.'
        )
    return lines


def _task(provenance: dict[str, Any]) -> Task:
    return find_task(provenance['task'])


def _import_own(provenance: dict[str, Any], simple: bool) -> str:
    task = _task(provenance)
    names = [
        _CLASSES[argument.kind]
        for argument in task.own
        if isinstance(provenance['arguments'].get(argument.name), dict)
    ]
    if simple:
        module = task.function.__module__
        if module.startswith('napari_dip.'):
            module = 'napari_dip'
        return _import(module, *names, task.name)
    lines = [_import('napari_dip', name) for name in names]
    lines += [
        _import('napari_dip.presets.options', 'Options'),
        _import(task.start.__module__, task.start.__name__),
    ]
    return '\n'.join(lines)


def _import(module: str, *names: str) -> str:
    return f'from {module} import {", ".join(names)}'


def _read_layers(provenance: dict[str, Any]) -> list[str]:
    lines = [
        'viewer = napari.current_viewer()',
        '# By their identity, so that they may be renamed.',
        'layers = {str(layer.unique_id): layer for layer in viewer.layers}',
        *_read_source(provenance['source']),
        f'image = {_pixels("source", provenance["source"])}',
    ]
    for argument in _task(provenance).own:
        told = provenance['layers'].get(argument.name)
        if told is not None:
            lines += _READ[argument.kind](argument.name, told)
    return lines


def _read_source(told: dict[str, Any]) -> list[str]:
    lines = [f'source = {_layer(told)}']
    if told.get('members'):
        members = [_layer(one) for one in told['members']]
        lines = [
            _import('napari_dip.viewer.layers.joined', 'join_layers'),
            f'source = join_layers([{", ".join(members)}])',
        ]
    if told.get('region'):
        spans = {axis: tuple(span) for axis, span in told['region']}
        lines += [
            _import('napari_dip.viewer.layers.regions', 'crop_layer'),
            f'source = crop_layer(source, {spans})',
        ]
    return lines


def _read_mask(name: str, told: dict[str, Any]) -> list[str]:
    test = '!= 0' if told['label'] is None else f'== {told["label"]}'
    pixels = f'np.asarray(labels.data{_index(told)})'
    lines = []
    if told.get('axes') is not None:
        lines = [
            'from napari_dip.viewer.layers.masks.marks import marked_over'
        ]
        given = f'{told["plane"]}, {told["axes"]}'
        pixels = f'marked_over(source, labels, {given})'
    return [
        *lines,
        f'labels = {_layer(told)}',
        f'{name} = {pixels} {test}',
        *([f'{name} = ~{name}'] if told.get('inverted') else []),
    ]


def _read_frames(name: str, told: dict[str, Any]) -> list[str]:
    return [
        f'repeated = {_layer(told)}',
        f'{name} = {_pixels("repeated", told)}',
    ]


def _read_guide(name: str, told: dict[str, Any]) -> list[str]:
    colours = f'[..., :{told["colours"]}]' if told['colours'] else ''
    lines = [
        f'beside = {_layer(told)}',
        f'{name} = np.asarray({_pixels("beside", told)}){colours}',
    ]
    if told['matrix'] is not None:
        lines += [
            'from napari_dip.images.guide import resample',
            f'matrix = {told["matrix"]}',
            f'{name} = resample({name}, matrix, {tuple(told["shape"])})',
        ]
    return lines


_READ = {'guide': _read_guide, 'mask': _read_mask, 'repeats': _read_frames}


def _layer(told: dict[str, Any]) -> str:
    """Expression that finds a layer: as it was, or by its name."""
    return f'layers.get({told["id"]!r}) or viewer.layers[{told["layer"]!r}]'


def _pixels(layer: str, told: dict[str, Any]) -> str:
    """Expression that reads an image layer."""
    level = '[0]' if told['multiscale'] else ''
    return f'{layer}.data{level}{_index(told)}'


def _index(told: dict[str, Any]) -> str:
    """Index of the plane; nothing where it is the whole layer."""
    index = list(told['plane'])
    while index and index[-1] is None:
        del index[-1]
    if not index:
        return ''
    entries = [':' if i is None else str(int(i)) for i in index]
    return f'[{", ".join(entries)}]'


def _own_arguments(provenance: dict[str, Any]) -> list[str]:
    """All arguments but the options, where they are not the default."""
    told = []
    for argument in _task(provenance).arguments:
        if argument.name in OPTIONS:
            continue
        value = _value(argument, provenance)
        if value is not None:
            keyword = f'{argument.name}=' if argument.is_keyword else ''
            told.append(f'{keyword}{value}')
    return told


def _value(argument: Argument, provenance: dict[str, Any]) -> str | None:
    """Expression for the value of an argument; None for the default."""
    name, arguments = argument.name, provenance['arguments']
    if argument.kind == 'image' or name in provenance['layers']:
        return name
    if argument.kind == 'channel_axis':
        return repr(arguments[name])
    value = arguments.get(name, inspect.Parameter.empty)
    # Of layers that are not told there are none.
    if argument.kind in _READ or value in (
        argument.default,
        inspect.Parameter.empty,
    ):
        return None
    if isinstance(value, dict):
        numbers = ', '.join(f'{key}={value[key]!r}' for key in value)
        return f'{_CLASSES[argument.kind]}({numbers})'
    return repr(tuple(value) if isinstance(value, list) else value)


# Arguments that a record tells as the numbers of one.
_CLASSES = {'noise': 'Detector', 'method': 'DeepImagePrior'}


def _options(provenance: dict[str, Any]) -> list[str]:
    # A run that the clock has ended is repeated by its iterations.
    names = ['preset', 'seed', 'device', 'max_num_iter']
    arguments = provenance['arguments']
    options = [f'{name}={arguments[name]!r}' for name in names]
    if _has_uncertainty(provenance):
        options.append('uncertainty=True')
    return options


def _has_uncertainty(provenance: dict[str, Any]) -> bool:
    return bool(provenance['arguments'].get('uncertainty'))


def _call(provenance: dict[str, Any]) -> list[str]:
    [leg] = provenance['legs']
    arguments = _own_arguments(provenance) + _options(provenance)
    if leg['reason'] not in _REPEATABLE:
        arguments.append(
            f'callback=lambda now: now.iteration >= {leg["iterations"]}'
        )
    names = 'restored'
    if _has_uncertainty(provenance):
        arguments.append('return_info=True')
        names = 'restored, info'
    return [
        f'{names} = {provenance["task"]}(',
        *(f'    {argument},' for argument in arguments),
        ')',
    ]


def _session(provenance: dict[str, Any]) -> list[str]:
    """Step by step: continued runs and snapshots."""
    starter = _task(provenance).start.__name__
    lines = [
        f'session = {starter}(',
        *(f'    {argument},' for argument in _own_arguments(provenance)),
        f'    options=Options({", ".join(_options(provenance))}),',
        ')',
    ]
    done = 0
    for leg in provenance['legs']:
        end = leg['iterations']
        if done:
            lines.append(f'session.extend({end - done})')
        snapshot = provenance['snapshot']
        if snapshot is not None and done < snapshot <= end:
            return lines + _run_to(snapshot, 'preview')
        lines += _loop(end)
        done = end
    return [*lines, 'restored = session.result()', 'session.close()']


def _loop(end: int) -> list[str]:
    return [
        'for now in session:',
        f'    if now.iteration == {end}:',
        '        session.stop()',
    ]


def _run_to(iteration: int, method: str) -> list[str]:
    return [
        'for now in session:',
        f'    if now.iteration == {iteration}:',
        '        break',
        f'restored = session.{method}()',
        'session.close()',
    ]


def _add_layer(provenance: dict[str, Any]) -> list[str]:
    """Show the result where it belongs, looking like its source."""
    told = provenance['result']
    look = ['blending', 'gamma']
    if not told['rgb']:
        look += ['colormap', 'contrast_limits']
    return [
        'viewer.add_image(',
        '    restored,',
        *(f'    {name}={value!r},' for name, value in told.items()),
        *(f'    {name}=source.{name},' for name in look),
        ')',
    ]


def _put_back(provenance: dict[str, Any]) -> list[str]:
    """Give the result the dtype, opacity and axes of its layer."""
    lines = []
    dtype = provenance['rgb_dtype']
    if dtype is not None:
        lines += [
            f'limits = np.iinfo({dtype!r})',
            'restored = np.clip(np.rint(restored), limits.min, limits.max)',
            f'restored = restored.astype({dtype!r})',
        ]
    taken = Plane(tuple(provenance['source']['plane'])).taken
    if taken:
        lines.append(f'restored = np.expand_dims(restored, {taken})')
    return lines
