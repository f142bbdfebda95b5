"""What an image lost at the microscope: found, and offered as a mask."""

from __future__ import annotations

#: Names of what can be found, with what people call it.
KINDS = {
    'saturation': 'saturated pixels',
    'defects': 'hot and dead pixels',
    'lines': 'lost rows and columns',
    'shifts': 'shifted rows',
    'scratches': 'scratches and dust',
    'borders': 'constant borders',
    'gaps': 'gaps of the detector',
}
