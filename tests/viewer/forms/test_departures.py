"""What is set out of sight is told in sight, and reset by a click."""

from __future__ import annotations

import pytest
from napari.settings import get_plugin_settings


@pytest.fixture
def form(viewer):
    _, form = viewer.window.add_plugin_dock_widget('napari-dip', 'Denoise')
    form.outlook.ask = lambda question, read: None
    form.outlook.say('')
    return form


def test_nothing_is_told_of_the_defaults(form):
    assert form.departures.native.isHidden()
    assert form.departures.value == ''


def test_a_setting_is_told_and_reset(form):
    for name, value, told in (
        ('max_num_iter', '20', 'Advanced: 20 iterations at most'),
        ('time_limit', '60', 'Advanced: 60 seconds at most'),
        ('seed', 3, 'Advanced: seed 3'),
        ('device', 'cpu', 'Advanced: on cpu'),
    ):
        entry = getattr(form, name)
        default = entry.value
        entry.value = value
        assert not form.departures.native.isHidden()
        assert form.departures.value.startswith(told)
        form.departures.native.linkActivated.emit(name)
        assert entry.value == default
        assert form.departures.native.isHidden()


def test_the_sections_are_told_apart(form):
    form.gain.value = '2.5'
    form.seed.value = 1
    noise, advanced = form.departures.value.split('<br>')
    assert noise.startswith('Noise and detector: gain 2.5')
    assert advanced.startswith('Advanced: seed 1')


def test_what_was_typed_is_no_markup(form):
    form.gain.value = '<b>'
    assert 'gain &lt;b&gt;' in form.departures.value


def test_a_repeat_is_told_by_its_name(viewer, noisy, form):
    viewer.add_image(noisy, name='first')
    form.repeats.value = viewer.add_image(noisy, name='second')
    assert 'repeat &quot;second&quot;' in form.departures.value
    viewer.layers['second'].name = 'third'
    assert 'repeat &quot;third&quot;' in form.departures.value
    viewer.layers.remove('third')
    assert form.departures.native.isHidden()


def test_the_preferred_device_is_no_departure(viewer):
    get_plugin_settings('napari-dip').restoration.device = 'cpu'
    _, form = viewer.window.add_plugin_dock_widget('napari-dip', 'Inpaint')
    form.outlook.say('')
    assert form.device.value == 'cpu'
    assert form.departures.native.isHidden()
    form.device.value = 'auto'
    assert 'on auto' in form.departures.value
