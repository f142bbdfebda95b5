from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from napari.layers._source import layer_source
from PIL import Image

from napari_dip.networks import UNetSpec
from napari_dip.tasks.presets.deep_image_prior import LIGHT
from napari_dip.viewer.layers.result import METADATA_KEY


@pytest.fixture
def light(monkeypatch):
    network = UNetSpec((4, 4), reduction=2, norm='batch')
    small = replace(LIGHT['fast'], network=network)
    monkeypatch.setitem(LIGHT, 'fast', small)


def test_the_slider_goes_back_over_the_iterations_of_the_method(
    viewer, noisy, light, open_form, finish
):
    viewer.add_image(noisy, name='cells')
    form = open_form()
    form.method.value = 'deep-image-prior'
    form.max_num_iter.value = '60'
    form.start()
    finish(form)
    layer = viewer.layers[-1]
    assert layer.metadata[METADATA_KEY]['arguments']['method'] == (
        'deep-image-prior'
    )
    result, slider = layer.data.copy(), form.panel.timeline.slider
    assert slider.max >= 1
    shown = []
    for index in range(slider.max):
        slider.value = index
        shown.append(layer.metadata[METADATA_KEY]['snapshot'])
        # The last may be the best already, which is kept.
        assert index > 0 or not np.array_equal(layer.data, result)
    assert shown == sorted(set(shown))
    slider.value = slider.max
    np.testing.assert_array_equal(layer.data, result)
    assert form.panel.buttons.more.enabled
    # Stopping metric beside the loss.
    assert form.panel.monitor.curve.stopping.points


def test_what_has_nothing_left_cannot_be_continued_and_says_why(
    viewer, noisy, open_form, finish
):
    viewer.add_image(noisy, name='cells')
    form = open_form('Sample prior')
    form.samples.value = 2
    form.start()
    finish(form)
    more = form.panel.buttons.more
    assert not more.native.isEnabled()
    assert more.native.toolTip().startswith('Its fits have ended')


def test_the_file_of_a_jpeg_layer_is_taken(viewer, open_form, tmp_path):
    path = tmp_path / 'cells.jpg'
    pixels = np.random.default_rng(0).integers(0, 255, (32, 32), np.uint8)
    Image.fromarray(pixels).save(path)
    with layer_source(path=str(path)):
        viewer.add_image(np.asarray(Image.open(path)), name='cells')
    form = open_form('Remove compression')
    assert form.make_request().arguments['file'] == str(path)
    viewer.layers.selection.active = viewer.add_image(pixels, name='other')
    form.image.value = viewer.layers['other']
    assert form.make_request().arguments['file'] == ''


@pytest.mark.parametrize('recipe', ['vase', 'library', 'most-missing'])
def test_recipes_of_large_holes_are_chosen_by_name(
    viewer, noisy, open_form, recipe
):
    viewer.add_image(noisy, name='cells')
    hole = np.zeros(noisy.shape, np.uint8)
    hole[5:15, 5:15] = 1
    viewer.add_labels(hole)
    form = open_form('Inpaint')
    form.method.value = 'deep-image-prior'
    form.recipe.value = recipe
    assert form.make_request().arguments['method'].recipe == recipe


def test_a_layer_of_a_model_has_to_be_named(viewer, noisy, open_form):
    viewer.add_image(noisy, name='cells')
    form = open_form('Invert features')
    assert form.layer.value == ''
    form.show_outlook()
    assert '"layers": nothing is entered' in form.outlook.value
