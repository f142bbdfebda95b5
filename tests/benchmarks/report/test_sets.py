from __future__ import annotations

from benchmarks.methods import methods_for
from benchmarks.report.sets import (
    Selection,
    case_table,
    select,
    summary,
    write_sets,
)
from tests.benchmarks.records import MACHINE

NOISY, TV = methods_for('denoise', ['noisy', 'tv-vst'])


def record(case, method, psnr, seed=0, **more):
    figures = {} if psnr is None else {'psnr': psnr}
    return {
        'set': 'fmd',
        'case': case,
        'group': {'a': 'confocal', 'b': 'wide-field'}.get(case, ''),
        'method': method,
        'seed': seed,
        'figures': figures,
        'seconds': 1.0,
        'memory': None,
        'machine': MACHINE,
    } | more


def cells(table: str, label: str) -> list[str]:
    (row,) = (line for line in table.splitlines() if label in line)
    return [cell.strip() for cell in row.strip('|').split('|')][1:]


def test_the_best_is_bold_and_what_has_not_run_is_blank():
    records = [
        record('a', 'noisy', 20.0),
        record('b', 'noisy', 22.0),
        record('a', 'tv-vst', 30.0),
    ]
    methods = methods_for('denoise', slow=True)
    table = case_table(Selection(records, 2), methods, 'psnr')
    assert len(table.splitlines()) == 4
    bold = ['20.00', '**22.00**', '20.00', '**22.00**', '**21.00**']
    assert cells(table, 'noisy input') == bold
    better = ['**30.00**', '', '**30.00**', '', '']
    assert cells(table, 'total variation') == better


def test_of_time_the_lowest_is_best():
    records = [record('a', 'noisy', None, seconds=2.0)]
    records.append(record('a', 'tv-vst', None, seconds=3.0))
    table = case_table(Selection(records), [NOISY, TV], 'seconds')
    assert cells(table, 'noisy input') == ['**2.00**', '**2.00**']
    assert cells(table, 'total variation') == ['3.00', '3.00']


def test_seeds_are_averaged_before_cases():
    records = [
        record('a', 'noisy', 20.0),
        record('a', 'noisy', 22.0, seed=1),
        record('b', 'noisy', 31.0),
    ]
    assert Selection(records).mean('noisy', 'psnr') == 26.0


def test_there_is_no_mean_before_all_cases_have_run():
    records = [record('a', 'noisy', 20.0), record('b', 'noisy', 22.0)]
    assert Selection(records, 2).mean('noisy', 'psnr') == 21.0
    assert Selection(records, 3).mean('noisy', 'psnr') is None


def test_large_sets_show_the_means_alone():
    records = [record(f'{n:02}', 'noisy', 20.0 + n) for n in range(48)]
    for one in records:
        one['group'] = 'confocal' if one['case'] < '10' else 'two-photon'
    table = case_table(Selection(records, 48), [NOISY], 'psnr')
    head = '| method | mean confocal | mean two-photon | mean |'
    assert table.startswith(head)
    assert cells(table, 'noisy input')[-1] == '**43.50**'


def test_published_rows_are_marked():
    published = [{'method': 'BM3D', 'mean': 31.0, 'cases': {'b': 30.5}}]
    records = [record('a', 'noisy', 20.0), record('b', 'noisy', 22.0)]
    table = case_table(Selection(records), [NOISY], 'psnr', published)
    row = cells(table, '*BM3D (published)*')
    assert row == ['', '30.50', '', '', '31.00']


def test_the_summary_leaves_out_figures_that_the_set_lacks():
    head = summary(Selection([record('a', 'noisy', 20.0)]), [NOISY])
    assert head.splitlines()[0] == '| method | PSNR / dB | time / s |'


def test_the_newest_of_each_figure_counts():
    records = [record('a', 'noisy', 20.0), record('a', 'noisy', 25.0)]
    crop = record('a-crop', 'noisy', 30.0, quick=True)
    chosen = select('fmd', [*records, crop])
    assert [one['figures']['psnr'] for one in chosen.records] == [25.0]
    assert chosen.size == 8
    assert select('fmd', [crop], quick=True).records == [crop]


def test_pages_of_an_empty_store_have_no_rows(tmp_path):
    (index,) = write_sets([], tmp_path)
    text = index.read_text('utf-8')
    assert 'python -m benchmarks run --set fmd-mixed --data DIR' in text
    assert 'not yet run' not in text


def test_a_figure_shows_up_with_its_machine_plot_and_crops(tmp_path):
    cases = [f'{n}' for n in range(8)]
    records = [record(case, 'tv-vst', 30.0) for case in cases]
    crop = {'quick': True, 'set': 'fmd'}
    records.append(record('x-crop', 'tv-vst', 31.25, **crop))
    page = tmp_path / 'fmd.md'
    write_sets(records, tmp_path)
    text = page.read_text('utf-8')
    assert '| total variation | 30.00 | 1.0 |' in text
    assert 'cpu: a processor, 2 cores, 1 thread, 8 GiB' in text
    assert (tmp_path / 'fmd.png').stat().st_size > 1000
    assert '](fmd.png)' in text
    # One method alone has nothing beside it.
    assert 'x-crop' not in text
    records.append(record('x-crop', 'noisy', 20.5, **crop))
    write_sets(records, tmp_path)
    whole, crops = page.read_text('utf-8').split('## Centre crops')
    assert 'x-crop' not in whole
    assert '31.25' in crops
    assert '20.50' in crops
    index = (tmp_path / 'README.md').read_text('utf-8')
    assert '](fmd.md) | total variation | 30.00 |  |  |' in index


def test_a_set_without_truth_gives_times_alone(tmp_path):
    write_sets([record('ihc', 'dip-fast', None, set='unscored')], tmp_path)
    text = (tmp_path / 'unscored.md').read_text('utf-8')
    assert 'Time / s' in text
    assert 'PSNR' not in text
