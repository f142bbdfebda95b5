from __future__ import annotations

import pytest

from benchmarks.report.speed import write_speed

MACHINE = {
    'device': 'cpu',
    'processor': 'A processor',
    'cores': 2,
    'threads': 1,
    'memory_gib': 24,
    'system': 'Linux',
    'python': '3.11',
}
SEAM = {'along': 33.52, 'elsewhere': 33.5, 'difference': 0.02, 'spread': 0.3}
FIGURES = {
    ('iterations', 'denoise balanced, 512²'): {'gflop': 40.0, 'ms': 87.0},
    ('calls', 'FMD Confocal_MICE, balanced'): {
        'seconds': 20.0,
        'psnr': 38.0,
        'iterations': 600,
        'preview': 1.5,
        'published_iteration': 5.0,
        'published_iterations': 3000,
    },
    ('sizes', 'denoise fast, 512²'): {
        'seconds': 10.0,
        'forecast': 9.0,
        'iterations': '100 of 200',
        'ratio': 0.45,
        'rounds': 1,
        'memory': 100.0,
        'memory_forecast': 90.0,
        'memory_ratio': 0.9,
        'total_memory': 400.0,
        'psnr': 30.0,
    },
    ('sizes', 'denoise fast, 1024²'): {
        'seconds': 20.0,
        'memory': 100.0,
        'total_memory': 400.0,
        'seam': SEAM | {'step': 0.98},
        'seam_beside_whole': SEAM | {'difference': -0.3},
    },
}


def record(part: str, name: str) -> dict:
    names = {'case': name, 'method': part, 'machine': MACHINE}
    return names | {'figures': FIGURES[part, name]}


@pytest.fixture
def page(tmp_path):
    records = [record(*key) for key in FIGURES]
    on_gpu = record(*next(iter(FIGURES)))
    on_gpu['case'] += ' on cuda:0'
    path = write_speed([*records, on_gpu], [], tmp_path)
    return path.read_text(encoding='utf-8')


def row(page: str, start: str) -> list[str]:
    line = next(ln for ln in page.splitlines() if ln.startswith(f'| {start}'))
    return [cell.strip() for cell in line.strip('|').split('|')]


def test_an_iteration_has_its_work_and_those_of_a_gpu_stand_below(page):
    first = row(page, 'denoise balanced, 512² |')
    assert first[1:] == ['40.0', '', '87', '', '', '', '', '']
    assert row(page, 'denoise balanced, 512² on cuda:0')[3] == '87'


def test_the_published_time_says_that_it_is_extrapolated(page):
    cells = row(page, 'FMD Confocal_MICE, balanced')
    assert cells[-2:] == ['5.00 × 3000 = 15000 (extrapolated)', '750×']


def test_a_forecast_is_judged_by_the_planned_iterations(page):
    cells = row(page, 'denoise fast, 512² | 1 | 9.0')
    assert cells[4:] == ['100 of 200', '0.45', '90', '100', '0.90']


def test_time_is_set_against_linear_growth(page):
    assert row(page, 'denoise fast, 1024² | 20')[2] == '50%'


def test_a_seam_is_set_against_chance(page):
    cells = row(page, 'denoise fast, 1024² | 33.52')
    assert cells[1:] == ['33.52', '33.50', '0.30', '+0.02', '0.98']
    assert row(page, 'denoise fast, 1024², gain over one fit')[4] == '-0.30'


def test_an_empty_store_gives_a_page_without_figures(tmp_path):
    text = write_speed([], [], tmp_path).read_text(encoding='utf-8')
    assert 'GFLOP' not in text
    assert 'Seams' not in text
    assert 'tiles.png' not in text


def test_ours_stands_beside_the_published_recipe(tmp_path):
    def fit(case, method, psnr, **changes):
        names = {'set': 'fmd', 'case': case, 'method': method, 'seed': 0}
        course = {'iterations': 3000, 'oracle': 34.56, 'oracle_iteration': 900}
        return names | course | {'figures': {'psnr': psnr}} | changes

    fits = [
        fit('crop', 'dip-ulyanov2018', 33.9),
        fit('crop', 'dip-balanced', 36.51),
        # An image of the same name in another set.
        fit('crop', 'dip-fast', 30.0, set='other'),
        # Of no image that the published recipe was run on.
        fit('other', 'dip-balanced', 40.0),
    ]
    text = write_speed([], fits, tmp_path).read_text(encoding='utf-8')
    lines = [ln for ln in text.splitlines() if ln.startswith('| crop')]
    assert lines == [
        '| crop | dip-ulyanov2018 | 33.90 | 3000 | 34.56 | 900 |',
        '| crop | dip-balanced | 36.51 | 3000 | 34.56 | 900 |',
    ]
    assert '| other |' not in text
