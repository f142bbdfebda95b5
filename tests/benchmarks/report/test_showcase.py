from __future__ import annotations

import pytest

from benchmarks import runner
from benchmarks.report.showcase import CASES, write_showcase


@pytest.fixture
def records(data):
    noisy = runner.measure(data, 'fmd', 'Confocal_MICE', 'noisy', 0, 'cpu')
    info = {
        'iterations': 321,
        'reason_text': 'it was done',
        'noise': 'Poisson noise',
    }
    ours = noisy | {
        'method': 'dip-balanced',
        'figures': {'psnr': 38.125},
        'info': info,
        'source': 'a',
    }
    without = ours | {'set': 'unscored', 'case': 'ihc', 'figures': {}}
    classical = [
        noisy | {'method': method, 'figures': {'psnr': decibels}}
        for method, decibels in (('bm3d-vst', 37.5), ('tv-vst', 36.5))
    ]
    return [noisy, *classical, ours, without | {'group': '', 'source': 'b'}]


def row(text: str, case: str, preset: str) -> list[str]:
    (line,) = (
        line
        for line in text.splitlines()
        if line.startswith(f'| {case} |') and f'| {preset} |' in line
    )
    return [cell.strip() for cell in line.strip('|').split('|')]


def test_every_image_has_two_rows_even_before_it_was_run(tmp_path):
    text = write_showcase([], tmp_path / 'results.md').read_text('utf-8')
    assert sum(map(len, CASES.values())) == 16
    for cases in CASES.values():
        for case in cases:
            assert 'not yet run' in row(text, case, 'fast')
            assert 'not yet run' in row(text, case, 'balanced')


def test_a_row_says_quality_cost_and_why_it_stopped(records, tmp_path):
    text = write_showcase(records, tmp_path / 'results.md').read_text('utf-8')
    cells = row(text, 'Confocal_MICE', 'balanced')
    assert '38.12' in cells
    assert f'{records[0]["figures"]["psnr"]:.2f}' in cells
    assert {'321', 'it was done', 'Poisson noise'} <= set(cells)
    assert row(text, 'ihc', 'balanced')[3:6] == ['', '', 'no truth']


def test_the_best_classical_method_is_named(records, tmp_path):
    text = write_showcase(records, tmp_path / 'results.md').read_text('utf-8')
    assert row(text, 'Confocal_MICE', 'balanced')[4] == '37.50 (BM3D)'


def test_more_than_one_state_of_the_engine_is_said(records, tmp_path):
    output = tmp_path / 'results.md'
    two = write_showcase(records, output).read_text('utf-8')
    assert '2 states of its sources' in two
    one = write_showcase(records[:-1], output).read_text('utf-8')
    assert 'one state of the engine' in one


def test_pictures_that_are_there_are_shown_with_their_credit(
    records, tmp_path
):
    images = tmp_path / 'images'
    images.mkdir()
    (images / 'unscored-ihc-dip-balanced.jpg').touch()
    text = write_showcase(records, tmp_path / 'results.md').read_text('utf-8')
    assert '](images/unscored-ihc-dip-balanced.jpg)' in text
    assert 'no known copyright restrictions' in text
    assert 'fmd-Confocal_MICE-dip-balanced.jpg' not in text
