from __future__ import annotations

from benchmarks.report import write_seeds, write_uncertainty
from benchmarks.report.stopping import Stop, _stop, _stops, write_stopping
from benchmarks.stopping import RULES
from tests.benchmarks.records import MACHINE


def record(case='a', gap=0.2, ended=150, seed=0, psnr=30.0, source='s'):
    return {
        'set': 'fmd',
        'case': case,
        'method': 'dip-fast',
        'version': '1',
        'source': source,
        'seed': seed,
        'figures': {'psnr': psnr},
        'reason': 'it was time',
        'iterations': ended,
        'automatic': 30.0,
        'oracle': 30.0 + gap,
        'oracle_iteration': 100,
        'machine': MACHINE,
    }


def observed(case, peak):
    iterations = list(range(20, 1800, 20))
    return {
        'set': 'fmd',
        'case': case,
        'method': 'dip-light',
        'side': 128,
        'every': 20,
        'psnr': [30 - abs(i - peak) / 1000 for i in iterations],
        'kept': [min(i, peak + 40) for i in iterations],
        'psnr_kept': [
            30 - abs(min(i, peak + 40) - peak) / 1000 for i in iterations
        ],
        'rules': {
            'estimate': [1 + abs(i - peak) for i in iterations],
            'es-wmv': [1 + abs(i - peak - 100) for i in iterations],
            'es-emv': [1 + abs(i - peak) for i in iterations],
            'held-out': [None for _ in iterations],
            'discrepancy': [max(1, 5 - i / peak) for i in iterations],
            'whitest': [1 + abs(i - peak) for i in iterations],
        },
        'machine': MACHINE,
    }


def row(text: str, *words: str) -> list[str]:
    (line,) = (
        line
        for line in text.splitlines()
        if line.startswith('|') and all(word in line for word in words)
    )
    return [cell.strip() for cell in line.strip('|').split('|')]


def test_an_empty_store_gives_pages_without_tables(tmp_path):
    (page,) = write_stopping([], [], tmp_path)
    seeds = write_seeds([], tmp_path)
    maps = write_uncertainty([], tmp_path)
    for path in (page, seeds, maps):
        assert '| ---' not in path.read_text(encoding='utf-8').split('##')[-1]


def test_gaps_are_averaged_and_the_worst_is_named(tmp_path):
    records = [record('a', 0.1, 100), record('b', 0.5, 150)]
    page, plot = write_stopping(records, [], tmp_path)
    assert plot.stat().st_size > 1000
    text = page.read_text(encoding='utf-8')
    expected = ['2', '0.30', '0.50', 'b', '1.25', 'it was time (2)']
    assert row(text, '**all**')[2:] == expected
    assert row(text, 'FMD microscopy, single frames |')[2:] == expected


def test_crops_stand_apart_and_figures_without_an_oracle_are_left_out(
    tmp_path,
):
    old = record()
    del old['oracle']
    page, _ = write_stopping([old, record() | {'quick': True}], [], tmp_path)
    text = page.read_text(encoding='utf-8')
    assert row(text, 'single frames, crops')[2] == '1'
    assert row(text, '**all**')[2] == '1'


def test_rules_stand_side_by_side(tmp_path):
    fits = [observed('a', 400), observed('b', 600)]
    (page,) = write_stopping([], fits, tmp_path)
    text = page.read_text(encoding='utf-8')
    late = row(text, 'ES-WMV', '| 300 |')[1:]
    assert late[2:4] == ['0.10', '0.10']
    assert late[-1] == '2 of 2'
    assert row(text, 'ES-EMV', '| 1000 |')[3:6] == ['0.00', '0.00', '1.00']
    # 400 for the image whose best is 600, and the other way round.
    fixed = row(text, 'fixed number of iterations |  |')[1:]
    assert fixed[2:4] == ['0.20', '0.20']
    image = row(text, 'single frames: b')
    assert image[2:5] == ['30.00', '600', '0.04']
    assert image[6] == '0.10'
    default = row(text, '(default)', '| 100 |')
    assert default[3:5] == ['0.04', '0.04']
    assert image[-2:] == ['0.20', '1.18']
    assert row(text, 'light network | 2')[2:] == [
        '128',
        '1780',
    ]


