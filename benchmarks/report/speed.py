"""The page of time and memory, written from the store."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.report.goals import (
    Found,
    by_job,
    figures_of,
    goals,
    of_peak,
    published_seconds,
)
from benchmarks.report.machines import machines
from benchmarks.report.tables import NOT_RUN, markdown
from benchmarks.report.whole_fits import whole_fits
from benchmarks.results import Record
from benchmarks.speed.names import (
    CALLS,
    FORECASTS,
    ITERATIONS,
    SET,
    SET_GPU,
    SIZES,
)

_NOTE = '<!-- Written by "python -m benchmarks speed": do not edit. -->'
_INTRODUCTION = """What an iteration, a whole call and a large image cost, and
how far that is from what the machine can do. Where one thread of the CPU did
the work, seconds are processor time, which other work on the machine does not
lengthen; else they are seconds on the wall. Where the time goes, and what was
tried, is in [speed.md](../lab/speed.md)."""
_ITERATIONS = """FLOP are those of the convolutions, counted as they were run.
Bytes are a plain estimate: every operation reads its arguments and writes its
results once, as if no cache kept anything; the true traffic is below it where
caches are large. The peaks are those of a large matrix product, in single
precision and in the number format that the fit uses, and of a memory copy,
measured in the same process right after. The limit is the longer of FLOP at
the peak of that format and bytes at the copy's; the last column is that limit
by the time taken: above 100 % caches helped."""
_CALLS = """One call from the array to the result, without the import of
PyTorch. The published recipe was timed for a few iterations in the same
process and multiplied by its own number of iterations: its total is
extrapolated, and its result was not computed. What it reaches stands below for
a smaller image. A preview is useful once it is within 3 dB of the result."""
_WHOLE = """The published recipe run to its end, where that was done; a crop is
the centre of 256 × 256 pixels. What is best on the way takes the truth to
know; of ours it is before the last steps."""
_SIZES = """Memory is what the call added to the process, and the whole process
with PyTorch in it. Denoising and super-resolution look at windows, so that
only what comes before and after the fit grows with the image; theirs are whole
calls. Inpainting fits the whole image, or overlapping tiles of a large one:
where no PSNR is given, its time and memory are those of eight iterations of
each tile and of all that comes before and after them, where a call does
hundreds. Linear is the time of the smallest image times the pixels."""
_FORECASTS = """What the form says beforehand, and what a call took. Where a
fit stopped early, the forecast of the planned iterations is set against the
time of as many. How fast the machine is changes within a minute, so that both
are repeated in turn where that is soon done: seconds are medians then."""
_GPU = """As above, on the wall, of what was run on one."""
_PICTURES = {
    'tiles.png': 'Denoised: input, result, ten times its error',
    'tiles-lines.png': 'Missing lines filled: result, three times its error',
    'tiles-scattered.png': 'Half of the pixels filled: the same',
}
_REPEAT = """```
OMP_NUM_THREADS=2 python -m benchmarks speed --stale
```

