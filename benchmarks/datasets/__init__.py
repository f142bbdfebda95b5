"""Test images as cases, set by set."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from benchmarks.cases import Case
from benchmarks.datasets import (
    enlargement,
    fmd,
    grey,
    holes,
    missing_pixels,
    nine_colour,
    pairs,
    photons,
    processed,
    unscored,
)

COLLECTIONS: dict[str, Callable[[Path], Iterable[Case]]] = {
    fmd.NAME: fmd.cases,
    fmd.SMALL: fmd.small_cases,
    pairs.W2S: pairs.w2s_cases,
    pairs.OTHERS: pairs.other_cases,
    unscored.NAME: unscored.cases,
    photons.NAME: photons.cases,
    photons.FEW: photons.few_cases,
    photons.FAINT: photons.faint_cases,
    processed.NAME: processed.cases,
    **{
        nine_colour.collection_name(sigma): partial(
            nine_colour.cases, sigma=sigma
        )
        for sigma in (25, 50)
    },
    grey.NAME: grey.cases,
    missing_pixels.NAME: missing_pixels.cases,
    holes.NAME: holes.cases,
    **{
        enlargement.collection_name(folder, factor): partial(
            enlargement.cases, folder=folder, factor=factor
        )
        for folder in ('set5', 'set14')
        for factor in (4, 8)
    },
    enlargement.MICROSCOPY: enlargement.microscopy_cases,
}


def find_cases(
    data: Path,
    *,
    collections: Iterable[str] = (),
    only: Iterable[str] = (),
    quick: bool = False,
) -> Iterator[Case]:
    """Cases by set and name.

    Parameters
    ----------
    data : Path
        Folder of the test images.
    collections : iterable of str
        Names of sets; all where empty.
    only : iterable of str
        Parts of case names, any of which has to occur; all where empty.
    quick : bool
        The small stand-ins in place of the full images.

    Raises
    ------
    ValueError
        On a set that does not exist.
    """
    chosen, parts = list(collections), list(only)
    for name in chosen or COLLECTIONS:
        for case in _collection(name)(data):
            named = not parts or any(part in case.name for part in parts)
            if case.quick == quick and named:
                yield case


def find_case(data: Path, collection: str, name: str) -> Case:
    """One case, whether quick or full."""
    for case in _collection(collection)(data):
        if case.name == name:
            return case
    raise ValueError(f'The set {collection!r} has no case {name!r}.')


def _collection(name: str) -> Callable[[Path], Iterable[Case]]:
    if name not in COLLECTIONS:
        known = ', '.join(COLLECTIONS)
        raise ValueError(f'There is no set {name!r}; there are {known}.')
    return COLLECTIONS[name]
