"""Install napari-dip into the checkout and restore a sample image with it.

Run as ``python3 scripts/try_it.py``. Needs Python 3.11 and pip, no display.
"""

from __future__ import annotations

import os
import sys

import environment
import system_libraries


def main() -> None:
    """Set everything up, restore, and say how to go on."""
    display = has_display()
    if display:
        system_libraries.install()
    print('Installing napari-dip and PyTorch into .venv ...', flush=True)
    environment.make()
    environment.pip_install('--editable', '.[all]' if display else '.')
    environment.run(environment.python(), 'scripts/restore_sample.py', 'demo')
    print(how_to_open(display))


def has_display() -> bool:
    """Whether a window could be opened here."""
    if sys.platform in ('darwin', 'win32'):
        return True
    return bool(os.environ.get('DISPLAY') or os.environ.get('WAYLAND_DISPLAY'))


def how_to_open(display: bool) -> str:
    """Say how to go on in napari."""
    if not display:
        return (
            'There is no display here. On a desktop this script also installs '
            'the window of napari and says how to open it.'
        )
    napari = environment.program('napari').relative_to(environment.CHECKOUT)
    return (
        'To restore it yourself in napari:\n'
        f'  {napari} demo/nuclei.tif --with napari-dip Denoise'
    )


if __name__ == '__main__':
    main()
