"""Which entry an argument gets, by its kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_dip.viewer.forms.factor import FactorEntry
from napari_dip.viewer.forms.mask import MaskEntry
from napari_dip.viewer.forms.method import MethodEntry
from napari_dip.viewer.forms.noise import NoiseEntry
from napari_dip.viewer.forms.repeats import GuideEntry, RepeatsEntry
from napari_dip.viewer.forms.values import (
    ModelEntry,
    OriginEntry,
    OutputEntry,
    ValueEntry,
)

if TYPE_CHECKING:
    from napari_dip.tasks.base import Argument
    from napari_dip.viewer.forms.entry import Entry
    from napari_dip.viewer.forms.form import RestorationForm

#: Kinds that every form has an entry of its own for.
BUILT_IN = ('image', 'axes', 'fit', 'planes', 'channel_axis')

_ENTRIES: dict[str, type[Entry]] = {
    'factor': FactorEntry,
    'guide': GuideEntry,
    'mask': MaskEntry,
    'method': MethodEntry,
    'model': ModelEntry,
    'noise': NoiseEntry,
    'origin': OriginEntry,
    'output': OutputEntry,
    'repeats': RepeatsEntry,
    'value': ValueEntry,
}


def make_entry(argument: Argument, form: RestorationForm) -> Entry:
    """Make the entry of an argument in a form."""
    return _ENTRIES[argument.kind](argument, form)
