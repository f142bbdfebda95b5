"""The options that most people never open."""

from __future__ import annotations

from magicgui.widgets import ComboBox, Container, LineEdit, SpinBox
from qtpy.QtWidgets import QWidget

from napari_dip.restoration.choices import DEVICES
from napari_dip.viewer.forms.folding import fold


class Advanced(Container):
    """Seed, device and limits, folded away."""

    def __init__(self) -> None:
        self.seed = SpinBox(
            name='seed',
            value=0,
            min=0,
            max=2**31 - 1,
            tooltip='The same seed and image give the same result.',
        )
        self.device = ComboBox(
            name='device',
            value='auto',
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
        super().__init__(name='advanced')
        self.extend(
            [self.seed, self.device, self.max_num_iter, self.time_limit]
        )
        self.max_num_iter.native.setPlaceholderText('automatic')
        self.time_limit.native.setPlaceholderText('none')
        self.margins = (12, 0, 0, 0)

    def fold(self) -> QWidget:
        """Return a folded section that holds this container."""
        return fold('Advanced', self)

    def read_max_num_iter(self) -> int | None:
        """Read the most iterations.

        Raises
        ------
        ValueError
            If the entry is no whole number.
        """
        text = self.max_num_iter.value.strip()
        if not text:
            return None
        if not text.isdecimal():
            raise ValueError(
                f'"most iterations": {text!r} is not a whole number; give '
                'one such as 500, or leave it empty.'
            )
        return int(text)

    def read_time_limit(self) -> float | None:
        """Read the time limit in seconds.

        Raises
        ------
        ValueError
            If the entry is no number.
        """
        text = self.time_limit.value.strip()
        if not text:
            return None
        try:
            return float(text)
        except ValueError:
            raise ValueError(
                f'"time limit": {text!r} is not a number of seconds; give '
                'one such as 60, or leave it empty.'
            ) from None
