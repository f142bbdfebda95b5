"""What the published recipe reaches where it was run to its end."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.report.tables import NOT_RUN, markdown
from benchmarks.results import Record

_PUBLISHED = 'dip-ulyanov2018'
_OURS = ('dip-fast', 'dip-balanced')


def whole_fits(records: Sequence[Record]) -> str:
    """Table of the images that the published recipe has denoised.

    Parameters
    ----------
    records : sequence of dict
        Stored figures, latest last.
    """
    found = {
        (r['set'], r['case'], r['method']): r
        for r in records
        if r.get('task') == 'denoise' and r['seed'] == 0
    }
    rows = [
        [case, method, *_row(found.get((set_, case, method)))]
        for set_, case, named in found
        if named == _PUBLISHED
        for method in (_PUBLISHED, *_OURS)
    ]
    head = ['image', 'method', 'PSNR / dB', 'iterations']
    head += ['best on the way / dB (oracle)', 'at iteration']
    return markdown(head, rows or [[NOT_RUN] * len(head)])


def _row(record: Record | None) -> list[str]:
    if record is None:
        return [NOT_RUN] * 4
    course = record['trajectory']
    return [
        f'{record["figures"]["psnr"]:.2f}',
        str(course['ended']),
        f'{course["oracle"]:.2f}',
        str(course['oracle_iteration']),
    ]
