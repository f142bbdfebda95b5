"""A few lines of Python that make a result again from its provenance."""

from __future__ import annotations

from typing import Any

from napari_dip.viewer.layers.planes import Plane

_STARTERS = {
    'denoise': 'start_denoising',
    'inpaint': 'start_inpainting',
    'super_resolve': 'start_super_resolution',
}

# Ends that the same call comes to by itself; all others depended on the
# user, the clock or the memory and have to be repeated by iteration.
_REPEATABLE = (
    'HELD_OUT_MINIMUM',
    'VARIANCE_MINIMUM',
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


def _import_own(provenance: dict[str, Any], simple: bool) -> str:
    task = provenance['task']
    names = ['Detector'] if _has_detector(provenance) else []
    if simple:
        return f'from napari_dip import {", ".join([*names, task])}'
    lines = [f'from napari_dip import {name}' for name in names]
    lines += [
        'from napari_dip.presets.options import Options',
        f'from napari_dip.tasks.{task} import {_STARTERS[task]}',
    ]
    return '\n'.join(lines)


def _read_layers(provenance: dict[str, Any]) -> list[str]:
    lines = [
        'viewer = napari.current_viewer()',
        '# By their identity, so that they may be renamed.',
        'layers = {str(layer.unique_id): layer for layer in viewer.layers}',
        f'source = {_layer(provenance["source"])}',
        f'image = {_pixels("source", provenance["source"])}',
    ]
    mask = provenance.get('mask')
    if mask is not None:
        test = '!= 0' if mask['label'] is None else f'== {mask["label"]}'
        lines += [
            f'labels = {_layer(mask)}',
            f'mask = np.asarray(labels.data{_index(mask)}) {test}',
            *(['mask = ~mask'] if mask.get('inverted') else []),
        ]
    repeats = provenance.get('repeats')
    if repeats is not None:
        lines += [
            f'repeated = {_layer(repeats)}',
            f'repeats = {_pixels("repeated", repeats)}',
        ]
    return lines


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
    """Positional arguments and the channel axis."""
    arguments = ['image']
    if 'mask' in provenance:
        arguments.append('mask')
    if 'factor' in provenance['arguments']:
        arguments.append(repr(tuple(provenance['arguments']['factor'])))
    if 'repeats' in provenance:
        arguments.append('repeats=repeats')
    channel_axis = provenance['arguments']['channel_axis']
    return [*arguments, f'channel_axis={channel_axis!r}', *_noise(provenance)]


def _has_detector(provenance: dict[str, Any]) -> bool:
    return isinstance(provenance['arguments'].get('noise'), dict)


def _noise(provenance: dict[str, Any]) -> list[str]:
    """Arguments that only denoising has, where they are not the default."""
    arguments = {
        name: repr(provenance['arguments'].get(name, 'auto'))
        for name in ('noise', 'defects')
    }
    if _has_detector(provenance):
        told = provenance['arguments']['noise']
        numbers = ', '.join(f'{name}={told[name]!r}' for name in told)
        arguments['noise'] = f'Detector({numbers})'
    return [f'{k}={v}' for k, v in arguments.items() if v != repr('auto')]


def _options(provenance: dict[str, Any]) -> list[str]:
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
    starter = _STARTERS[provenance['task']]
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
