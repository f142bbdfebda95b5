"""What napari learns from the manifest, and what it costs."""

from __future__ import annotations

import subprocess
import sys

import pytest
from napari.settings import get_plugin_settings

from napari_dip.presets.choices import DEVICES, PRESETS
from napari_dip.tasks.base import tasks
from napari_dip.viewer.forms import class_name
from napari_dip.viewer.preferences import Preferences, read_preferences


def own_tasks():
    """Tasks of the plugin; tests may know others."""
    return [
        task
        for task in tasks()
        if task.function.__module__.startswith('napari_dip.')
    ]


COMMANDS = [task.name for task in own_tasks()]


def in_new_interpreter(code):
    return subprocess.run(
        [sys.executable, '-c', code],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_icon_is_a_large_square(plugin):
    from importlib.resources import files

    from qtpy.QtGui import QImage

    package, name = plugin.icon.split(':')
    image = QImage()
    assert image.loadFromData((files(package) / name).read_bytes())
    assert image.width() == image.height() >= 128


def test_all_that_it_names_can_be_imported(plugin):
    plugin.validate_imports()


def test_widgets_and_samples_have_names(plugin):
    widgets = plugin.contributions.widgets
    assert {w.command: w.display_name for w in widgets} == {
        f'napari-dip.{task.name}': task.title for task in own_tasks()
    }
    assert len(plugin.contributions.sample_data) >= 4


def test_every_task_is_in_the_manifest(plugin):
    commands = {c.id: c for c in plugin.contributions.commands}
    listed = {
        menu: [item.command for item in items if hasattr(item, 'command')]
        for menu, items in plugin.contributions.menus.items()
    }
    for task in own_tasks():
        command = commands[f'napari-dip.{task.name}']
        name = f'napari_dip.viewer.forms:{class_name(task.name)}'
        assert command.python_name == name
        assert command.title.startswith(task.title)
        assert command.id in listed['napari-dip.restore']


@pytest.mark.parametrize('title', [task.title for task in own_tasks()])
def test_opens_from_the_menu(viewer, title):
    filters = submenu(menu_bar_action(viewer, 'Layers'), 'Filter')
    actions = submenu(filters, 'Deep image prior').menu().actions()
    [action] = [a for a in actions if a.text().startswith(title)]
    action.trigger()
    [name] = viewer.window.dock_widgets
    assert name.startswith(title)


def menu_bar_action(viewer, text):
    [action] = [
        action
        for action in viewer.window._qt_window.menuBar().actions()
        if action.text().replace('&', '') == text
    ]
    return action


def submenu(action, text):
    action.menu().aboutToShow.emit()
    [found] = [a for a in action.menu().actions() if a.text() == text]
    found.menu().aboutToShow.emit()
    return found


def test_commands_are_in_the_palette(viewer):
    from napari._app_model import get_app_model

    menus = get_app_model().menus
    palette = menus.get_menu(menus.COMMAND_PALETTE_ID)
    ids = {item.command.id for item in palette}
    assert {f'napari-dip.{name}' for name in COMMANDS} <= ids


def test_samples_open(viewer, plugin):
    for sample in plugin.contributions.sample_data:
        layers = viewer.open_sample('napari-dip', sample.key)
        assert layers[0].data.size >= 128 * 128


def test_preferences_begin_as_the_code_says():
    preferences = read_preferences()
    defaults = Preferences()
    assert preferences.device == defaults.device
    assert preferences.preset == defaults.preset
    assert preferences.preview_rate == defaults.preview_rate
    assert preferences.folder is not None


def test_preferences_offer_what_the_engine_knows(plugin):
    page = plugin.contributions.configurations['restoration']
    assert page.properties['device'].enum == list(DEVICES)
    assert page.properties['preset'].enum == list(PRESETS)


def test_preferences_are_read_when_a_form_opens(viewer, open_form):
    get_plugin_settings('napari-dip').restoration.device = 'cpu'
    get_plugin_settings('napari-dip').restoration.preset = 'best'
    _, form = viewer.window.add_plugin_dock_widget('napari-dip', 'Denoise')
    assert form.device.value == 'cpu'
    assert form.preset.value == 'best'


# That no window waits for it is seen by test_fresh_process.py.
@pytest.mark.slow
def test_opening_a_form_does_not_load_torch():
    code = (
        'import sys, numpy as np, napari\n'
        'viewer = napari.Viewer(show=False)\n'
        'viewer.add_image(np.eye(32))\n'
        'for name in ("Denoise", "Inpaint", "Super-resolve"):\n'
        '    viewer.window.add_plugin_dock_widget("napari-dip", name)\n'
        'print("torch" in sys.modules)\n'
        'viewer.close()\n'
    )
    assert in_new_interpreter(code).split()[-1] == 'False'
