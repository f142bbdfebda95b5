"""Names of what can be found, and what people call it."""

from __future__ import annotations

#: Each with its words.
KINDS = {
    'saturation': 'saturated pixels',
    'defects': 'hot and dead pixels',
    'lines': 'lost rows and columns',
    'shifts': 'shifted rows',
    'borders': 'constant borders',
    'gaps': 'gaps of the detector',
}
