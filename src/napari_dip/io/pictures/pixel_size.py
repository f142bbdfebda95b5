"""How large a pixel is, and in which unit."""

from __future__ import annotations

import math
from dataclasses import dataclass

#: Unit of the numbers that plain TIFF writes without one: only the ratio of
#: height and width means something.
RELATIVE = ''

_OME_NAMES = {
    'cm': 'cm',
    'centimeter': 'cm',
    'in': 'in',
    'inch': 'in',
    'micron': 'µm',
    'microns': 'µm',
    'micrometer': 'µm',
    'um': 'µm',
    '\\u00b5m': 'µm',
    'µm': 'µm',
    'μm': 'µm',
    'nanometer': 'nm',
    'nm': 'nm',
    'mm': 'mm',
    'm': 'm',
    'pm': 'pm',
    'angstrom': 'Å',
    'Å': 'Å',
}

_CENTIMETRES = {
    'cm': 1.0,
    'in': 2.54,
    'µm': 1e-4,
    'nm': 1e-7,
    'mm': 0.1,
    'm': 100.0,
    'pm': 1e-10,
    'Å': 1e-8,
}


@dataclass(frozen=True)
class Length:
    """A length as a file spells it.

    Parameters
    ----------
    value : float
        Positive and finite.
    unit : str
        Any spelling; `RELATIVE` if the file has none.
    """

    value: float
    unit: str

    def divided(self, factor: int) -> Length:
        """Return the length of a part."""
        return Length(self.value / factor, self.unit)

    def ome_unit(self) -> str | None:
        """Return the unit as OME spells it; None if it is no such length."""
        # Of words the case does not matter, but mm and Mm are two units.
        unit = self.unit if len(self.unit) < 3 else self.unit.lower()
        return _OME_NAMES.get(unit)

    def in_centimetres(self) -> Length | None:
        """Return the length in centimetres; None if it has no known unit."""
        unit = self.ome_unit()
        return Length(self.value * _CENTIMETRES[unit], 'cm') if unit else None


@dataclass(frozen=True)
class PixelSize:
    """Height, width and depth of a pixel, None where not known.

    Parameters
    ----------
    y, x, z : Length or None
        Distance from one row, column and plane to the next.
    """

    y: Length | None = None
    x: Length | None = None
    z: Length | None = None

    def divided(self, rows: int, columns: int, depths: int = 1) -> PixelSize:
        """Return the size after each pixel was cut into so many."""
        return PixelSize(
            self.y and self.y.divided(rows),
            self.x and self.x.divided(columns),
            self.z and self.z.divided(depths),
        )

    @property
    def physical(self) -> bool:
        """Whether a side is known in a unit of length."""
        sides = (self.y, self.x)
        return any(side and side.ome_unit() for side in sides)


def length(value: object, unit: str) -> Length | None:
    """Return a length, None if the number is not one.

    Examples
    --------
    >>> length('0.1', 'µm')
    Length(value=0.1, unit='µm')
    >>> length(0, 'µm') is None
    True
    """
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        return None
    if not 0 < number < math.inf:
        return None
    return Length(number, unit)
