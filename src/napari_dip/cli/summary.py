"""What was done, in a few lines."""

from __future__ import annotations

from collections.abc import Iterator

from napari_dip.cli.fitting import Outcome
from napari_dip.cli.job import Job
from napari_dip.cli.monitor import duration
from napari_dip.cli.target import Target
from napari_dip.cli.words import shown
from napari_dip.io.writing import lost
from napari_dip.tasks.registry import find_task


def summarise(job: Job, target: Target, outcome: Outcome) -> Iterator[str]:
    """Yield lines about the files that were written."""
    record, output = outcome.record, shown(job.output)
    result = target.store(outcome.image)
    size = ' × '.join(str(length) for length in result.data.shape)
    yield (
        f'{output}: {size} pixels after {record.iterations} iterations '
        f'in {duration(record.wall_time)} on {record.device}; '
        f'{record.reason_text}.'
    )
    if find_task(record.task).takes('noise'):
        yield f'{output}: assumed {record.noise}.'
    if job.uncertainty_file is not None:
        yield (
            f'{shown(job.uncertainty_file)}: one standard deviation of its '
            'error, in the same units.'
        )
    for what in lost(job.output, result):
        yield (
            f'{output}: this format does not hold {what}; '
            'choose a name that ends in .ome.tif to keep it.'
        )
