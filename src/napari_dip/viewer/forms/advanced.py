"""The options that most people never open."""

from __future__ import annotations

import math

from magicgui.widgets import ComboBox, LineEdit, SpinBox

from napari_dip.presets.choices import DEVICES
from napari_dip.viewer.forms.departures import Setting
from napari_dip.viewer.forms.folding import Section
from napari_dip.viewer.forms.numbers import parse_number


class Advanced(Section):
    """Seed, device and limits, folded away.

    Parameters
    ----------
    device : str
        Where the user prefers to compute.
    """

    title = 'Advanced'

    def __init__(self, device: str) -> None:
        self._preferred = device
        self.seed = SpinBox(
            name='seed',
            value=0,
            min=0,
            max=2**31 - 1,
            tooltip='The same seed and image give the same result.',
        )
        self.device = ComboBox(
            name='device',
            value=device,
            choices=DEVICES,
            tooltip='Where to compute; "auto" takes the fastest.',
        )
        self.max_num_iter = LineEdit(
            name='max_num_iter',
            label='most iterations',
            tooltip='End after so many iterations; empty for automatic.',
        )
        self.time_limit = LineEdit(
            name='time_limit',
            label='time limit (s)',
            tooltip='End after so many seconds; empty for no limit.',
        )
        super().__init__(
            [self.seed, self.device, self.max_num_iter, self.time_limit]
        )
        self.max_num_iter.native.setPlaceholderText('automatic')
        self.time_limit.native.setPlaceholderText('none')

    def settings(self) -> list[Setting]:
        """Return what can be set here."""
        return [
            Setting(self.seed, 0, 'seed {}'.format),
            Setting(self.device, self._preferred, 'on {}'.format),
            Setting(self.max_num_iter, '', '{} iterations at most'.format),
            Setting(self.time_limit, '', '{} s at most'.format),
        ]

    def read_max_num_iter(self) -> int | None:
        """Read the most iterations.

        Raises
        ------
        ValueError
            If the entry is no whole number above 0.
        """
        text = self.max_num_iter.value.strip()
        if not text:
            return None
        if not text.isdecimal() or not int(text):
            raise ValueError(
                f'"most iterations": {text!r} is not a whole number above 0; '
                'give one such as 500, or leave it empty.'
            )
        return int(text)

    def read_time_limit(self) -> float | None:
        """Read the time limit in seconds.

        Raises
        ------
        ValueError
            If the entry is no number above 0.
        """
        text = self.time_limit.value
        seconds = parse_number(text, 'time limit', '60')
        if seconds is not None and not 0 < seconds < math.inf:
            raise ValueError(
                f'"time limit": {text.strip()!r} is not a number of seconds '
                'above 0; give one such as 60, or leave it empty.'
            )
        return seconds
