"""Labels that keep the form in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from magicgui.widgets import Container
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QSizePolicy

if TYPE_CHECKING:
    from magicgui.widgets import Label
    from magicgui.widgets.bases import Widget


def prepare_label(label: Label, lines: int) -> None:
    """Give a label room for some lines of wrapped text."""
    native = label.native
    native.setWordWrap(True)
    native.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    native.setSizePolicy(
        QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
    )
    native.setMinimumHeight(native.fontMetrics().lineSpacing() * lines + 4)


def align(*widgets: Widget) -> Container:
    """Return labelled widgets in a column, their left edges in line."""
    column: Container = Container()
    # magicgui gives the labels one width only to widgets added later.
    column.extend(widgets)
    column.margins = (0, 0, 0, 0)
    return column
