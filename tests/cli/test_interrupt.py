from __future__ import annotations

import signal

import pytest

from napari_dip.cli.interrupt import Interrupt

SIGNALS = [
    getattr(signal, name)
    for name in ('SIGINT', 'SIGTERM', 'SIGHUP')
    if hasattr(signal, name)
]


@pytest.mark.parametrize('number', SIGNALS)
def test_first_asks_and_second_aborts(number: int) -> None:
    with Interrupt() as interrupt:
        interrupt.ask_first()
        assert not interrupt.requested
        signal.raise_signal(number)
        first = interrupt.requested
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert first
    assert interrupt.status == 128 + number


@pytest.mark.parametrize('number', SIGNALS)
def test_first_aborts_where_there_is_nothing_to_keep(number: int) -> None:
    with Interrupt() as interrupt, pytest.raises(KeyboardInterrupt):
        signal.raise_signal(number)
    assert interrupt.status == 128 + number


@pytest.mark.parametrize('number', SIGNALS)
def test_none_aborts_where_files_appear(number: int) -> None:
    with Interrupt() as interrupt:
        interrupt.ignore()
        signal.raise_signal(number)
        signal.raise_signal(number)
    assert not interrupt.requested


@pytest.mark.parametrize('number', SIGNALS)
def test_handler_is_put_back(number: int) -> None:
    before = signal.getsignal(number)
    with Interrupt():
        assert signal.getsignal(number) is not before
    assert signal.getsignal(number) is before


@pytest.mark.skipif(not hasattr(signal, 'SIGHUP'), reason='of Unix')
def test_nohup_is_respected() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with Interrupt():
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_second_context_knows_nothing_of_the_first() -> None:
    interrupt = Interrupt()
    with interrupt, pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)
    assert interrupt.aborted
    with interrupt:
        assert not interrupt.aborted
        assert not interrupt.requested
