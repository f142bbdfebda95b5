from __future__ import annotations

from benchmarks.report.seeds import write_seeds
from benchmarks.report.stopping import write_stopping

MACHINE = {
    'processor': 'a processor',
    'cores': 2,
    'threads': 1,
    'memory_gib': 8,
    'system': 'Linux',
    'python': '3.11',
}


def record(case='a', gap=0.2, ended=150, seed=0, psnr=30.0, source='s'):
    return {
        'set': 'fmd',
        'case': case,
        'group': '',
        'quick': False,
        'method': 'dip-fast',
        'version': '1',
        'source': source,
        'seed': seed,
        'figures': {'psnr': psnr},
        'info': {'reason_text': 'it was time'},
        'trajectory': {
            'automatic': 30.0,
            'oracle': 30.0 + gap,
            'oracle_iteration': 100,
            'ended': ended,
        },
        'device': 'cpu',
        'machine': MACHINE,
    }


def observed(case, peak):
    iterations = list(range(20, 1800, 20))
    return {
        'set': 'fmd',
        'case': case,
        'method': 'plain-light',
        'shape': [128, 128],
        'iterations': iterations,
        'psnr': [30 - abs(i - peak) / 1000 for i in iterations],
        'rules': {
            'es-wmv': [1 + abs(i - peak - 100) for i in iterations],
            'es-emv': [1 + abs(i - peak) for i in iterations],
            'held-out': [None for _ in iterations],
        },
        'device': 'cpu',
        'machine': MACHINE,
    }


def row(text: str, *words: str) -> list[str]:
    (line,) = (
        line
        for line in text.splitlines()
        if line.startswith('|') and all(word in line for word in words)
    )
    return [cell.strip() for cell in line.strip('|').split('|')]


def test_an_empty_store_says_that_nothing_was_run(tmp_path):
    (page,) = write_stopping([], [], tmp_path)
    assert page.read_text(encoding='utf-8').count('not yet run') == 2
    seeds = write_seeds([], tmp_path)
    assert 'not yet run' in seeds.read_text(encoding='utf-8')


def test_gaps_are_averaged_and_the_worst_is_named(tmp_path):
    records = [record('a', 0.1, 100), record('b', 0.5, 150)]
    page, plot = write_stopping(records, [], tmp_path)
    assert plot.stat().st_size > 1000
    cells = row(page.read_text(encoding='utf-8'), '**all**')
    assert cells[2:] == [
        '2',
        '0.30',
        '0.50',
        'b',
        '1.25',
        'it was time (2)',
    ]


def test_figures_without_a_course_are_left_out(tmp_path):
    old = record()
    del old['trajectory']
    (page,) = write_stopping([old], [], tmp_path)
    assert '**all**' not in page.read_text(encoding='utf-8')


def test_rules_stand_side_by_side(tmp_path):
    fits = [observed('a', 400), observed('b', 600)]
    page, plot = write_stopping([], fits, tmp_path)
    assert plot.name == 'stopping-rules.png'
    text = page.read_text(encoding='utf-8')
    late = row(text, 'ES-WMV', '| 300 |')
    assert late[2:4] == ['0.10', '0.10']
    assert late[-1] == '2 of 2'
    assert row(text, 'ES-EMV', '| 1000 |')[2:5] == ['0.00', '0.00', '1.00']
    # 400 for the image whose best is 600, and the other way round.
    assert row(text, 'fixed number of iterations |  |')[2:4] == [
        '0.20',
        '0.20',
    ]
    assert row(text, 'single frames: b')[1:4] == ['30.00', '600', '0.10']


def test_a_fit_that_is_not_past_its_peak_is_named_and_left_out(tmp_path):
    fits = [observed('a', 400), observed('b', 1780)]
    page, _ = write_stopping([], fits, tmp_path)
    text = page.read_text(encoding='utf-8')
    assert '1 fit of 128 pixels' in text
    assert 'b, best 30.00 dB at 1780 of 1780' in text
    (page,) = write_stopping([], fits[1:], tmp_path)
    assert 'not yet run' in page.read_text(encoding='utf-8')


def test_seeds_of_the_same_sources_are_compared(tmp_path):
    records = [
        record('a', seed=0, psnr=30.0),
        record('a', seed=1, psnr=30.2),
        record('a', seed=2, psnr=29.5),
        record('a', seed=3, psnr=10.0, source='other'),
        record('b', seed=0),
    ]
    text = write_seeds(records, tmp_path).read_text(encoding='utf-8')
    cells = row(text, 'napari-dip')
    assert cells[2:] == ['a', '3', '29.90', '0.36', '29.50', '-0.40']


def test_peers_that_draw_nothing_are_left_out(tmp_path):
    records = [record(source='', seed=seed) for seed in range(3)]
    text = write_seeds(records, tmp_path).read_text(encoding='utf-8')
    assert 'not yet run' in text