It can be stopped at any time and goes on where it stopped."""


def write_speed(records: Sequence[Record], output: Path) -> Path:
    """Write the page.

    Parameters
    ----------
    records : sequence of dict
        Stored figures, latest last; those of other sets are left out.
    output : Path
        Folder, made where it is missing.

    Returns
    -------
    Path
        The page.
    """
    own = [record for record in records if record['set'] == SET]
    gpu = [record for record in records if record['set'] == SET_GPU]
    found, on_gpu = by_job(own), by_job(gpu)
    parts = [
        _NOTE,
        '# Time and memory',
        _INTRODUCTION,
        '## An iteration and its limit',
        _ITERATIONS,
        _iterations(found),
        '## Whole calls, beside the published recipe',
        _CALLS,
        _calls(found),
        _WHOLE,
        whole_fits(records),
        '## What was asked for',
        goals(found, on_gpu),
        '## Large images',
        _SIZES,
        _sizes(found),
        *_seams(found, output),
        '## Forecasts',
        _FORECASTS,
        _forecasts(found),
        '## On a GPU',
        *_on_gpu(on_gpu),
        '## Measured on',
        machines(own + gpu),
        '## Repeat',
        _REPEAT,
    ]
    output.mkdir(parents=True, exist_ok=True)
    page = output / 'speed.md'
    page.write_text('\n\n'.join(parts) + '\n', encoding='utf-8')
    return page


def _on_gpu(found: Found) -> list[str]:
    if not found:
        return ['Nothing was run on one yet.']
    return [_GPU, _iterations(found), _calls(found)]


def _iterations(found: Found) -> str:
    head = ['network and image', 'GFLOP', 'GB', 'ms', 'format']
    head += ['of the float32 peak', 'of the peak of that format']
    head += ['of the copy rate', 'of the limit']
    rows = []
    for name in ITERATIONS:
        one = figures_of(found, 'iterations', name)
        rows.append([name, *(_work(one) if one else [NOT_RUN] * 8)])
    return markdown(head, rows)


def _work(one: dict[str, Any]) -> list[str]:
    arithmetic = one['flop'] / one['peaks'][one['dtype']]
    memory = one['bytes'] / one['peaks']['copy']
    seconds = one['seconds']
    return [
        f'{one["flop"] / 1e9:.1f}',
        f'{one["bytes"] / 1e9:.2f}',
        f'{1e3 * seconds:.0f}',
        one['dtype'],
        f'{of_peak(one, "float32"):.0%}',
        f'{of_peak(one, one["dtype"]):.0%}',
        f'{memory / seconds:.0%}',
        f'{max(arithmetic, memory) / seconds:.0%}',
    ]


def _calls(found: Found) -> str:
    head = ['image and preset', 'PSNR / dB', 'iterations', 'time / s']
    head += ['first useful preview / s', 'published recipe / s', 'ratio']
    rows = []
    for name in CALLS:
        one = figures_of(found, 'calls', name)
        rows.append([name, *(_call(one) if one else [NOT_RUN] * 6)])
    return markdown(head, rows)


def _call(one: dict[str, Any]) -> list[str]:
    preview = one['preview']
    one_iteration = f'{one["published_iteration"]:.2f}'
    published = f'{one_iteration} × {one["published_iterations"]}'
    return [
        f'{one["psnr"]:.2f}',
        str(one['iterations']),
        f'{one["seconds"]:.1f}',
        'none' if preview is None else f'{preview:.1f}',
        f'{published} = {published_seconds(one):.0f} (extrapolated)',
        f'{published_seconds(one) / one["seconds"]:.0f}×',
    ]


def _sizes(found: Found) -> str:
    head = ['image', 'time / s', 'of linear', 'added / MB', 'process / MB']
    head += ['PSNR / dB']
    rows = []
    for name in SIZES:
        one = figures_of(found, 'sizes', name)
        if one is None:
            rows.append([name, *[NOT_RUN] * 5])
            continue
        rows.append(
            [
                name,
                f'{one["seconds"]:.0f}' if 'seconds' in one else '',
                _of_linear(found, name, one),
                f'{one["memory"] / 1e6:.0f}',
                f'{one["total_memory"] / 1e6:.0f}',
                f'{one["psnr"]:.2f}' if 'psnr' in one else '',
            ]
        )
    return markdown(head, rows)


def _of_linear(found: Found, name: str, one: dict[str, Any]) -> str:
    label, side = name.removesuffix('²').rsplit(', ', 1)
    first = figures_of(found, 'sizes', f'{label}, 512²')
    if first is None or 'seconds' not in first:
        return ''
    linear = first['seconds'] * (int(side) / 512) ** 2
    return f'{one["seconds"] / linear:.0%}'


def _seams(found: Found, output: Path) -> list[str]:
    rows = []
    for name in SIZES:
        one = figures_of(found, 'sizes', name) or {}
        if 'seam' in one:
            rows.append([name, *_seam(one['seam'])])
        if 'seam_beside_whole' in one:
            gain = _seam(one['seam_beside_whole'])
            rows.append([f'{name}, gain over one fit', *gain])
    if not rows:
        return []
    head = ['image', 'along / dB', 'elsewhere / dB', 'spread / dB']
    head += ['difference / dB', 'step']
    text = (
        'PSNR within two pixels of a border between tiles, and of other '
        'lines that lie alike, on a drawn texture that is everywhere alike; '
        'the spread over many such sets of lines is what chance does. A step '
        'is how much the error changes across a border from one pixel to the '
        'next, in terms of how much it does across other lines: a border that '
        'is seen has more than 1. Of '
        'inpainting only missing pixels count, and the same image was fitted '
        'at once too: what tiles gain over that tells a seam from lines that '
        'are harder than others. The pictures show where four tiles meet:'
    )
    pictures = [
        f'![{what}]({name})\n\n*{what}.*'
        for name, what in _PICTURES.items()
        if (output / name).exists()
    ]
    return ['### Seams', text, markdown(head, rows), *pictures]


def _seam(figures: dict[str, float]) -> list[str]:
    along, elsewhere = figures['along'], figures['elsewhere']
    cells = [f'{x:.2f}' for x in (along, elsewhere, figures['spread'])]
    step = f'{figures["step"]:.2f}' if 'step' in figures else NOT_RUN
    return [*cells, f'{along - elsewhere:+.2f}', step]


def _forecasts(found: Found) -> str:
    head = ['call', 'times', 'forecast / s', 'taken / s', 'iterations']
    head += ['ratio', 'memory forecast / MB', 'taken / MB', 'memory ratio']
    rows = []
    for name in FORECASTS:
        one = figures_of(found, 'forecasts', name)
        rows.append([name, *(_forecast(one) if one else [NOT_RUN] * 8)])
    for name in SIZES:
        one = figures_of(found, 'sizes', name)
        if one and 'forecast' in one:
            rows.append([name, *_forecast(one)])
    return markdown(head, rows)


def _forecast(one: dict[str, Any]) -> list[str]:
    done, planned = one['iterations']
    # Of a fit that stopped early, the rest is made up for.
    taken = one['seconds'] * planned / done
    return [
        str(one.get('rounds', 1)),
        f'{one["forecast"]:.1f}',
        f'{one["seconds"]:.1f}',
        f'{done} of {planned}',
        f'{one["forecast"] / taken:.2f}',
        f'{one["memory_forecast"] / 1e6:.0f}',
        f'{one["memory"] / 1e6:.0f}',
        f'{one["memory_forecast"] / one["memory"]:.2f}',
    ]
