"""The command line: arguments in, restoration called, file out."""

from __future__ import annotations

import contextlib
import sys
from typing import NoReturn

from napari_dip.cli.process import INTERRUPT

__all__ = ['main']


def main() -> NoReturn:
    """Run the command line."""
    with INTERRUPT:
        try:
            # Signals are heeded even while modules are loaded.
            from napari_dip.cli.app import run

            status = run()
        except KeyboardInterrupt:
            status = INTERRUPT.status
        if INTERRUPT.aborted:
            status = INTERRUPT.status
            if sys.stderr is not None:
                with contextlib.suppress(OSError):
                    sys.stderr.write('Aborted.\n')
    sys.exit(status)
