"""What Qt needs is installed by root and named to anybody else."""

from __future__ import annotations

import subprocess
import sys

import pytest

from scripts import system_libraries

Commands = list[list[str]]

pytestmark = pytest.mark.skipif(
    sys.platform != 'linux', reason='only Linux has Debian packages'
)


@pytest.fixture
def debian(monkeypatch: pytest.MonkeyPatch) -> Commands:
    """A Debian on which only libgl1 is installed; the commands it is given."""
    commands: Commands = []

    def run(
        command: list[str], **_: object
    ) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        known = command[0] == 'dpkg-query' and 'libgl1' in command
        return subprocess.CompletedProcess(
            command, 0, stdout='installed\n' if known else ''
        )

    monkeypatch.setattr(system_libraries.shutil, 'which', lambda name: name)
    monkeypatch.setattr(system_libraries.subprocess, 'run', run)
    return commands


def apt(commands: Commands) -> Commands:
    return [command for command in commands if command[0] == 'apt-get']


def test_root_installs_what_is_missing(
    debian: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_libraries.os, 'geteuid', lambda: 0)
    system_libraries.install(virtual_display=True)
    update, install = apt(debian)
    assert update == ['apt-get', 'update']
    assert {'libegl1', 'xvfb', 'xauth'} <= set(install)
    assert 'libgl1' not in install


def test_others_are_told_the_line_to_run(
    debian: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_libraries.os, 'geteuid', lambda: 1000)
    with pytest.raises(SystemExit, match=r'sudo apt-get install .*libegl1'):
        system_libraries.install()
    assert apt(debian) == []


def test_no_display_is_installed_unasked(
    debian: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(system_libraries.os, 'geteuid', lambda: 0)
    system_libraries.install()
    assert 'xvfb' not in apt(debian)[-1]


def test_nothing_happens_without_debian(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(system_libraries.shutil, 'which', lambda _: None)
    assert system_libraries.missing(('libgl1',)) == []
    system_libraries.install()
