from __future__ import annotations

from importlib.metadata import PackageNotFoundError

import pytest
from typer.testing import CliRunner

from benchmarks import methods, results
from benchmarks.cli import app


@pytest.fixture
def call(monkeypatch, tmp_path, in_process):
    monkeypatch.setattr(results, 'FOLDER', tmp_path / 'results')
    return lambda *words: CliRunner().invoke(app, [str(w) for w in words])


def test_run_report_and_run_again(call, data, tmp_path):
    words = ['run', '--data', data, '--set', 'fmd', '--method', 'noisy']
    first = call(*words)
    assert first.exit_code == 0, first.output
    assert '2 of 2 figures to measure' in first.output
    assert '0 of 2 figures to measure' in call(*words).output
    docs = tmp_path / 'docs' / 'benchmarks'
    report = call('report', '--output', docs)
    assert report.exit_code == 0, report.output
    assert (docs / 'README.md').exists()
    assert 'Confocal_MICE' in (docs / 'fmd.md').read_text('utf-8')


def test_the_mixed_test_set_needs_nothing_but_its_two_folders(
    call, data, tmp_path
):
    for folder, name in (('raw', 'fmd_Confocal_MICE_1_noisy'), ('gt', None)):
        source = data / 'microscopy' / f'{name or "fmd_Confocal_MICE_gt"}.png'
        (tmp_path / 'mixed' / folder).mkdir(parents=True)
        target = tmp_path / 'mixed' / folder / 'Confocal_1.png'
        target.write_bytes(source.read_bytes())
    words = ['run', '--set', 'fmd-mixed', '--data', tmp_path / 'mixed']
    result = call(*words, '--method', 'noisy')
    assert result.exit_code == 0, result.output
    assert 'fmd-mixed Confocal_1 noisy: ' in result.output


def test_list_names_cases_and_methods(call, data):
    output = call('list', '--data', data, '--set', 'fmd').output
    assert 'fmd  Confocal_MICE  confocal' in output
    assert 'denoise: bm3d-vst' in output


@pytest.mark.parametrize(
    'words',
    [
        ['run', '--set', 'nonsense'],
        ['run', '--method', 'nonsense'],
        ['run', '--data', 'nonsense'],
        ['stopping', '--fit', 'nonsense'],
        ['speed', '--part', 'nonsense'],
    ],
)
def test_mistakes_get_a_sentence_and_status_2(call, data, words):
    base = [] if '--data' in words else ['--data', data]
    result = call(*words, *base)
    assert result.exit_code == 2
    assert 'nonsense' in result.output


def test_a_method_without_its_package_is_left_out_and_named(
    call, data, monkeypatch
):
    installed = methods.version

    def version(package):
        if package == 'scikit-image':
            raise PackageNotFoundError(package)
        return installed(package)

    monkeypatch.setattr(methods, 'version', version)
    words = ['run', '--data', data, '--set', 'fmd', '--only', 'MICE']
    result = call(*words, '--method', 'noisy', '--method', 'tv-vst')
    assert result.exit_code == 0, result.output
    assert 'tv-vst is left out: scikit-image is not installed' in result.output
    assert '1 of 1 figures to measure' in result.output
