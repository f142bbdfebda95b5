from __future__ import annotations

import numpy as np
from napari.components import LayerList

from napari_dip.viewer.result import METADATA_KEY, Display, ResultLayer


def image(value, shape=(4, 4)):
    return np.full(shape, value, np.float32)


def make(layers):
    return ResultLayer(layers, 'result', {'rgb': False}, Display(None, None))


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
    display = Display(np.dtype(np.uint8), None)
    estimate = np.array([[[-3.0, 100.6, 300.0]]], np.float32)
    data = display(estimate)
    assert data.dtype == np.uint8
    assert data.tolist() == [[[0, 101, 255]]]


def test_contrast_does_not_follow_the_previews():
    layers = LayerList()
    result = ResultLayer(
        layers,
        'result',
        {'rgb': False, 'contrast_limits': (10, 20)},
        Display(None, None),
    )
    result.stream(image(0))
    result.stream(image(1000))
    assert layers[0].contrast_limits == [10, 20]
