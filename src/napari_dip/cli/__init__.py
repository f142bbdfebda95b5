"""The command line: arguments in, restoration called, file out."""

from __future__ import annotations

from napari_dip.cli.app import main

__all__ = ['main']
