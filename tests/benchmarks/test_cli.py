from __future__ import annotations

from importlib.metadata import PackageNotFoundError

import pytest
from typer.testing import CliRunner

import napari_dip
from benchmarks import methods, rules
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


def test_stopping_rules_need_a_known_fit_and_an_image_to_crop(call, data):
    words = ['stopping', '--data', data]
    unknown = call(*words, '--fit', 'nonsense')
    assert unknown.exit_code == 2
    assert 'nonsense' in unknown.output
    enlarged = call(*words, '--set', 'set5-x4')
    assert enlarged.exit_code == 2
    assert 'enlarges' in enlarged.output


def test_fits_are_observed_once_and_reported(
    call, data, tmp_path, monkeypatch
):
    seen = []

    def observe(case, plan, **options):
        seen.append((plan, options['size'], options['num_iter']))
        machine = {'processor': 'one', 'cores': 1, 'threads': 1}
        machine |= {'memory_gib': 1, 'system': 'Linux', 'python': '3.11'}
        name = f'{case.name}-{options["size"]}'
        return {
            'set': case.collection,
            'case': name,
            'method': f'plain-{plan}',
            'version': napari_dip.__version__,
            'seed': options['seed'],
            'shape': [48, 48],
            'iterations': [20, 300],
            'psnr': [21.0, 20.0],
            'rules': {rule: [2.0, 1.0] for rule in rules.RULES},
            'wall_time_s': 1.0,
            'device': 'cpu',
            'machine': machine,
        }

    monkeypatch.setattr(rules, 'observe', observe)
    words = ['stopping', '--data', data, '--set', 'fmd', '--size', 64]
    words += ['--iterations', 300]
    first = call(*words, '--folder', tmp_path / 'rules')
    assert first.exit_code == 0, first.output
    assert seen == [('light', 64, 300)] * 2
    assert 'best 21.00 dB at 20,' in first.output
    again = call(*words, '--folder', tmp_path / 'rules')
    assert '0 of 2 fits to observe' in again.output
    docs = tmp_path / 'docs'
    report = call('report', '--folder', tmp_path, '--output', docs)
    assert report.exit_code == 0, report.output
    text = (docs / 'stopping.md').read_text(encoding='utf-8')
    assert 'Confocal_MICE-64' in text
    assert (docs / 'seeds.md').exists()


def test_a_method_without_its_package_is_left_out_and_named(
    call, data, tmp_path, monkeypatch
):
    installed = methods.version

    def version(package):
        if package == 'scikit-image':
            raise PackageNotFoundError(package)
        return installed(package)

    monkeypatch.setattr(methods, 'version', version)
    words = ['run', '--data', data, '--set', 'fmd', '--only', 'MICE']
    words += ['--method', 'noisy', '--method', 'tv-vst']
    result = call(*words, '--folder', tmp_path / 'results')
    assert result.exit_code == 0, result.output
    assert 'tv-vst is left out: scikit-image is not installed' in result.output
    assert '1 of 1 figures to measure' in result.output
