"""Labels whose text changes without moving what is below them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QSizePolicy

if TYPE_CHECKING:
    from magicgui.widgets import Label


def prepare_label(label: Label, lines: int) -> None:
    """Give a label room for some lines of wrapped text."""
    native = label.native
    native.setWordWrap(True)
    native.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    native.setSizePolicy(
        QSizePolicy.Policy.Ignored, QSizePolicy.Policy.MinimumExpanding
    )
    native.setMinimumHeight(native.fontMetrics().lineSpacing() * lines + 4)
