"""A part of a form that scrolls where the window is too low for it."""

from __future__ import annotations

from qtpy.QtCore import QEvent, QObject, QSize, Qt, QTimer
from qtpy.QtGui import QShowEvent, QWheelEvent
from qtpy.QtWidgets import (
    QAbstractSpinBox,
    QComboBox,
    QDockWidget,
    QFrame,
    QMainWindow,
    QScrollArea,
    QSizePolicy,
    QSlider,
    QWidget,
)

# Lines of text that stay in sight however low the window is.
_LEAST_LINES = 8
# Letters of a choice that do.
_LEAST_LETTERS = 10
_BY_LENGTH = QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon


class ScrollArea(QScrollArea):
    """Scroll area that is as high as its content where there is room.

    Qt's own takes whatever height there is, and would keep what stands below
    it at the bottom of the window.

    Parameters
    ----------
    content : QWidget
        What scrolls, up and down only.
    """

    def __init__(self, content: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setSizePolicy(
            QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum
        )
        self.setAccessibleName('form')
        self.setWidget(content)
        content.installEventFilter(self)
        self._to_end = QTimer(self)
        self._to_end.setSingleShot(True)
        self._to_end.timeout.connect(self._scroll_to_end)
        self._stays_at_end = False
        bar = self.verticalScrollBar()
        assert bar is not None
        bar.rangeChanged.connect(self._follow_end)
        bar.actionTriggered.connect(self._let_go)
        self._was_shown = False

    def sizeHint(self) -> QSize:  # noqa: N802
        """All of the content."""
        content = self.widget()
        viewport = self.viewport()
        if content is None or viewport is None:
            return super().sizeHint()
        hint = content.sizeHint()
        width = viewport.width() if self.isVisible() else hint.width()
        if content.hasHeightForWidth():
            hint.setHeight(content.heightForWidth(width))
        return hint.grownBy(self.contentsMargins())

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """All of the width, beside the scroll bar, and a few lines."""
        content = self.widget()
        bar = self.verticalScrollBar()
        if content is None or bar is None:
            return super().minimumSizeHint()
        # Margins hold the frame of napari's style too.
        return QSize(
            content.minimumSizeHint().width() + bar.sizeHint().width(),
            _LEAST_LINES * self.fontMetrics().lineSpacing(),
        ).grownBy(self.contentsMargins())

    def eventFilter(  # noqa: N802
        self, watched: QObject | None, event: QEvent | None
    ) -> bool:
        """Follow the height of the content; keep the wheel for scrolling."""
        if event is not None and watched is not None:
            kind = event.type()
            if watched is self.widget():
                if kind in (QEvent.Type.LayoutRequest, QEvent.Type.Resize):
                    self.updateGeometry()
            elif kind == QEvent.Type.Wheel and isinstance(watched, QWidget):
                # Otherwise it would change the entry that happens to come
                # under the pointer.
                event.ignore()
                return True
        return super().eventFilter(watched, event)

    def showEvent(self, event: QShowEvent | None) -> None:  # noqa: N802
        """Take its share of the height, once: then the user decides."""
        super().showEvent(event)
        if not self._was_shown:
            self._was_shown = True
            # After napari has given the last form all there is.
            QTimer.singleShot(0, self._share_height)

    def _share_height(self) -> None:
        """Divide the height among docked forms by what each needs."""
        window = self.window()
        if not isinstance(window, QMainWindow):
            return
        docks = [
            dock
            for dock in window.findChildren(QDockWidget)
            if dock.isVisible()
            and not dock.isFloating()
            and dock.findChild(ScrollArea) is not None
        ]
        heights = [dock.sizeHint().height() for dock in docks]
        if len(docks) > 1:
            window.resizeDocks(docks, heights, Qt.Orientation.Vertical)

    def narrow_choices(self) -> None:
        """Let choices be narrower than their longest text.

        The name of a layer would widen the form as far as it goes.
        """
        for choice in self.findChildren(QComboBox):
            choice.setSizeAdjustPolicy(_BY_LENGTH)
            choice.setMinimumContentsLength(_LEAST_LETTERS)

    def keep_wheel(self) -> None:
        """Let the wheel scroll over entries too, instead of changing them."""
        for kind in (QComboBox, QAbstractSpinBox, QSlider):
            for entry in self.findChildren(kind):
                entry.installEventFilter(self)

    def show_end(self) -> None:
        """Scroll to the end and stay there until the user scrolls.

        Wrapped text takes its height only after its new words are drawn.
        """
        self._stays_at_end = True
        self._to_end.start(0)

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802
        """Scroll, and stay there."""
        self._let_go()
        super().wheelEvent(event)

    def _follow_end(self) -> None:
        if self._stays_at_end:
            self._scroll_to_end()

    def _let_go(self) -> None:
        self._stays_at_end = False

    def _scroll_to_end(self) -> None:
        bar = self.verticalScrollBar()
        if bar is not None:
            bar.setValue(bar.maximum())
