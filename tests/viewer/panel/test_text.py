from __future__ import annotations

import pytest
from magicgui.widgets import Label

from napari_dip.viewer.panel.text import prepare_label


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
