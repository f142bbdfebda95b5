"""Install the system libraries that Qt and OpenGL need on Debian or Ubuntu.

Run as ``python3 scripts/system_libraries.py``; ``--virtual-display`` adds
Xvfb, for the tests. Elsewhere than on Debian and its kin this does nothing:
other systems bring these libraries with their desktop.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys

QT_AND_OPENGL = (
    'libdbus-1-3',
    'libegl1',
    'libfontconfig1',
    'libgl1',
    'libgl1-mesa-dri',
    'libglib2.0-0',
    'libopengl0',
    'libxcb-cursor0',
    'libxcb-icccm4',
    'libxcb-image0',
    'libxcb-keysyms1',
    'libxcb-randr0',
    'libxcb-render-util0',
    'libxcb-shape0',
    'libxcb-xinerama0',
    'libxcb-xkb1',
    'libxkbcommon-x11-0',
)
# xvfb only recommends xauth, but xvfb-run does not start without it.
VIRTUAL_DISPLAY = ('xauth', 'xvfb')


def main() -> None:
    """Install what is missing, or say how."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--virtual-display', action='store_true')
    install(virtual_display=parser.parse_args().virtual_display)


def install(*, virtual_display: bool = False) -> None:
    """Install missing packages as root; exit with the command otherwise."""
    wanted = QT_AND_OPENGL + (VIRTUAL_DISPLAY if virtual_display else ())
    packages = missing(wanted)
    if not packages:
        return
    command = ['apt-get', 'install', '--yes', '--no-install-recommends']
    command += packages
    if os.geteuid() != 0:
        sys.exit(
            'Qt and OpenGL need system libraries that are not installed. '
            f'Run this line, then try again:\n  sudo {" ".join(command)}'
        )
    environment = {**os.environ, 'DEBIAN_FRONTEND': 'noninteractive'}
    subprocess.run(['apt-get', 'update'], env=environment, check=True)
    subprocess.run(command, env=environment, check=True)


def missing(packages: tuple[str, ...]) -> list[str]:
    """Return the packages that Debian's package manager has not installed."""
    if shutil.which('dpkg-query') is None or shutil.which('apt-get') is None:
        return []
    return [package for package in packages if not is_installed(package)]


def is_installed(package: str) -> bool:
    """Ask for one package, or for what its 64-bit time successor is named."""
    query = ['dpkg-query', '--show', '--showformat=${db:Status-Status}\n']
    done = subprocess.run(
        [*query, package, f'{package}t64'],
        capture_output=True,
        text=True,
        check=False,
    )
    return 'installed' in done.stdout.split()


if __name__ == '__main__':
    main()
