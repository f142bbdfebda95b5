"""What is measured: names that the store and the page share."""

from __future__ import annotations

SET = 'speed'
#: Figures of a GPU, which replace none of the CPU.
SET_GPU = 'speed-gpu'

_SIDES = (512, 1024, 2048, 4096)

#: Kind of image, preset and side of the result of each measurement.
ITERATIONS: dict[str, tuple[str, str, int]] = {
    'published network, 256²': ('denoise', 'ulyanov2018', 256),
    'published network, 512²': ('denoise', 'ulyanov2018', 512),
    'denoise fast, 512²': ('denoise', 'fast', 512),
    'denoise balanced, 512²': ('denoise', 'balanced', 512),
    'denoise balanced, 1024²': ('denoise', 'balanced', 1024),
    'inpaint lines balanced, 512²': ('lines', 'balanced', 512),
    'inpaint scattered balanced, 512²': ('scattered', 'balanced', 512),
    'super-resolve ×4 balanced, 512²': ('enlarge', 'balanced', 512),
    'super-resolve ×4 balanced, 1024²': ('enlarge', 'balanced', 1024),
}

#: Set, case and preset of each call.
CALLS: dict[str, tuple[str, str, str]] = {
    'FMD Confocal_MICE, fast': ('fmd', 'Confocal_MICE', 'fast'),
    'FMD Confocal_MICE, balanced': ('fmd', 'Confocal_MICE', 'balanced'),
    'kodim01 σ 25, balanced': ('nine-colour-25', 'kodim01', 'balanced'),
}

#: What the names say of results whose tiles are smaller than usual.
IN_TILES = 'in tiles of 384²'

#: As for the iterations.
SIZES: dict[str, tuple[str, str, int]] = {
    f'{label} {preset}, {side}²': (kind, preset, side)
    for label, kind, preset, sides in (
        ('denoise', 'denoise', 'fast', _SIDES),
        ('denoise', 'denoise', 'balanced', (512, 4096)),
        ('inpaint lines', 'lines', 'balanced', (512, 1024, 4096)),
        ('inpaint scattered', 'scattered', 'balanced', (512, 1024, 4096)),
        ('super-resolve ×4', 'enlarge', 'balanced', (512, 1024, 4096)),
        (f'inpaint lines {IN_TILES}', 'lines', 'fast', (1024,)),
        (f'inpaint scattered {IN_TILES}', 'scattered', 'fast', (2048,)),
    )
    for side in sides
}

#: As for the iterations.
FORECASTS: dict[str, tuple[str, str, int]] = {
    'denoise fast, 128²': ('denoise', 'fast', 128),
    'denoise fast, 256²': ('denoise', 'fast', 256),
    'denoise balanced, 512²': ('denoise', 'balanced', 512),
    'denoise correlated fast, 512²': ('correlated', 'fast', 512),
    'inpaint lines fast, 256²': ('lines', 'fast', 256),
    'inpaint lines fast, 512²': ('lines', 'fast', 512),
    'inpaint scattered fast, 256²': ('scattered', 'fast', 256),
    'inpaint a scratch fast, 2048²': ('scratch', 'fast', 2048),
    'super-resolve ×4 fast, 256²': ('enlarge', 'fast', 256),
    'super-resolve ×4 fast, 512²': ('enlarge', 'fast', 512),
}
