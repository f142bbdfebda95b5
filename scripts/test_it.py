"""Install what the tests need and run all of them.

Run as ``python3 scripts/test_it.py``; further arguments go to tox.
"""

from __future__ import annotations

import sys

import environment
import system_libraries


def main() -> None:
    """Set everything up and hand over to tox."""
    if sys.platform == 'linux':
        system_libraries.install(virtual_display=True)
    environment.make()
    environment.pip_install('tox')
    # While the tests are installed, the documentation and the package are
    # built.
    tox = environment.program('tox')
    environment.run(
        tox, 'run-parallel', '--parallel-no-spinner', *sys.argv[1:]
    )


if __name__ == '__main__':
    main()
