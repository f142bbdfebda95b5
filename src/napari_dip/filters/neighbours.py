"""Planes beside a plane, in which filters find blocks similar to its own."""

from __future__ import annotations

from napari_dip.filters.refinement import Chain

#: What a user has to know of it.
SAID = (
    'Filtered with similar blocks of the plane itself and of up to two '
    'planes to either side.'
)

# Planes to either side. A third gained 0.02 dB (docs/lab/series.md).
_REACH = 2


def around(index: int, count: int) -> list[int]:
    """Return which planes of a series lie beside one of them.

    Parameters
    ----------
    index, count : int
        The plane, and how many there are.

    Examples
    --------
    >>> around(1, 5)
    [0, 2, 3]
    """
    near = range(max(0, index - _REACH), min(count, index + _REACH + 1))
    return [one for one in near if one != index]


def part_chain(filters: Chain) -> tuple[Chain, Chain]:
    """Part a chain before the first step that looks at neighbours.

    Returns
    -------
    alone, others : tuple of Filter
        What is made of each plane by itself, and what follows; nothing
        follows if no step looks at neighbours.
    """
    for number, step in enumerate(filters):
        if step.uses_neighbours:
            return filters[:number], filters[number:]
    return filters, ()
