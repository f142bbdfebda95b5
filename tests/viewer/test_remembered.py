from __future__ import annotations

import pytest
from napari.settings import get_plugin_settings

from napari_dip.viewer.remembered import Remembered


def test_each_form_has_entries_of_its_own(tmp_path):
    Remembered(tmp_path, 'denoise').write({'seed': 1})
    Remembered(tmp_path, 'inpaint').write({'seed': 2})
    assert Remembered(tmp_path, 'denoise').read() == {'seed': 1}
    assert Remembered(tmp_path, 'inpaint').read() == {'seed': 2}


@pytest.mark.parametrize('text', ['', '{', '[]', '{"denoise": 3}', '\0'])
def test_damaged_file_is_as_none(tmp_path, text):
    memory = Remembered(tmp_path, 'denoise')
    memory.write({'seed': 1})
    [path] = tmp_path.iterdir()
    path.write_text(text)
    assert memory.read() == {}
    memory.write({'seed': 2})
    assert memory.read() == {'seed': 2}


def test_no_folder_is_no_error(tmp_path):
    Remembered(None, 'denoise').write({'seed': 1})
    gone = Remembered(tmp_path / 'gone', 'denoise')
    gone.write({'seed': 1})
    assert gone.read() == {}


def test_form_opens_as_it_was_last_used(viewer, noisy, open_form, finish):
    viewer.add_image(noisy)
    form = open_form('Super-resolve')
    form.factor.value = '×2'
    form.advanced.seed.value = 9
    form.start()
    finish(form)
    viewer.window.remove_dock_widget(form.native)
    _, again = viewer.window.add_plugin_dock_widget(
        'napari-dip', 'Super-resolve'
    )
    assert again.factor.value == '×2'
    assert again.advanced.seed.value == 9
    assert again.preset.value == 'fast'
    assert 'seed 9' in again.departures.value


def test_limits_are_for_one_session(viewer, noisy, open_form, finish):
    viewer.add_image(noisy)
    form = open_form()
    form.advanced.time_limit.value = '60'
    form.start()
    finish(form)
    viewer.window.remove_dock_widget(form.native)
    _, again = viewer.window.add_plugin_dock_widget('napari-dip', 'Denoise')
    assert again.advanced.max_num_iter.value == ''
    assert again.advanced.time_limit.value == ''


def test_a_preference_set_since_then_wins(viewer, noisy, open_form, finish):
    viewer.add_image(noisy)
    form = open_form()
    form.start()
    finish(form)
    viewer.window.remove_dock_widget(form.native)
    get_plugin_settings('napari-dip').restoration.preset = 'best'
    _, again = viewer.window.add_plugin_dock_widget('napari-dip', 'Denoise')
    assert again.preset.value == 'best'
