"""What the form of denoising asks about the noise."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from napari_dip import Detector, measure_noise
from napari_dip.noise.autocorrelation import TOLD, Correlation
from napari_dip.noise.variance import VarianceModel
from napari_dip.tasks.base import find_task
from napari_dip.tasks.forecast import forecast
from napari_dip.viewer.forms.noise import NoiseEntry
from napari_dip.viewer.layers.result import METADATA_KEY

KNOWN = Detector(2, 10, 3, origin='from the metadata of the layer')


@pytest.fixture
def fields(qtbot):
    [argument] = [
        one for one in find_task('denoise').arguments if one.kind == 'noise'
    ]
    return NoiseEntry(argument, None)


def enter(fields, gain='', offset='', read_noise=''):
    fields.gain.value = gain
    fields.offset.value = offset
    fields.read_noise.value = read_noise


def test_nothing_entered_is_automatic(fields):
    assert fields.read_with(None) == 'auto'
    assert fields.read_with(KNOWN) is KNOWN


def test_entries_make_a_detector(fields):
    enter(fields, ' 2.5 ', read_noise='4')
    assert fields.read_with(None) == Detector(2.5, 0, 4)
    enter(fields, '2,5', read_noise='4,0')
    assert fields.read_with(None) == Detector(2.5, 0, 4)


def test_entries_go_before_metadata(fields):
    enter(fields, offset='12')
    assert fields.read_with(KNOWN) == Detector(2, 12, 3)


@pytest.mark.parametrize(
    ('entries', 'sentence'),
    [
        ({'gain': '1,250'}, '"gain": \'1,250\' may mean 1.250 or 1250;'),
        ({'gain': 'high'}, '"gain": \'high\' is not a number'),
        ({'gain': '1', 'read_noise': '3 e'}, '"read noise": \'3 e\' is not'),
        ({'gain': '-1'}, 'gain: -1.0 is not a positive number'),
        ({'gain': '1e400'}, 'gain: inf is not a positive number'),
        ({'offset': '100'}, '"gain": it is missing'),
    ],
)
def test_bad_entries_are_refused(fields, entries, sentence):
    enter(fields, **entries)
    with pytest.raises(ValueError) as error:  # noqa: PT011
        fields.read_with(None)
    assert str(error.value).startswith(sentence)


def test_what_the_layer_tells_is_shown(fields):
    fields.tell(KNOWN)
    hint = fields.gain.native.placeholderText()
    assert hint == '2 (from the layer)'
    fields.tell(None)
    assert fields.gain.native.placeholderText() == 'automatic'


def test_metadata_of_the_layer_are_used_and_told(
    viewer, noisy, open_form, finish
):
    told = {'gain': 1.0, 'read_noise': 0.5}
    viewer.add_image(noisy, metadata={'napari-dip-detector': told})
    form = open_form()
    form.start()
    finish(form)
    words = 'read noise 0.5 (from the metadata of the layer)'
    assert words in viewer.layers[-1].metadata[METADATA_KEY]['noise']
    assert words in form.panel.monitor.status.value


@pytest.mark.parametrize('told', [2.0, {'offset': 3}, {'gain': 'x'}])
def test_metadata_that_make_no_sense_are_told(
    viewer, noisy, open_form, notices, told
):
    viewer.add_image(
        noisy, name='cells', metadata={'napari-dip-detector': told}
    )
    form = open_form()
    form.start()
    [message] = notices()
    assert message.startswith('Layer "cells": metadata["napari-dip-detector"]')
    assert form.panel.run is None


def test_entries_are_remembered_in_sight(viewer, noisy, open_form, finish):
    viewer.add_image(noisy)
    form = open_form()
    form.gain.value = '1.5'
    form.defects.value = 'keep'
    form.start()
    finish(form)
    viewer.window.remove_dock_widget('all')
    again = open_form()
    assert again.gain.value == '1.5'
    assert again.defects.value == 'keep'
    assert 'gain 1.5' in again.departures.value
    assert 'defects keep' in again.departures.value


def test_what_was_found_stands_beside_each_entry(viewer, noisy, open_form):
    viewer.add_image(noisy)
    form = open_form()
    found = {'gain': '2.1', 'offset': '90', 'read_noise': '0'}
    form.outlook.show_found({**found, 'correlation': 'rows'})
    entries = (form.gain, form.offset, form.read_noise)
    hints = [entry.native.placeholderText() for entry in entries]
    assert hints == ['2.1 (found)', '90 (found)', '0 (found)']
    assert form.correlation.native.itemText(0) == 'automatic (along the rows)'
    # What is entered goes before it, each on its own, until it is reset.
    form.gain.value = '2'
    form.outlook.show_found(found)
    assert form.offset.native.placeholderText() == '0'
    form.correlation.value = 'independent'
    assert 'gain 2' in form.departures.value
    for name in ('gain', 'correlation'):
        form.departures.reset(name)
    assert 'Noise' not in form.departures.value
    assert form.correlation.value == 'auto'
    form.outlook.show_found(found)
    assert form.gain.native.placeholderText() == '2.1 (found)'
    assert form.correlation.native.itemText(0) == 'automatic'


def test_the_parts_of_a_model_are_those_of_a_detector():
    """Variance at no light is an offset or a read noise."""
    model = measure_noise(np.random.default_rng(0).poisson(50, (48, 48)))

    def numbers(**changes):
        parts = replace(model, **changes).parts()
        assert parts['correlation'] == 'independent'
        return parts['gain'], parts['offset'], parts['read_noise']

    assert numbers(variance=(VarianceModel(2, -600),)) == ('2', '300', '0')
    two = VarianceModel(0, 25), VarianceModel(3, 16)
    assert numbers(variance=two) == ('0, 3', '0, 0', '5, 4')
    assert numbers(detector=KNOWN) == ('2', '10', '3')
    reaches = {
        name: replace(model, correlation=Correlation.told(name, 2)).parts()
        for name in TOLD
    }
    assert all(parts['correlation'] == k for k, parts in reaches.items())


def test_lines_with_offsets_stand_beside_the_entry_of_inpainting(
    viewer, open_form
):
    draw = np.random.default_rng(0).normal
    image = draw(100, 3, (96, 96)) + draw(0, 20, (96, 1))
    hole = np.zeros(image.shape, np.uint8)
    hole[40:50, 30:60] = 1
    viewer.add_image(image)
    viewer.add_labels(hole)
    form = open_form('Inpaint')
    _, read = form.content(form.image_source())
    told = forecast('inpaint', image.shape, preset='fast', **read())
    form.outlook.show_found(told.outline.parts)
    assert form.stripes.native.itemText(0) == 'by line (rows)'
    form.stripes.value = 'keep'
    assert 'stripes as structure' in form.departures.value
