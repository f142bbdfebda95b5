"""Masks that the form finds: labels like those that a user paints."""

from __future__ import annotations

import numpy as np
import pytest
from qtpy.QtWidgets import QInputDialog

from napari_dip.masks import KINDS


@pytest.fixture
def scan():
    """Counts with a dead row and a saturated spot."""
    image = np.random.default_rng(0).poisson(60, (48, 64)).astype(np.uint8)
    image[20] = 0
    image[30:33, 50:53] = 255
    return image


@pytest.fixture
def ask(qtbot):
    """Choose something in the menu and wait for what comes of it."""

    def ask(form, kind):
        menu = form.add_mask
        menu.actions[kind].trigger()
        qtbot.wait_until(lambda: not menu.is_busy, timeout=20_000)
        assert menu.enabled
        assert menu.text == 'Add a mask of …'

    return ask


def test_every_kind_is_offered(viewer, scan, open_form):
    viewer.add_image(scan)
    form = open_form('Inpaint')
    menu = form.add_mask
    assert list(menu.actions) == list(KINDS)
    texts = [action.text() for action in menu.native.menu().actions()]
    assert texts[: len(KINDS)] == list(KINDS.values())
    assert not menu.every_plane.isVisible()


def test_found_mask_lies_over_the_image_and_is_chosen(
    viewer, scan, open_form, ask
):
    viewer.add_image(
        scan, name='scan', scale=(0.5, 0.2), translate=(3, 4), units='um'
    )
    form = open_form('Inpaint')
    ask(form, 'lines')
    labels = viewer.layers['scan lost rows and columns']
    assert form.mask.value is labels
    marked = np.zeros(scan.shape, bool)
    marked[20] = True
    np.testing.assert_array_equal(labels.data > 0, marked)
    np.testing.assert_array_equal(labels.scale, (0.5, 0.2))
    np.testing.assert_array_equal(labels.translate, (3, 4))
    assert labels.units == viewer.layers['scan'].units
    assert form.inputs[0].extent.value.startswith('fills 64 of 3,072 pixels')


def test_found_mask_is_painted_and_filled(
    viewer, scan, open_form, ask, finish, qtbot
):
    viewer.add_image(scan, name='scan')
    form = open_form('Inpaint')
    ask(form, 'saturation')
    labels = form.mask.value
    with qtbot.wait_signal(form.inputs[0].settled.timeout):
        labels.data_setitem((np.array([5]), np.array([6])), 1)
    assert form.inputs[0].extent.value.startswith('fills 10 of')
    form.start()
    finish(form)
    result = viewer.layers['scan [DIP inpainted]'].data
    filled = labels.data > 0
    np.testing.assert_array_equal(result[~filled], scan[~filled])
    assert result[31, 51] < 200
    labels.undo()
    assert np.count_nonzero(labels.data) == 9
    form.start()
    finish(form)
    again = form.panel.stream.layer.data
    assert again[5, 6] == scan[5, 6]


def test_the_plane_shown_is_looked_at(viewer, scan, open_form, ask, finish):
    stack = np.stack([scan, np.roll(scan, 5, axis=0), scan])
    viewer.add_image(stack, name='stack')
    viewer.dims.set_current_step(0, 1)
    form = open_form('Inpaint')
    assert form.add_mask.every_plane.isVisible()
    ask(form, 'lines')
    labels = form.mask.value
    assert labels.data.shape == stack.shape
    assert labels.data[1, 25].all()
    assert np.count_nonzero(labels.data) == 64
    form.start()
    finish(form)
    result = form.panel.stream.layer
    assert result.data[0, 25].min() > 0


def test_all_planes_may_be_looked_at(viewer, scan, open_form, ask):
    stack = np.stack([scan, np.roll(scan, 5, axis=0), scan])
    viewer.add_image(stack, name='stack')
    form = open_form('Inpaint')
    form.add_mask.every_plane.setChecked(True)
    ask(form, 'lines')
    labels = form.mask.value
    assert labels.data[0, 20].all()
    assert labels.data[1, 25].all()
    assert np.count_nonzero(labels.data) == 3 * 64


def test_channels_have_masks_of_their_own(viewer, scan, open_form, ask):
    other = np.random.default_rng(1).poisson(60, scan.shape).astype(np.uint8)
    viewer.add_image(np.stack([scan, other]), name='two')
    form = open_form('Inpaint')
    form.channel_axis.value = 0
    ask(form, 'lines')
    labels = form.mask.value
    assert labels.data[0, 20].all()
    assert np.count_nonzero(labels.data) == 64
    assert form.inputs[0].extent.value.startswith('fills 64 of')


def test_colours_share_one(viewer, scan, open_form, ask):
    rgb = np.stack([scan, scan // 2, scan // 2], axis=-1)
    viewer.add_image(rgb, rgb=True)
    form = open_form('Inpaint')
    ask(form, 'saturation')
    np.testing.assert_array_equal(form.mask.value.data > 0, scan == 255)


def test_nothing_found_is_told(viewer, scan, open_form, ask, notices):
    viewer.add_image(scan, name='scan')
    form = open_form('Inpaint')
    ask(form, 'borders')
    assert notices() == ['No constant borders were found in "scan".']
    assert len(viewer.layers) == 1


def test_no_image_is_told(viewer, open_form, ask, notices):
    form = open_form('Inpaint')
    ask(form, 'lines')
    [message] = notices()
    assert 'There is no image layer' in message


@pytest.mark.parametrize(
    ('text', 'marked'), [('255', 9), ('0', 64), ('', None), ('x', None)]
)
def test_pixels_of_a_value(
    viewer, scan, open_form, qtbot, monkeypatch, notices, text, marked
):
    viewer.add_image(scan, name='scan')
    form = open_form('Inpaint')
    monkeypatch.setattr(QInputDialog, 'getText', lambda *_: (text, True))
    form.add_mask.value_action.trigger()
    qtbot.wait_until(lambda: not form.add_mask.is_busy, timeout=20_000)
    if marked is None:
        assert len(viewer.layers) == 1
        assert len(notices()) == (text == 'x')
        return
    labels = viewer.layers[f'scan pixels of {text}']
    assert np.count_nonzero(labels.data) == marked


def test_a_form_that_is_closed_meanwhile_is_left_alone(
    viewer, scan, open_form, qtbot
):
    viewer.add_image(scan)
    form = open_form('Inpaint')
    menu = form.add_mask
    menu.actions['lines'].trigger()
    viewer.window.remove_dock_widget('all')
    qtbot.wait_until(lambda: not menu.is_busy, timeout=20_000)


def test_what_was_found_replaces_what_was_not(viewer, scan, open_form, ask):
    viewer.add_image(scan, name='scan')
    form = open_form('Inpaint')
    status = form.panel.monitor.status
    ask(form, 'shifts')
    assert status.value == 'No shifted rows were found in "scan".'
    ask(form, 'lines')
    assert status.value.startswith('64 pixels are marked in "scan lost rows')
    assert not form.inputs[0].extent.native.isHidden()
    viewer.layers.remove('scan lost rows and columns')
    assert form.inputs[0].extent.native.isHidden()
