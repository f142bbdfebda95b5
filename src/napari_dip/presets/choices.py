"""What a user can choose from, without loading torch."""

from __future__ import annotations

#: From the quickest to the most thorough, then the published settings.
PRESETS = ('fast', 'balanced', 'best', 'ulyanov2018')
DEFAULT_PRESET = 'balanced'

#: What of a series is fitted together: what suits it, one network for all
#: planes, one for each, or depths as a spatial axis.
FITS = ('auto', 'series', 'planes', 'volume')

#: Factors that the form and the documentation offer.
FACTORS = (2, 3, 4, 8)

#: Devices by name; a machine has some of them.
DEVICES = ('auto', 'cpu', 'cuda', 'mps')
