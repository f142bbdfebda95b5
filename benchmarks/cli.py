"""Commands of the benchmark."""

from collections.abc import Callable
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Option

from benchmarks import quality, results, runner
from benchmarks.cases import Case
from benchmarks.datasets.folder import data_folder, find_cases
from benchmarks.methods import METHODS, methods_for

app = typer.Typer(
    help='Measure napari-dip and its peers on the same files.',
    no_args_is_help=True,
    add_completion=False,
)

Words = list[str] | None
Data = Annotated[Path | None, Option(help='Folder of the test images.')]
Sets = Annotated[Words, Option('--set', help='Only this set.')]
Only = Annotated[Words, Option(help='Only names that contain this.')]
Quick = Annotated[bool, Option('--quick', help='Small crops.')]
Slow = Annotated[bool, Option('--slow', help='Slow methods as well.')]
Stale = Annotated[bool, Option('--stale', help='Again if sources changed.')]
Device = Annotated[str, Option(help='Device of napari-dip.')]
Methods = Annotated[Words, Option('--method', help='Only this, slow or not.')]
Presets = Annotated[Words, Option('--preset', help='Only this preset.')]
Parts = Annotated[Words, Option('--part', help='One of the four parts.')]
Plan = Annotated[str, Option('--fit', help='light, jpeg or published.')]
Count = Annotated[int, Option(min=1)]
Keep = Annotated[Path | None, Option(help='Folder of results for pictures.')]

_PAGES = Path('docs/benchmarks')
_QUICK_PRESETS = ('dip-fast', 'dip-balanced')


@app.command('list')
def list_cases(
    data: Data = None,
    sets: Sets = None,
    only: Only = None,
    quick: Quick = False,
) -> None:
    """Name the cases and, below, the methods of each task."""
    for case in _cases(data, sets, only, quick):
        typer.echo(f'{case.collection}  {case.name}  {case.group}')
    for method in METHODS:
        slow = ' (slow)' if method.slow else ''
        typer.echo(f'{method.task}: {method.name}{slow}')


@app.command('run')
def run_cases(
    data: Data = None,
    sets: Sets = None,
    only: Only = None,
    methods: Methods = None,
    quick: Quick = False,
    slow: Slow = False,
    stale: Stale = False,
    seeds: Count = 1,
    device: Device = 'auto',
    keep: Keep = None,
) -> None:
    """Measure what has no figure yet; can be stopped and run again."""
    cases = _cases(data, sets, only, quick)
    names = methods or []
    if quick and not names:
        peers = [method.name for method in METHODS if not method.slow]
        names = [*peers, *_QUICK_PRESETS]
    tasks = {case.task for case in cases}
    found = {task: _checked(methods_for, task, names, slow) for task in tasks}
    for method in chain.from_iterable(found.values()):
        if not method.installed():
            why = f'{method.package} is not installed'
            typer.echo(f'{method.name} is left out: {why}')
    _measure(quality.jobs(cases, found, range(seeds), device, keep), stale)


@app.command()
def stopping(
    data: Data = None,
    sets: Sets = None,
    only: Only = None,
    plan: Plan = 'light',
    size: Count = 128,
    iterations: Count = 2500,
    seed: int = 0,
    stale: Stale = False,
    device: Device = 'auto',
) -> None:
    """Let all stopping rules observe the same fits past their peak."""
    from benchmarks import stopping as rules

    cases = _cases(data, sets or list(rules.SETS), only)
    given = cases, plan, size, iterations, seed, device
    _measure(_checked(rules.jobs, *given), stale)


@app.command()
def uncertainty(
    data: Data = None,
    only: Only = None,
    presets: Presets = None,
    stale: Stale = False,
    device: Device = 'auto',
) -> None:
    """Compare the reported uncertainty with the error."""
    from benchmarks import uncertainty as maps

    cases = _cases(data, [maps.SET], only)
    chosen = presets or ['fast', 'balanced']
    _measure(maps.jobs(cases, chosen, device), stale)


@app.command()
def series(
    data: Data = None,
    only: Only = None,
    preset: str = 'balanced',
    every: Count = 4,
    stale: Stale = False,
) -> None:
    """Compare one network for a series with plane by plane."""
    from benchmarks import series as planes

    folder = _checked(data_folder, data)
    _measure(planes.jobs(folder, only or [], preset, every), stale)


@app.command()
def speed(
    data: Data = None,
    parts: Parts = None,
    only: Only = None,
    stale: Stale = False,
    device: Device = 'auto',
) -> None:
    """Measure time and memory: iterations, calls, sizes, forecasts."""
    from benchmarks.speed import jobs

    given = parts or [], only or [], data, device, _PAGES
    _measure(_checked(jobs.jobs, *given), stale)


@app.command()
def report(output: Path = _PAGES) -> None:
    """Write the pages of all stored figures."""
    from benchmarks.report import write_report

    for path in write_report(results.FOLDER, output):
        typer.echo(str(path))


def _measure(jobs: Any, stale: bool) -> None:
    work = list(jobs)
    left = runner.pending(work, results.FOLDER, stale=stale)
    typer.echo(f'{len(left)} of {len(work)} figures to measure')
    failures = runner.run(left, results.FOLDER, typer.echo)
    raise typer.Exit(1 if failures else 0)


def _cases(
    data: Path | None, sets: Words, only: Words, quick: bool = False
) -> list[Case]:
    folder = _checked(data_folder, data)
    return _checked(find_cases, folder, sets, only, quick)


def _checked(make: Callable[..., Any], *given: Any) -> Any:
    """What is made, or its error as one of the command line."""
    try:
        return make(*given)
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
