from __future__ import annotations

from benchmarks.methods import methods_for
from benchmarks.report.published import Published
from benchmarks.report.tables import (
    Selection,
    case_table,
    figure,
    summary_table,
)


def record(case, method, psnr, seed=0):
    return {
        'case': case,
        'method': method,
        'seed': seed,
        'figures': {'psnr': psnr},
        'wall_time_s': 1.0,
        'peak_memory_mib': None,
    }


CASES = [('a', 'confocal'), ('b', 'wide-field')]
NOISY, TV = methods_for('denoise', ['noisy', 'tv-vst'])


def cells(table: str, label: str) -> list[str]:
    (row,) = (line for line in table.splitlines() if label in line)
    return [cell.strip() for cell in row.strip('|').split('|')][1:]


def test_best_is_bold_and_missing_figures_are_said():
    chosen = Selection(
        [
            record('a', 'noisy', 20.0),
            record('b', 'noisy', 22.0),
            record('a', 'tv-vst', 30.0),
        ],
        CASES,
    )
    table = case_table(chosen, [NOISY, TV], (), figure('psnr'))
    assert cells(table, 'noisy input') == [
        '20.00',
        '**22.00**',
        '20.00',
        '**22.00**',
        '**21.00**',
    ]
    assert cells(table, 'total variation') == [
        '**30.00**',
        'not yet run',
        '**30.00**',
        'not yet run',
        'not yet run',
    ]


def test_seeds_are_averaged_before_cases():
    chosen = Selection(
        [
            record('a', 'noisy', 20.0),
            record('a', 'noisy', 22.0, seed=1),
            record('b', 'noisy', 31.0),
        ],
        CASES,
    )
    assert chosen.mean('noisy', ['a', 'b'], figure('psnr')) == 26.0


def test_published_rows_are_marked():
    chosen = Selection([record('a', 'noisy', 20.0)], CASES)
    row = Published('BM3D', 31.0, cases={'b': 30.5})
    table = case_table(chosen, [NOISY], (row,), figure('psnr'))
    assert cells(table, '*BM3D (published)*') == [
        '',
        '30.50',
        '',
        '',
        '31.00',
    ]


def test_summary_leaves_out_figures_that_the_set_lacks():
    chosen = Selection([record('a', 'noisy', 20.0)], [('a', '')])
    head = summary_table(chosen, [NOISY]).splitlines()[0]
    assert 'PSNR / dB' in head
    assert 'time / s' in head
    assert 'SSIM' not in head
    assert 'memory' not in head
