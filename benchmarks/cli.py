"""Commands of the benchmark."""

from importlib import import_module
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import typer
from typer import Option
from typer.core import TyperGroup

from benchmarks import quality, results, runner
from benchmarks.datasets.folder import data_folder, find_cases
from benchmarks.methods import METHODS, methods_for


class _Commands(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        """Run a command; what it refuses is told as a mistake in its words."""
        try:
            return super().invoke(ctx)
        except ValueError as error:
            raise typer.BadParameter(str(error)) from None


app = typer.Typer(
    cls=_Commands,
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


@app.command('list')
def list_cases(
    data: Data = None,
    sets: Sets = None,
    only: Only = None,
    quick: Quick = False,
) -> None:
    """Name the cases and, below, the methods of each task."""
    for case in find_cases(data_folder(data), sets, only, quick):
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
    cases = find_cases(data_folder(data), sets, only, quick)
    names = methods or []
    if quick and not names:
        peers = [method.name for method in METHODS if not method.slow]
        names = [*peers, 'dip-fast', 'dip-balanced']
    tasks = {case.task for case in cases}
    found = {task: methods_for(task, names, slow) for task in tasks}
    for method in chain.from_iterable(found.values()):
        if not method.installed():
            why = f'{method.package} is not installed'
            why = why if method.where else 'only its figures are kept'
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
    stale: Stale = False,
    device: Device = 'auto',
) -> None:
    """Let all stopping rules observe the same fits past their peak."""
    from benchmarks import stopping as rules

    cases = find_cases(data_folder(data), sets or rules.SETS, only)
    _measure(rules.jobs(cases, plan, size, iterations, device), stale)


def _add_comparison(name: str, words: str) -> None:
    @app.command(name, help=words)
    def compare(
        data: Data = None,
        only: Only = None,
        presets: Presets = None,
        stale: Stale = False,
        device: Device = 'auto',
    ) -> None:
        given = only, presets or ['fast', 'balanced'], device
        module = import_module(f'benchmarks.comparisons.{name}')
        _measure(module.jobs(data_folder(data), *given), stale)


_add_comparison('uncertainty', 'Compare the uncertainty with the error.')
_add_comparison('series', 'Compare one network for all planes with one each.')
_add_comparison('features', 'Invert layers, beside pixels with TV.')


@app.command()
def speed(
    data: Data = None,
    parts: Parts = None,
    only: Only = None,
    stale: Stale = False,
    device: Device = 'auto',
) -> None:
    """Measure time and memory: iterations, calls, sizes, forecasts."""
    from benchmarks.speed import measures

    _measure(measures.jobs(parts, only, data, device), stale)


@app.command()
def report(output: Path = Path('docs/benchmarks')) -> None:
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
