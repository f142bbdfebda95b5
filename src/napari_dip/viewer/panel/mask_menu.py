"""A button that finds what an image has lost, and adds labels of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from magicgui.widgets import PushButton
from napari.layers import Labels
from napari.qt.threading import FunctionWorker, create_worker
from psygnal import Signal
from qtpy.QtGui import QAction  # type: ignore[attr-defined]
from qtpy.QtWidgets import QInputDialog, QMenu

from napari_dip.masks import KINDS
from napari_dip.viewer.errors import EXPECTED, describe_error
from napari_dip.viewer.runs.work import Work

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_dip.viewer.layers.masks.missing import MissingSource

_TEXT, _BUSY = 'Add a mask of …', 'looking for {} …'


class MaskMenu(PushButton):
    """Menu of what can be found; the image is looked at in a worker."""

    #: Kind that was chosen.
    asked = Signal(str)
    #: Value of the pixels that are to be marked, as it was typed.
    value_asked = Signal(str)
    #: Labels of what was found.
    found = Signal(object)
    #: How much was found.
    told = Signal(str)
    #: What is wrong, or that there is nothing to mark.
    said = Signal(str)

    def __init__(self) -> None:
        super().__init__(
            name='add_mask',
            text=_TEXT,
            tooltip='Find pixels that tell nothing, and add a labels layer '
            'of them. Paint in it what is missing or too much before you '
            'press Start.',
        )
        self._worker: FunctionWorker | None = None
        self._gone = False
        native = self.native
        menu = QMenu(native)
        self.actions = {
            kind: QAction(words, menu) for kind, words in KINDS.items()
        }
        for kind, action in self.actions.items():
            action.triggered.connect(self._asker(kind))
        self.value_action = QAction('pixels of a value …', menu)
        self.value_action.triggered.connect(self.ask_value)
        #: Whether all planes of a stack are looked at.
        self.every_plane = QAction('in all planes of the stack', menu)
        self.every_plane.setCheckable(True)
        menu.addActions([*self.actions.values(), self.value_action])
        menu.addSeparator()
        menu.addAction(self.every_plane)
        native.setMenu(menu)
        native.destroyed.connect(self._let_go)

    def offer_planes(self, offered: bool) -> None:
        """Offer to look at all planes, where there are several."""
        self.every_plane.setVisible(offered)
        if not offered:
            self.every_plane.setChecked(False)

    def ask_value(self) -> None:
        """Ask for a value, and then for its pixels."""
        text, accepted = QInputDialog.getText(
            self.native, 'Add a mask of a value', 'pixels of this value:'
        )
        if accepted:
            self.value_asked.emit(text)

    def look_for(self, source: MissingSource) -> None:
        """Find it in a worker, one at a time."""
        if self._worker is not None:
            return
        self.enabled = False
        self.text = _BUSY.format(source.words)
        work = Work(_find, source)
        work.words = f'looking for {source.words}'
        self._worker = create_worker(
            work,
            _worker_class=FunctionWorker,
            _connect={
                'returned': lambda found: self._receive(source, found),
                'finished': self._rest,
            },
        )

    @property
    def is_busy(self) -> bool:
        """Whether something is being looked for."""
        return self._worker is not None

    def _asker(self, kind: str) -> Any:
        return lambda *_: self.asked.emit(kind)

    def _receive(
        self, source: MissingSource, found: NDArray[np.uint8] | str
    ) -> None:
        if self._gone:
            return
        if isinstance(found, str):
            self.said.emit(found)
        elif not found.any():
            self.said.emit(
                f'No {source.words} were found in "{source.image.name}".'
            )
        else:
            self.found.emit(
                Labels(found, name=source.name, **source.attributes)
            )
            self.told.emit(
                f'{np.count_nonzero(found):,} pixels are marked in '
                f'"{source.name}"; check it before the run.'
            )

    def _rest(self) -> None:
        self._worker = None
        if not self._gone:
            self.enabled = True
            self.text = _TEXT

    def _let_go(self) -> None:
        self._gone = True


def _find(source: MissingSource) -> NDArray[np.uint8] | str:
    """Return labels, or a sentence that says what is wrong."""
    try:
        return source.find()
    except EXPECTED as error:
        return describe_error(error)