def test_published_recipes_stand_beside_the_published_figures(tmp_path):
    names = {'set': 'nine-colour-25', 'method': 'dip-published'}
    fit = observed('F16-128', 400) | names
    fit |= {'psnr_outputs': [one - 1 for one in fit['psnr']]}
    (page,) = write_stopping([], [fit], tmp_path)
    text = page.read_text(encoding='utf-8').split('## Published')[1]
    assert row(text, 'F16-128')[1:] == [
        '33.69',
        '1780',
        '27.62',
        '28.62',
        '30.00',
        '400',
        '29.96',
        '440',
    ]


def test_a_fit_that_is_not_past_its_peak_is_named_and_left_out(tmp_path):
    fits = [observed('a', 400), observed('b', 1780)]
    (page,) = write_stopping([], fits, tmp_path)
    text = page.read_text(encoding='utf-8')
    assert row(text, 'light network | 1 | 128')
    assert row(text, 'frames: b')[2:5] == ['30.00', '1780', '1780']


def test_seeds_of_the_same_sources_are_compared(tmp_path):
    records = [
        record('a', seed=0, psnr=30.0),
        record('a', seed=1, psnr=30.2),
        record('a', seed=2, psnr=29.5),
        record('a', seed=3, psnr=10.0, source='other'),
        record('b', seed=0),
    ]
    # Peers that draw nothing have no source.
    records += [record('c', seed=seed) for seed in range(3)]
    for peer in records[-3:]:
        del peer['source']
    text = write_seeds(records, tmp_path).read_text(encoding='utf-8')
    cells = row(text, 'napari-dip')
    assert cells[2:] == ['a', '3', '29.90', '0.36', '29.50', '-0.40']


def test_maps_are_averaged_over_a_preset(tmp_path):
    names = ('predicted', 'error', 'ratio', 'within_1', 'within_2')
    names += ('within_1_plain', 'within_2_plain', 'correlation')
    records = [
        record(case) | {'method': method, 'group': 'confocal'}
        for case, method in (('a', 'balanced'), ('a', 'fast'), ('b', 'fast'))
    ]
    for value, one in enumerate(records):
        one['figures'] = dict.fromkeys(names, value / 2)
    text = write_uncertainty(records, tmp_path).read_text(encoding='utf-8')
    rows = [line for line in text.splitlines() if line.startswith('|')][2:]
    assert rows[0].startswith('| fast | confocal | a | 0.50 |')
    assert rows[2].startswith('| balanced | confocal | a | 0.00 |')
    assert row(text, 'fast', '**mean**')[3:7] == ['0.75'] * 3 + ['75%']


def fit(psnr, metrics=None, case='a') -> dict:
    rules = dict.fromkeys(RULES, metrics)
    kept = [20 * n for n in range(1, len(psnr) + 1)]
    fitted = {'case': case, 'every': 20, 'psnr': psnr, 'kept': kept}
    return fitted | {'rules': rules, 'psnr_kept': psnr}


def test_the_default_is_judged_by_what_it_kept():
    record = fit([20, 26, 30, 29, 28, 27, 26])
    record['kept'] = [20, 40, 60, 80, 80, 80, 140]
    # The mean of two, once a later one is as good.
    record['psnr_kept'] = [20, 26, 30, 31, 31, 31, 26]
    assert _stop(record, 'estimate', 40) == Stop(80, 120, -1)
    assert _stop(record, 'estimate', 100) == Stop(140, 140, 4)


def test_a_rule_is_judged_by_what_it_chose_and_when_it_was_sure():
    record = fit([20, 26, 30, 29, 28, 27, 26], [None, 5, 4, 3, 4, 5, 1])
    assert _stop(record, 'es-wmv', 40) == Stop(80, 120, 1)
    # More patience: it goes past the valley to the end.
    assert _stop(record, 'es-wmv', 100) == Stop(140, 140, 4)


def test_a_rule_without_a_metric_gives_what_there_is_at_the_end():
    record = fit([20, 26, 25], [None, None, None])
    assert _stop(record, 'es-wmv', 100) == Stop(60, 60, 1)


def test_fixed_number_is_the_best_of_the_other_images_alone():
    none = [None] * 3
    fits = [
        fit([20, 26, 25], none, case='a'),
        fit([20, 21, 25], none, case='b'),
        fit([30, 20, 20], none, case='c'),
    ]
    stops = {name: found for name, _, found in _stops(fits)}
    assert stops['fixed'] == [
        Stop(20, 20, 6),
        Stop(20, 20, 5),
        Stop(60, 60, 10),
    ]
    assert stops['none'][0] == Stop(60, 60, 1)
    assert 'fixed' not in {name for name, _, _ in _stops(fits[:1])}
