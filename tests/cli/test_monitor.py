from __future__ import annotations

import io
import math
from dataclasses import replace

import pytest
from rich.console import Console

from napari_dip.cli import monitor
from napari_dip.cli.monitor import Lines, Silent, duration, open_monitor
from napari_dip.session.progress import Phase, Progress

START = Progress(1, 100, math.nan, None, 0, 0.5, 49.5, None)


@pytest.fixture
def lines() -> list[str]:
    return []


def test_a_line_every_tenth(lines: list[str]) -> None:
    show = Lines('Denoising', lines.append).show
    for i in range(1, 101):
        show(
            replace(
                START,
                iteration=i,
                elapsed=i / 2,
                remaining=50 - i / 2,
                loss=0.25,
            )
        )
    assert len(lines) == 11
    assert lines[5] == (
        'Denoising: 50/100 iterations, loss 0.25, 0:00:25 elapsed, about '
        '0:00:25 left'
    )


def test_a_line_a_minute(lines: list[str]) -> None:
    show = Lines('Denoising', lines.append).show
    for i in range(1, 5):
        show(replace(START, num_iter=10000, iteration=i, elapsed=61.0 * i))
    assert len(lines) == 4


def test_no_loss_before_the_first_look(lines: list[str]) -> None:
    Lines('Denoising', lines.append).show(START)
    assert 'loss' not in lines[0]
    assert 'nan' not in lines[0]


def test_every_phase_has_a_line(lines: list[str]) -> None:
    show = Lines('Denoising', lines.append).show
    show(START)
    show(replace(START, iteration=2, phase=Phase.ESTIMATE))
    assert len(lines) == 2
    assert 'final estimate' in lines[1]


def test_bar_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = io.StringIO()
    console = Console(file=screen, force_terminal=True, width=120)
    monkeypatch.setattr('rich.console.Console', lambda **options: console)
    with open_monitor('Denoising', quiet=False) as bar:
        assert isinstance(bar, monitor.Bar)
        bar.show(replace(START, iteration=40, loss=0.125))
        bar.note('heard you')
        console.file.flush()
    text = screen.getvalue()
    assert '40/100 iterations, loss 0.125' in text
    assert 'heard you' in text


def test_quiet(capsys: pytest.CaptureFixture[str]) -> None:
    with open_monitor('Denoising', quiet=True) as silent:
        assert isinstance(silent, Silent)
        silent.show(START)
        silent.note('x')
    assert capsys.readouterr() == ('', '')


def test_long_lines_are_not_broken(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with open_monitor('Denoising ' * 40, quiet=False) as plain:
        plain.show(START)
    assert capsys.readouterr().err.count('\n') == 1


@pytest.mark.parametrize(
    ('seconds', 'text'), [(0.4, '0:00:00'), (3725, '1:02:05')]
)
def test_duration(seconds: float, text: str) -> None:
    assert duration(seconds) == text


def test_the_preparation_has_no_end_yet():
    written = []
    Lines('Denoise', written.append).show(Progress.preparing(2.0))
    assert written == ['Denoise: preparing, 0:00:02 elapsed']
