from __future__ import annotations

import pytest

from benchmarks.report.speed import write_speed

PEAKS = {'float32': 1e11, 'bfloat16': 1e12, 'copy': 1e10}
FIGURES = {
    ('iterations', 'denoise balanced, 512²'): {
        'flop': 4e10,
        'bytes': 1e8,
        'seconds': 0.1,
        'dtype': 'bfloat16',
        'peaks': PEAKS,
    },
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
        'iterations': [100, 200],
        'memory': 100e6,
        'memory_forecast': 90_000_000,
        'total_memory': 400e6,
        'psnr': 30.0,
    },
    ('sizes', 'denoise fast, 1024²'): {
        'seconds': 20.0,
        'memory': 100e6,
        'total_memory': 400e6,
        'seam': {
            'along': 33.52,
            'elsewhere': 33.5,
            'spread': 0.3,
            'step': 0.98,
        },
        'seam_beside_whole': {'along': -0.2, 'elsewhere': 0.1, 'spread': 0.05},
    },
}


def record(part: str, name: str, device: str = 'cpu', **figures) -> dict:
    return {
        'set': 'speed' if device == 'cpu' else 'speed-gpu',
        'case': name,
        'method': part,
        'figures': {**FIGURES[part, name], **figures},
        'device': device,
        'machine': {
            'processor': 'A processor',
            'cores': 2,
            'threads': 1,
            'memory_gib': 24,
            'system': 'Linux',
            'python': '3.11',
        },
    }


@pytest.fixture
def page(tmp_path):
    records = [record(*key) for key in FIGURES]
    return write_speed(records, tmp_path).read_text(encoding='utf-8')


def row(page: str, start: str) -> list[str]:
    line = next(ln for ln in page.splitlines() if ln.startswith(f'| {start}'))
    return [cell.strip() for cell in line.strip('|').split('|')]


def test_an_iteration_is_set_against_the_limit(page):
    # 40 GFLOP at 1 TFLOP/s take 40 of 100 ms, 0.1 GB at 10 GB/s take 10.
    cells = row(page, 'denoise balanced, 512² | 40.0')
    assert cells[-3:] == ['40%', '10%', '40%']


def test_the_published_time_says_that_it_is_extrapolated(page):
    cells = row(page, 'FMD Confocal_MICE, balanced')
    assert cells[-2:] == ['5.00 × 3000 = 15000 (extrapolated)', '750×']


def test_goals_are_read_from_the_figures(page):
    assert row(page, '512×512 grey, balanced')[-1] == '750.0'
    assert row(page, 'first useful preview')[-1] == '1.5'
    assert row(page, 'fast on the same')[-1] == 'not yet run'


def test_figures_of_a_gpu_stand_by_themselves(page, tmp_path):
    asked = '512×512 grey, balanced'
    assert row(page, f'on a GPU: {asked}')[-1] == 'not yet run'
    assert 'Nothing was run on one yet.' in page
    iteration, call = list(FIGURES)[:2]
    records = [record(*key) for key in FIGURES]
    records += [
        record(*iteration, device='cuda:0', busy=0.93),
        record(*call, device='cuda:0', seconds=2.0, published_iteration=0.02),
    ]
    text = write_speed(records, tmp_path).read_text(encoding='utf-8')
    assert 'Nothing was run on one yet.' not in text
    assert row(text, asked)[-1] == '750.0'
    assert row(text, f'on a GPU: {asked}')[-1] == '2.0'
    assert row(text, 'on a GPU: the same')[-1] == '30.0'
    assert row(text, 'on a GPU: kernel time')[-1] == '93.0'


def test_a_forecast_is_judged_by_the_planned_iterations(page):
    assert row(page, 'denoise fast, 512² | 1 | 9.0')[5] == '0.45'


def test_a_seam_is_set_against_chance(page):
    cells = row(page, 'denoise fast, 1024² | 33.52')
    assert cells[1:] == ['33.52', '33.50', '0.30', '+0.02', '0.98']
    cells = row(page, 'denoise fast, 1024², gain over one fit')
    assert cells[1:] == ['-0.20', '0.10', '0.05', '-0.30', 'not yet run']


def test_pictures_of_seams_are_shown_if_there_are_any(tmp_path):
    (tmp_path / 'tiles-lines.png').touch()
    records = [record(*key) for key in FIGURES]
    text = write_speed(records, tmp_path).read_text(encoding='utf-8')
    assert '](tiles-lines.png)' in text
    assert '](tiles.png)' not in text


def test_time_is_set_against_linear_growth(page):
    assert row(page, 'denoise fast, 1024² | 20')[2] == '50%'


def test_an_empty_store_gives_a_page_without_figures(tmp_path):
    text = write_speed([], tmp_path).read_text(encoding='utf-8')
    assert 'not yet run' in text
    assert 'Seams' not in text
