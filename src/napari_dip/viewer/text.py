"""Labels that keep the form in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from magicgui.widgets import Container
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QSizePolicy

if TYPE_CHECKING:
    from magicgui.widgets import Label
    from magicgui.widgets.bases import Widget


# Pixels that napari's style leaves free above and below the text, and that a
# line becomes higher by when the style is applied, which is later.
_PADDING, _GROWTH = 5, 2


def prepare_label(label: Label, lines: int) -> None:
    """Give a label room for some lines of wrapped text."""
    native = label.native
    native.setWordWrap(True)
    native.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    native.setSizePolicy(
        QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred
    )
    line = native.fontMetrics().lineSpacing() + _GROWTH
    native.setMinimumHeight(line * lines + 2 * _PADDING)


def align(*widgets: Widget) -> Container:
    """Return labelled widgets in a column, their left edges in line."""
    column: Container = Container()
    # magicgui gives the labels one width only to widgets added later.
    column.extend(widgets)
    column.margins = (0, 0, 0, 0)
    return column
