from __future__ import annotations

import numpy as np
import pytest
from napari.components import LayerList
from napari.layers import Image, Labels

from napari_dip.viewer.layers.result import METADATA_KEY, Display, ResultLayer


def image(value, shape=(4, 4)):
    return np.full(shape, value, np.float32)


def make(layers):
    return ResultLayer(layers, 'result', {'rgb': False}, Display(None))


def test_never_overwrites_a_layer_of_the_same_name():
    layers = LayerList()
    first, second = make(layers), make(layers)
    first.stream(image(1))
    second.stream(image(2))
    assert len(layers) == 2
    assert layers[0].name != layers[1].name
    assert layers[0].data[0, 0] == 1


def test_every_estimate_is_an_array_of_its_own():
    estimate = image(1)
    result = make(LayerList())
    result.stream(estimate)
    result.layer.data[:] = 7
    assert estimate[0, 0] == 1


def test_deleted_layer_stays_away_until_there_is_a_result():
    layers = LayerList()
    result = make(layers)
    result.stream(image(1))
    layers.clear()
    result.stream(image(2))
    assert not layers
    result.settle(image(3), {'version': '0'})
    assert layers[0].data[0, 0] == 3
    assert layers[0].metadata[METADATA_KEY] == {'version': '0'}


def test_other_metadata_stays():
    result = make(LayerList())
    result.stream(image(1))
    result.layer.metadata['mine'] = 1
    result.settle(image(2), {})
    assert result.layer.metadata == {'mine': 1, METADATA_KEY: {}}


def test_integers_of_rgb_are_rounded_and_kept_in_range():
    display = Display(np.dtype(np.uint8))
    estimate = np.array([[[-3.0, 100.6, 300.0]]], np.float32)
    data = display(estimate)
    assert data.dtype == np.uint8
    assert data.tolist() == [[[0, 101, 255]]]


def test_of_many_colour_planes_only_what_is_shown_is_rounded(monkeypatch):
    rounded, rint = [], np.rint

    def note(values):
        rounded.append(values.shape)
        return rint(values)

    monkeypatch.setattr(np, 'rint', note)
    estimate = np.full((4, 300, 300, 3), np.nan, np.float32)
    data = Display(np.dtype(np.uint8), copies=False)(estimate)
    estimate[2] = 100.6
    assert (data.shape, data.dtype) == (estimate.shape, np.uint8)
    rounded.clear()
    assert (np.asarray(data[2]) == 101).all()
    assert (np.asarray(data[0]) == 0).all()
    assert all(np.prod(shape) <= 300 * 300 * 3 for shape in rounded)


def of_contrast(layers, *limits):
    attributes = {'rgb': False, 'contrast_limits': limits}
    return ResultLayer(layers, 'result', attributes, Display(None))


def ramp(low, high):
    return np.linspace(low, high, 64, dtype=np.float32).reshape(8, 8)


def test_contrast_does_not_follow_the_previews():
    layers = LayerList()
    result = of_contrast(layers, 10, 20)
    result.stream(image(0))
    result.stream(image(1000))
    assert layers[0].contrast_limits == [10, 20]


@pytest.mark.parametrize(('brightest', 'raised'), [(2, True), (6, False)])
def test_a_result_is_not_dark_where_its_source_was_mostly_noise(
    brightest, raised
):
    layers = LayerList()
    result = of_contrast(layers, 0, 10)
    result.stream(ramp(0, 9))
    result.settle(ramp(0, brightest), {})
    expected = brightest if raised else 10
    assert layers[0].contrast_limits[1] == pytest.approx(expected, rel=0.05)


def test_contrast_that_the_user_has_set_stays():
    layers = LayerList()
    result = of_contrast(layers, 0, 10)
    result.stream(ramp(0, 9))
    layers[0].contrast_limits = (0, 8)
    result.settle(ramp(0, 1), {})
    assert layers[0].contrast_limits == [0, 8]
    result.settle(image(5), {})
    assert layers[0].contrast_limits == [0, 8]


def test_a_mask_stays_above_the_result():
    layers = LayerList([Image(image(0)), Labels(np.ones((4, 4), int))])
    source, mask = layers
    result = make(layers)
    result.stream(image(1))
    assert list(layers) == [source, result.layer, mask]
    layers.remove(result.layer)
    result.settle(image(2), {})
    assert list(layers) == [source, result.layer, mask]


def test_a_result_lies_above_all_images():
    layers = LayerList([Labels(np.ones((4, 4), int)), Image(image(0))])
    below = list(layers)
    result = make(layers)
    result.stream(image(1))
    assert list(layers) == [*below, result.layer]


def test_the_thumbnail_of_a_series_is_that_of_its_planes():
    planes = image(np.nan, (3, 8, 8))
    result = ResultLayer(
        LayerList(),
        'result',
        {'rgb': False, 'contrast_limits': (0, 1)},
        Display(None, copies=False),
    )
    result.stream(planes)
    before = result.layer.thumbnail.copy()
    planes[:] = 1
    result.settle(planes, {})
    assert (result.layer.thumbnail != before).any()
