from __future__ import annotations

import builtins
import signal
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Run


@pytest.mark.parametrize('number', [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize(
    'module', ['napari_dip.cli.app', 'napari_dip.device.choice']
)
def test_interrupt_while_modules_are_loaded(
    run: Run, monkeypatch: pytest.MonkeyPatch, number: int, module: str
) -> None:
    load = builtins.__import__

    def interrupted(name: str, *arguments: Any) -> Any:
        if name == module:
            signal.raise_signal(number)
        return load(name, *arguments)

    monkeypatch.setattr(builtins, '__import__', interrupted)
    done = run('info')
    assert done.exit_code == 128 + number
    assert done.stderr == 'Aborted.\n'
