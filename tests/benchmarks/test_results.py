from __future__ import annotations

from benchmarks import results


def record(**changes):
    return {
        'set': 'fmd',
        'case': 'a',
        'method': 'noisy',
        'version': '1',
        'seed': 0,
        'value': 1,
    } | changes


def test_a_later_line_for_the_same_figure_counts(tmp_path):
    results.store(record(), tmp_path)
    results.store(record(case='b'), tmp_path)
    path = results.store(record(value=2), tmp_path)
    assert path.relative_to(tmp_path).as_posix() == 'fmd/noisy.jsonl'
    assert results.load(tmp_path) == [record(case='b'), record(value=2)]


def test_versions_and_seeds_are_figures_of_their_own(tmp_path):
    stored = [record(), record(version='2'), record(seed=1)]
    for one in stored:
        results.store(one, tmp_path)
    assert results.load(tmp_path) == stored


def test_an_empty_store_is_empty(tmp_path):
    assert results.load(tmp_path / 'absent') == []
