from __future__ import annotations

import pytest

from benchmarks.speed import forecasts


@pytest.fixture
def once(monkeypatch):
    """Calls that take 3, 1 and 2 seconds by a clock of their own."""
    clock = [0.0]
    calls = []

    def compare_once(*_):
        calls.append((3.0, 1.0, 2.0)[len(calls) % 3])
        clock[0] += calls[-1]
        return {
            'forecast': 2 * calls[-1],
            'seconds': calls[-1],
            'memory': len(calls),
        }

    monkeypatch.setattr(forecasts, '_compare_once', compare_once)
    monkeypatch.setattr(forecasts, 'seconds', lambda _: clock[0])


@pytest.mark.parametrize(
    ('time', 'rounds', 'seconds'), [(0, 1, 3.0), (4, 2, 2.0), (90, 5, 2.0)]
)
def test_short_calls_are_repeated(once, monkeypatch, time, rounds, seconds):
    monkeypatch.setattr(forecasts, '_TIME', time)
    figures = forecasts.compare('denoise', 'fast', 64, 'cpu')
    assert figures['rounds'] == rounds
    assert (figures['seconds'], figures['forecast']) == (seconds, 2 * seconds)
    # Later ones find what the first has left.
    assert figures['memory'] == 1
