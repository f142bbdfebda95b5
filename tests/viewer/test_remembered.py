from __future__ import annotations

import pytest
from napari.settings import get_plugin_settings

from napari_dip.viewer.preferences import read_preferences
from napari_dip.viewer.remembered import Remembered


@pytest.fixture
def memory(tmp_path):
    """Memory of a form in a folder, with the warnings that it gave."""
    warnings = []

    def memory(form='denoise', folder=tmp_path):
        return Remembered(folder, form, warnings.append)

    memory.warnings = warnings
    return memory


def seed(number):
    return {'defaults': {}, 'entries': {'seed': number}}


def test_each_form_has_entries_of_its_own(memory):
    memory('denoise').write(seed(1))
    memory('inpaint').write(seed(2))
    assert memory('denoise').read() == seed(1)
    assert memory('inpaint').read() == seed(2)
    assert memory.warnings == []


DAMAGED = [
    '',
    '{',
    '[]',
    '\0',
    '{"denoise": 3}',
    '{"denoise": {"entries": [1, 2]}}',
    '{"denoise": {"defaults": "x"}}',
    '[' * 100_000,
    '{"denoise": ' * 100_000,
    '1' * 10_000,
]


@pytest.mark.parametrize('text', DAMAGED)
def test_damaged_file_is_set_aside_with_a_word(memory, tmp_path, text):
    memory().write(seed(1))
    [path] = tmp_path.iterdir()
    path.write_text(text)
    assert memory().read() == {}
    [warning] = memory.warnings
    assert 'is damaged; it is kept as' in warning
    aside = path.with_name(f'{path.name}.damaged')
    assert aside.read_text() == text
    memory().write(seed(2))
    assert memory().read() == seed(2)


def test_no_folder_is_no_error(memory, tmp_path):
    memory(folder=None).write(seed(1))
    gone = memory(folder=tmp_path / 'gone')
    gone.write(seed(1))
    assert gone.read() == {}
    assert memory.warnings == []


@pytest.mark.parametrize(
    'entries',
    [
        # One is left out whatever becomes of the others.
        {'seed': 10**30, 'preset': {'a': 1}, 'uncertainty': 'yes', 'gain': 3},
        {'seed': 'x', 'preset': 'gone'},
        {'seed': [1]},
        {'seed': True},
    ],
)
def test_entries_that_make_no_sense_are_left_out(viewer, noisy, entries):
    viewer.add_image(noisy)
    preferences = read_preferences()
    defaults = {'preset': preferences.preset, 'device': preferences.device}
    Remembered(preferences.folder, 'denoise', print).write(
        {'defaults': defaults, 'entries': entries}
    )
    _, form = viewer.window.add_plugin_dock_widget('napari-dip', 'Denoise')
    form.outlook.say('')
    assert form.seed.value == 0
    assert form.preset.value == preferences.preset
    assert form.uncertainty.value is False
    assert form.gain.value == ''


def test_a_form_opens_over_a_damaged_file(viewer, noisy, notices):
    viewer.add_image(noisy)
    path = read_preferences().folder / 'napari-dip.forms.json'
    path.write_text('{"denoise": {"entries": [1]}}')
    _, form = viewer.window.add_plugin_dock_widget('napari-dip', 'Denoise')
    form.outlook.say('')
    [message] = notices()
    assert 'is damaged' in message
    assert form.panel.monitor.status.value == message


def test_form_opens_as_it_was_last_used(viewer, noisy, open_form, finish):
    viewer.add_image(noisy)
    form = open_form('Super-resolve')
    form.factor.value = '×2'
    form.seed.value = 9
    form.start()
    finish(form)
    viewer.window.remove_dock_widget(form.native)
    _, again = viewer.window.add_plugin_dock_widget(
        'napari-dip', 'Super-resolve'
    )
    assert again.factor.value == '×2'
    assert again.seed.value == 9
    assert again.preset.value == 'fast'
    assert 'seed 9' in again.departures.value


def test_limits_are_for_one_session(viewer, noisy, open_form, finish):
    viewer.add_image(noisy)
    form = open_form()
    form.time_limit.value = '60'
    form.start()
    finish(form)
    viewer.window.remove_dock_widget(form.native)
    _, again = viewer.window.add_plugin_dock_widget('napari-dip', 'Denoise')
    assert again.max_num_iter.value == ''
    assert again.time_limit.value == ''


def test_a_preference_set_since_then_wins(viewer, noisy, open_form, finish):
    viewer.add_image(noisy)
    form = open_form()
    form.start()
    finish(form)
    viewer.window.remove_dock_widget(form.native)
    get_plugin_settings('napari-dip').restoration.preset = 'best'
    _, again = viewer.window.add_plugin_dock_widget('napari-dip', 'Denoise')
    assert again.preset.value == 'best'
