"""The report: pages of tables and plots of all stored figures."""

from pathlib import Path

from benchmarks import results
from benchmarks.report.checks import (
    write_seeds,
    write_series,
    write_uncertainty,
)
from benchmarks.report.sets import write_sets
from benchmarks.report.speed import write_speed
from benchmarks.report.stopping import write_stopping


def write_report(folder: Path, output: Path) -> list[Path]:
    """Write all pages from the store."""
    records = results.load_sets(folder)
    observed = results.load(folder, results.STOPPING)
    maps = results.load(folder, results.UNCERTAINTY)
    measured = results.load(folder, results.SPEED)
    return [
        *write_sets(records, output),
        *write_stopping(records, observed, output),
        write_seeds(records, output),
        write_uncertainty(maps, output),
        write_series(results.load(folder, results.SERIES), output),
        write_speed(measured, records, output),
    ]
