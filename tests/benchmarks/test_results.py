from __future__ import annotations

from benchmarks import results

MACHINE = {'device': 'cpu', 'cores': 2}


def record(**changes):
    names = {'set': 'fmd', 'case': 'a', 'method': 'noisy', 'version': '1'}
    return names | {'seed': 0, 'value': 1, 'machine': MACHINE} | changes


def test_a_later_record_of_the_same_figure_takes_its_place(tmp_path):
    name = results.file_of('fmd')
    for one in (record(), record(case='b'), record(value=2)):
        path = results.store(one, tmp_path, name)
    assert path.relative_to(tmp_path).as_posix() == 'denoise/fmd.jsonl'
    assert len(path.read_text('utf-8').splitlines()) == 2
    assert results.load_sets(tmp_path) == [record(case='b'), record(value=2)]


def test_versions_and_seeds_are_figures_of_their_own(tmp_path):
    stored = [record(), record(version='2'), record(seed=1)]
    for one in stored:
        results.store(one, tmp_path, 'speed')
    assert results.load(tmp_path, 'speed') == stored


def test_machines_are_described_once(tmp_path):
    other = MACHINE | {'device': 'cuda:0'}
    for one in (record(), record(case='b'), record(case='c', machine=other)):
        path = results.store(one, tmp_path, 'speed')
    assert 'cores' not in path.read_text('utf-8')
    assert (tmp_path / 'machines.json').read_text('utf-8').count('cores') == 2
    assert results.load(tmp_path, 'speed')[2]['machine'] == other


def test_an_empty_store_is_empty(tmp_path):
    assert results.load_sets(tmp_path / 'absent') == []
