"""What the user knows of the noise; empty for most."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from magicgui.widgets import LineEdit

from napari_dip.noise.detector import Detector
from napari_dip.viewer.forms.departures import Setting
from napari_dip.viewer.forms.entry import Entry
from napari_dip.viewer.forms.numbers import parse_number
from napari_dip.viewer.layers.metadata import read_detector

if TYPE_CHECKING:
    from magicgui.widgets.bases import ValueWidget

    from napari_dip.noise.model import Noise
    from napari_dip.viewer.layers.layers import ImageSource

_GAIN = 'gain'
_OFFSET = 'offset'
_READ_NOISE = 'read noise'


class NoiseEntry(Entry):
    """Gain, offset and read noise of the detector."""

    def make_widgets(self) -> list[ValueWidget]:
        """Make an entry for each number."""
        self.gain = LineEdit(
            name='gain',
            label=_GAIN,
            tooltip='Intensity units for each photo-electron; empty to find '
            'the noise from the image. Data sheets often give the inverse.',
        )
        self.offset = LineEdit(
            name='offset',
            label=_OFFSET,
            tooltip='Mean intensity without any light; empty for 0.',
        )
        self.read_noise = LineEdit(
            name='read_noise',
            label=_READ_NOISE,
            tooltip='Standard deviation without any light, in intensity '
            'units; empty for 0.',
        )
        self.tell(None)
        return [self.gain, self.offset, self.read_noise]

    def read(self, image: ImageSource) -> Noise:
        """Read what noise to assume; what the layer tells fills gaps.

        Raises
        ------
        ValueError
            If an entry does not fit, or the metadata of the layer.
        """
        return self.read_with(read_detector(self.form.chosen_image()))

    def show_image(self) -> None:
        """Hint at what the metadata of the layer tell."""
        self.show_found({})

    def show_found(self, found: Mapping[str, str]) -> None:
        """Hint at what was found in the image, or the layer tells."""
        try:
            known = read_detector(self.form.chosen_image())
        except ValueError:
            # There is no layer, or Start will say what is wrong.
            known = None
        self.tell(known, found)

    def settings(self) -> list[Setting]:
        """Return what can be set here."""
        return [
            Setting(self.gain, '', 'gain {}'.format),
            Setting(self.offset, '', 'offset {}'.format),
            Setting(self.read_noise, '', 'read noise {}'.format),
        ]

    def tell(
        self, known: Detector | None, found: Mapping[str, str] | None = None
    ) -> None:
        """Hint at what is taken where nothing is entered.

        Parameters
        ----------
        known : Detector or None
            What the metadata of the layer tell.
        found : mapping of str to str, optional
            What was found in the image, by the names of entries.
        """
        entries = (self.gain, self.offset, self.read_noise)
        hints = ['automatic', '0', '0']
        if known is not None:
            numbers = (known.gain, known.offset, known.read_noise)
            hints = [f'{n:.4g} (from the layer)' for n in numbers]
        elif found and not any(entry.value.strip() for entry in entries):
            hints = [f'{found[entry.name]} (found)' for entry in entries]
        for entry, hint in zip(entries, hints, strict=True):
            entry.native.setPlaceholderText(hint)

    def read_with(self, known: Detector | None) -> Noise:
        """Read what noise to assume.

        Parameters
        ----------
        known : Detector or None
            What the metadata of the layer tell.

        Raises
        ------
        ValueError
            If an entry is no number or out of range, or there is no gain
            to an offset or a read noise.
        """
        gain = _read(self.gain)
        offset = _read(self.offset)
        read_noise = _read(self.read_noise)
        if gain is offset is read_noise is None:
            return known or 'auto'
        if gain is None and known is None:
            raise ValueError(
                '"gain": it is missing; give the intensity units for each '
                'photo-electron, or leave offset and read noise empty too.'
            )
        if known is not None:
            gain = known.gain if gain is None else gain
            offset = known.offset if offset is None else offset
            read_noise = known.read_noise if read_noise is None else read_noise
        assert gain is not None
        return Detector(gain, offset or 0.0, read_noise or 0.0)


def _read(entry: LineEdit) -> float | None:
    return parse_number(entry.value, entry.label, '2.5')
