"""Noise by name: what a form or a help offers, without NumPy."""

from __future__ import annotations

from typing import Literal

#: Noise by name; a detector is the other possibility.
NoiseName = Literal['auto', 'gaussian']
#: How far it reaches, by name; 'auto' is measured.
CORRELATIONS = ('auto', 'independent', 'rows', 'columns', 'around')
NOISES: tuple[NoiseName, ...] = ('auto', 'gaussian')
#: What is done with hot and dead pixels.
DEFECTS = ('auto', 'keep')
