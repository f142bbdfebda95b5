"""Labels and rows that keep the form in order."""

from __future__ import annotations

from typing import TYPE_CHECKING

from magicgui.widgets import Container
from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtWidgets import QLabel, QSizePolicy, QWidget

if TYPE_CHECKING:
    from magicgui.widgets import Label
    from magicgui.widgets.bases import Widget


# Pixels that napari's style leaves free above and below the text, and that a
# line becomes higher by when the style is applied, which is later.
_PADDING, _GROWTH = 5, 2


def prepare_label(label: Label, lines: int) -> None:
    """Give a label room for some lines of wrapped text, or for more."""
    native = label.native
    # Names of layers and files are no markup.
    native.setTextFormat(Qt.TextFormat.PlainText)
    native.setWordWrap(True)
    native.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
    policy = QSizePolicy(
        QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum
    )
    policy.setHeightForWidth(True)
    native.setSizePolicy(policy)
    line = native.fontMetrics().lineSpacing() + _GROWTH
    native.setMinimumHeight(line * lines + 2 * _PADDING)


def align(*widgets: Widget) -> Container:
    """Return labelled widgets in a column, their left edges in line."""
    column: Container = Container(widgets=widgets)
    column.margins = (0, 0, 0, 0)
    align_labels(column)
    return column


def align_labels(column: Container) -> None:
    """Give the labels of a column one width.

    magicgui measures the texts before napari's style has given them another
    font and a padding.
    """
    column.native.installEventFilter(_Aligner(column))


class _Aligner(QObject):
    """Measures the labels of a column whenever it appears."""

    def __init__(self, column: Container) -> None:
        super().__init__(column.native)
        self._column = column.native

    def eventFilter(  # noqa: N802
        self, watched: QObject | None, event: QEvent | None
    ) -> bool:
        if event is not None and event.type() in _RESTYLED:
            lines = self._column.children()
            labels = [label for one in lines for label in _labels_of(one)]
            width = max(label.sizeHint().width() for label in labels)
            for label in labels:
                label.setFixedWidth(width)
        return super().eventFilter(watched, event)


def _labels_of(line: QObject) -> list[QLabel]:
    """Return what stands before an entry, which may be a label itself."""
    layout = line.layout() if isinstance(line, QWidget) else None
    first = None if layout is None else layout.itemAt(0)
    label = None if first is None else first.widget()
    return [label] if isinstance(label, QLabel) else []


_RESTYLED = {QEvent.Type.Show, QEvent.Type.StyleChange}


def row(*widgets: Widget) -> Container:
    """Return widgets beside each other, without labels."""
    line: Container = Container(
        layout='horizontal', labels=False, widgets=widgets
    )
    line.margins = (0, 0, 0, 0)
    return line
