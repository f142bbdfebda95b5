"""Commands of the benchmark."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from benchmarks import results, runner
from benchmarks.cases import Case
from benchmarks.datasets import find_cases
from benchmarks.datasets.folder import DataNotFoundError, data_folder
from benchmarks.methods import METHODS

app = typer.Typer(
    help='Measure napari-dip and its peers on the same files.',
    no_args_is_help=True,
    add_completion=False,
)

Data = Annotated[
    Path | None,
    typer.Option(
        help='Folder of the test images; otherwise NAPARI_DIP_DATA, '
        'otherwise ../shared/data beside the repository.'
    ),
]
Sets = Annotated[
    list[str] | None, typer.Option('--set', help='Only this set.')
]
Only = Annotated[
    list[str] | None,
    typer.Option('--only', help='Only cases whose name contains this.'),
]
Quick = Annotated[
    bool,
    typer.Option('--quick', help='Small stand-ins, a quarter of an hour.'),
]
Folder = Annotated[Path, typer.Option(help='Where figures are stored.')]
Stale = Annotated[
    bool,
    typer.Option(
        '--stale', help='Again where the sources have changed since.'
    ),
]
Device = Annotated[str, typer.Option(help='Device of napari-dip.')]
Pages = Annotated[Path, typer.Option(help='Folder of the pages.')]

_PAGES = Path('docs/benchmarks')

_QUICK_PRESETS = ('dip-fast', 'dip-balanced')
_QUICK_ITERATIONS = 1200


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
    methods: Annotated[
        list[str] | None,
        typer.Option('--method', help='Only this method, slow or not.'),
    ] = None,
    quick: Quick = False,
    slow: Annotated[
        bool, typer.Option('--slow', help='Also methods that take minutes.')
    ] = False,
    stale: Stale = False,
    seeds: Annotated[
        int, typer.Option(min=1, help='How many seeds, from 0.')
    ] = 1,
    device: Device = 'auto',
    folder: Folder = results.FOLDER,
    keep: Annotated[
        Path | None,
        typer.Option(help='Folder to keep the results in, for pictures.'),
    ] = None,
) -> None:
    """Measure what has no figure yet; can be stopped and run again."""
    cases = _cases(data, sets, only, quick)
    names = list(methods or ())
    if quick and not names:
        names = _quick_methods()
    try:
        work = list(
            runner.jobs(cases, methods=names, slow=slow, seeds=range(seeds))
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    for method in runner.absent(cases, methods=names, slow=slow):
        typer.echo(
            f'{method.name} is left out: {method.package} is not installed'
        )
    left = runner.pending(work, folder, stale=stale)
    typer.echo(f'{len(left)} of {len(work)} figures to measure')
    failures = runner.run(
        left,
        data=data_folder(data),
        folder=folder,
        device=device,
        report=typer.echo,
        keep=keep,
    )
    raise typer.Exit(1 if failures else 0)


def _quick_methods() -> list[str]:
    peers = [method.name for method in METHODS if not method.slow]
    return [*peers, *_QUICK_PRESETS]


@app.command()
def stopping(
    data: Data = None,
    sets: Sets = None,
    only: Only = None,
    plan: Annotated[
        str, typer.Option('--fit', help='light, half or ulyanov2018.')
    ] = 'light',
    size: Annotated[
        int, typer.Option(min=32, help='Side of the centre that is cut out.')
    ] = 128,
    iterations: Annotated[
        int, typer.Option(min=200, help='Iterations, past the peak.')
    ] = 2500,
    quick: Annotated[
        bool,
        typer.Option('--quick', help='The quick stand-ins, 1200 iterations.'),
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help='Seed of the fit.')] = 0,
    device: Device = 'auto',
    folder: Annotated[
        Path, typer.Option(help='Where figures are stored.')
    ] = results.FOLDER / 'rules',
) -> None:
    """Let all stopping rules observe the same plain fits past their peak."""
    from benchmarks import rules

    if plan not in rules.PLANS:
        known = ', '.join(rules.PLANS)
        raise typer.BadParameter(
            f'There is no fit {plan!r}; there are {known}.'
        )
    cases = _cases(data, sets or list(rules.SETS), only, quick)
    num_iter = min(iterations, _QUICK_ITERATIONS) if quick else iterations
    try:
        left = rules.pending(
            cases,
            plan,
            size=size,
            num_iter=num_iter,
            seed=seed,
            folder=folder,
        )
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None
    typer.echo(f'{len(left)} of {len(cases)} fits to observe')
    for case in left:
        record = rules.observe(
            case,
            plan,
            size=size,
            num_iter=num_iter,
            seed=seed,
            device=device,
        )
        results.store(record, folder)
        typer.echo(
            f'{case.collection} {record["case"]}: best '
            f'{max(record["psnr"]):.2f} dB at {rules.oracle(record)}, in '
            f'{record["wall_time_s"]:.0f} s'
        )


@app.command()
def uncertainty(
    data: Data = None,
    only: Only = None,
    presets: Annotated[
        list[str] | None,
        typer.Option('--preset', help='fast, balanced or best.'),
    ] = None,
    stale: Stale = False,
    device: Device = 'auto',
    folder: Folder = results.FOLDER,
    output: Pages = _PAGES,
) -> None:
    """Compare the reported uncertainty with the error; write the page."""
    from benchmarks import calibration
    from benchmarks.report.uncertainty import write_uncertainty

    store = folder / 'uncertainty'
    cases = _cases(data, [calibration.SET], only, quick=False)
    for preset in presets or ('fast', 'balanced'):
        for case in cases:
            if calibration.is_stored(case, preset, store, stale=stale):
                continue
            record = calibration.measure(case, preset, device=device)
            results.store(record, store)
            typer.echo(f'{case.name} {preset}: {record["figures"]}')
    typer.echo(str(write_uncertainty(results.load(store), output)))


@app.command()
def report(
    folder: Folder = results.FOLDER,
    output: Pages = _PAGES,
) -> None:
    """Write tables and plots of all stored figures."""
    from benchmarks.report.pages import write_pages
    from benchmarks.report.seeds import write_seeds
    from benchmarks.report.speed import write_speed
    from benchmarks.report.stopping import write_stopping
    from benchmarks.report.uncertainty import write_uncertainty

    records = results.load(folder)
    written = write_pages(records, output)
    written += write_stopping(records, results.load(folder / 'rules'), output)
    written.append(write_seeds(records, output))
    written.append(write_speed(records, output))
    stored = results.load(folder / 'uncertainty')
    written.append(write_uncertainty(stored, output))
    for path in written:
        typer.echo(str(path))


@app.command()
def speed(
    data: Data = None,
    parts: Annotated[
        list[str] | None,
        typer.Option(
            '--part', help='Only iterations, calls, sizes or forecasts.'
        ),
    ] = None,
    only: Only = None,
    stale: Stale = False,
    device: Device = 'auto',
    folder: Folder = results.FOLDER,
    output: Pages = _PAGES,
) -> None:
    """Measure time and memory where there is no figure yet; write the page."""
    from benchmarks.report.speed import write_speed
    from benchmarks.speed import jobs

    try:
        work = jobs.jobs(list(parts or ()), list(only or ()))
        where = (
            data_folder(data) if any(p == 'calls' for p, _ in work) else None
        )
    except (DataNotFoundError, ValueError) as error:
        raise typer.BadParameter(str(error)) from None
    left = jobs.pending(work, folder, device, stale=stale)
    typer.echo(f'{len(left)} of {len(work)} figures to measure')
    for line in jobs.run(
        left, data=where, folder=folder, device=device, pictures=output
    ):
        typer.echo(line)
    typer.echo(str(write_speed(results.load(folder), output)))


@app.command('results')
def write_results(
    folder: Folder = results.FOLDER,
    output: Annotated[Path, typer.Option(help='Page to write.')] = Path(
        'docs/results.md'
    ),
) -> None:
    """Write the page of results, with the pictures that are there."""
    from benchmarks.report.showcase import write_showcase

    typer.echo(str(write_showcase(results.load(folder), output)))


@app.command()
def pictures(
    data: Data = None,
    sets: Sets = None,
    only: Only = None,
    quick: Quick = False,
    method: Annotated[
        str, typer.Option(help='Method whose results are shown.')
    ] = 'dip-balanced',
    device: Device = 'auto',
    kept: Annotated[
        Path | None,
        typer.Option(help='Folder of results kept by "run --keep".'),
    ] = None,
    output: Annotated[
        Path, typer.Option(help='Folder of the pictures.')
    ] = Path('docs/images'),
) -> None:
    """Restore and show input, result and truth, where the licence allows."""
    from benchmarks.pictures import write_picture

    for case in _cases(data, sets, only, quick):
        path = write_picture(
            case, method, device=device, output=output, results=kept
        )
        shown = path or 'not shown, its licence does not allow it'
        typer.echo(f'{case.collection} {case.name}: {shown}')


def _cases(
    data: Path | None,
    sets: list[str] | None,
    only: list[str] | None,
    quick: bool,
) -> list[Case]:
    try:
        folder = data_folder(data)
        return list(
            find_cases(
                folder, collections=sets or (), only=only or (), quick=quick
            )
        )
    except (DataNotFoundError, ValueError) as error:
        raise typer.BadParameter(str(error)) from None
