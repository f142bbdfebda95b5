from __future__ import annotations

import pytest

from scripts.results import write_results
from tests.benchmarks.records import MACHINE


@pytest.fixture
def records():
    noisy = {
        'set': 'fmd',
        'case': 'Confocal_MICE',
        'method': 'noisy',
        'seed': 0,
        'seconds': 12.0,
        'machine': MACHINE,
        'figures': {'psnr': 29.36},
    }
    ours = noisy | {
        'method': 'dip-balanced',
        'figures': {'psnr': 38.125},
        'iterations': 321,
        'reason': 'it was done',
        'noise': 'Poisson noise',
        'source': 'a',
    }
    without = {'set': 'unscored', 'case': 'ihc', 'figures': {}, 'source': 'b'}
    classical = [
        noisy | {'method': method, 'figures': {'psnr': decibels}}
        for method, decibels in (('bm3d-vst', 37.5), ('tv-vst', 36.5))
    ]
    return [noisy, *classical, ours, ours | without]


def row(text: str, case: str) -> list[str]:
    (line,) = (
        line for line in text.splitlines() if line.startswith(f'| {case} |')
    )
    return [cell.strip() for cell in line.strip('|').split('|')]


def test_a_row_says_quality_cost_and_why_it_stopped(records, tmp_path):
    text = write_results(records, tmp_path / 'results.md').read_text('utf-8')
    cells = row(text, 'Confocal_MICE')
    assert cells[1:6] == [
        'denoise',
        'balanced',
        '29.36',
        '37.50 (BM3D)',
        '38.12',
    ]
    assert cells[6:] == ['12', '1', '321', 'it was done', 'Poisson noise']
    assert row(text, 'ihc')[3:6] == ['', '', '']
    assert 'stem from 2 states' in text


def test_pictures_that_are_there_are_shown_with_their_credit(
    records, tmp_path
):
    images = tmp_path / 'images'
    images.mkdir()
    (images / 'unscored-ihc-dip-balanced.jpg').touch()
    text = write_results(records, tmp_path / 'results.md').read_text('utf-8')
    assert '](images/unscored-ihc-dip-balanced.jpg)' in text
    assert 'no known copyright restrictions' in text
    assert 'fmd-Confocal_MICE-dip-balanced.jpg' not in text
