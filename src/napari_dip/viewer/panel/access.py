"""What keyboards and screen readers need to use a form."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from magicgui.widgets import Container, FileEdit
from magicgui.widgets.bases import ButtonWidget, ValueWidget
from qtpy.QtCore import QEvent, QObject, Qt
from qtpy.QtWidgets import QScrollArea, QWidget


def name_entries(form: Container) -> None:
    """Give every entry the name and the explanation that the eye finds.

    The label of an entry is a widget of its own, which a screen reader does
    not know to belong to it.
    """
    for widget in form:
        if isinstance(widget, (ValueWidget, FileEdit)):
            name = widget.label
            if isinstance(widget, ButtonWidget):
                name = widget.text
            native = widget.native
            for part in (native, *native.findChildren(QWidget)):
                part.setAccessibleName(name)
                part.setAccessibleDescription(widget.tooltip or '')
        elif isinstance(widget, Container):
            name_entries(widget)


def order_tabs(form: QWidget) -> None:
    """Let the tab key go through a form as the eye does, from the top.

    It is ordered whenever the form appears: a window that takes it in gives
    its widgets places among those of its own.
    """
    form.installEventFilter(_TabOrder(form))


class _TabOrder(QObject):
    """Orders the stops of a form whenever it appears."""

    def eventFilter(  # noqa: N802
        self, watched: QObject | None, event: QEvent | None
    ) -> bool:
        form = self.parent()
        appears = event is not None and event.type() == QEvent.Type.Show
        if appears and isinstance(form, QWidget):
            for one, following in pairwise(tab_stops(form)):
                QWidget.setTabOrder(one, following)
        return super().eventFilter(watched, event)


def tab_stops(widget: QWidget) -> Iterator[QWidget]:
    """Find what takes the keyboard, in the order of the layout."""
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
        yield widget
    inner = widget.widget() if isinstance(widget, QScrollArea) else None
    if inner is not None:
        yield from tab_stops(inner)
    layout = widget.layout()
    if layout is None:
        return
    for index in range(layout.count()):
        item = layout.itemAt(index)
        part = None if item is None else item.widget()
        if part is not None:
            yield from tab_stops(part)
