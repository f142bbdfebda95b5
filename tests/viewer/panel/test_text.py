from __future__ import annotations

import pytest
from magicgui.widgets import Label, LineEdit

from napari_dip.viewer.panel.text import align, prepare_label


@pytest.mark.parametrize('name', ['<b>a</b>', '<img src="http://b/c.png">'])
def test_names_are_no_markup(qtbot, name):
    label, plain = Label(value=name), Label(value='x' * len(name))
    for one in (label, plain):
        prepare_label(one, lines=1)
        one.native.setWordWrap(False)
        font = one.native.font()
        font.setFamily('monospace')
        one.native.setFont(font)
    # All of its characters are drawn.
    width = label.native.sizeHint().width()
    assert width == plain.native.sizeHint().width()


def test_an_entry_that_is_a_label_stands_in_line(qtbot):
    entry = LineEdit(label='axes')
    told = Label(name='plane', value='as shown: t = 5 (0 … 11)')
    prepare_label(told, lines=1)
    column = align(entry, told)
    qtbot.addWidget(column.native)
    column.native.resize(330, 100)
    column.native.show()
    qtbot.wait_until(lambda: told.native.width() == entry.native.width())
    assert told.native.x() == entry.native.x()
