from __future__ import annotations

import pytest
from typer.testing import CliRunner

from benchmarks.cli import app


@pytest.fixture
def call():
    return lambda *words: CliRunner().invoke(app, [str(w) for w in words])


def test_run_report_and_run_again(call, data, tmp_path):
    store, docs = tmp_path / 'results', tmp_path / 'docs'
    words = ['run', '--data', data, '--set', 'fmd', '--method', 'noisy']
    first = call(*words, '--folder', store)
    assert first.exit_code == 0, first.output
    assert '2 of 2 figures to measure' in first.output
    again = call(*words, '--folder', store)
    assert '0 of 2 figures to measure' in again.output
    report = call('report', '--folder', store, '--output', docs)
    assert report.exit_code == 0
    assert (docs / 'README.md').exists()


def test_list_names_cases_and_methods(call, data):
    output = call('list', '--data', data, '--set', 'fmd').output
    assert 'fmd  Confocal_MICE  confocal' in output
    assert 'denoise: bm3d-vst' in output


@pytest.mark.parametrize(
    'words',
    [
        ['--set', 'nonsense'],
        ['--method', 'nonsense'],
        ['--data', 'nonsense'],
    ],
)
def test_mistakes_get_a_sentence_and_status_2(call, data, words):
    base = [] if '--data' in words else ['--data', data]
    result = call('run', *base, *words)
    assert result.exit_code == 2
    assert 'nonsense' in result.output
