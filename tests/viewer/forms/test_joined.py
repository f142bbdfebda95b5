"""Selected layers as the channels of one image."""

from __future__ import annotations

import dask.array as da
import numpy as np
import pytest

from napari_dip import denoise
from napari_dip.viewer.layers.result import METADATA_KEY
from napari_dip.viewer.layers.saving import to_stored


@pytest.fixture
def channels(viewer, noisy):
    place = {'scale': (0.5, 0.5), 'translate': (3, 4)}
    red = viewer.add_image(noisy, name='red', colormap='red', **place)
    green = viewer.add_image(
        noisy[::-1] // 2, name='green', colormap='green', **place
    )
    viewer.add_image(noisy, name='elsewhere')
    return red, green


def test_each_channel_has_its_result_beside_it(
    viewer, channels, open_form, finish, run_script
):
    red, green = channels
    form = open_form()
    form.image.value = red
    assert form.source.joined.native.isHidden()
    viewer.layers.selection = set(viewer.layers)
    assert not form.source.joined.native.isHidden()
    form.source.joined.value = True
    form.start()
    finish(form)
    both = np.stack([red.data, green.data])
    few = {'preset': 'fast', 'max_num_iter': 4}
    expected = denoise(both, channel_axis=0, **few)
    for source, channel in zip(channels, expected, strict=True):
        result = viewer.layers[f'{source.name} [DIP denoised]']
        np.testing.assert_allclose(result.data, channel, rtol=1e-3)
        for name in ('scale', 'translate'):
            np.testing.assert_array_equal(
                getattr(result, name), getattr(source, name)
            )
        assert result.colormap.name == source.colormap.name
    told = result.metadata[METADATA_KEY]
    assert [x['layer'] for x in told['source']['members']] == ['red', 'green']
    np.testing.assert_allclose(run_script(told), expected, rtol=1e-3)


def test_a_region_and_a_mask_of_joined_layers(viewer, channels, open_form):
    labels = np.zeros((32, 32), int)
    labels[10:12, 10:20] = 1
    viewer.add_labels(labels, name='gap', scale=(0.5, 0.5), translate=(3, 4))
    form = open_form('Inpaint')
    red, _ = channels
    form.image.value = red
    viewer.layers.selection = set(channels)
    form.source.joined.value = True
    request = form.make_request()
    assert request.image.shape == (2, 32, 32)
    mask = request.arguments['mask'].array()
    np.testing.assert_array_equal(mask, labels > 0)
    corners = np.array([[7.5, 3.5], [7.5, 29.5], [29.5, 29.5], [29.5, 3.5]])
    viewer.add_shapes([corners * 0.5 + [3, 4]], name='here')
    viewer.layers.selection = set(channels)
    form.region.widget.value = viewer.layers['here']
    request = form.make_request()
    assert request.image.shape == (2, 22, 26)
    _, second = request.image.members
    np.testing.assert_allclose(second.attributes['translate'], [7, 6])
    mask = request.arguments['mask'].array()
    np.testing.assert_array_equal(mask, labels[8:30, 4:30] > 0)


@pytest.mark.parametrize('times', [(), (3,)])
@pytest.mark.parametrize('lazy', [False, True])
def test_the_result_of_each_layer_is_saved(
    viewer, open_form, finish, times, lazy
):
    rng = np.random.default_rng(0)
    for name in ('red', 'green'):
        counts = rng.poisson(60, (*times, 32, 32)).astype(np.uint16)
        data = da.from_array(counts) if lazy else counts
        labels = 'tyx'[-counts.ndim :]
        viewer.add_image(
            data, name=name, axis_labels=labels, scale=[2] * counts.ndim
        )
    form = open_form()
    form.image.value = viewer.layers['red']
    if times:
        form.stack.extent.value = 'every plane'
    viewer.layers.selection = set(viewer.layers)
    form.source.joined.value = True
    form.start()
    finish(form)
    for name in ('red', 'green'):
        result = viewer.layers[f'{name} [DIP denoised]']
        stored = to_stored(result)
        assert stored.axes == 'TYX'[-result.ndim :]
        np.testing.assert_array_equal(stored.data, result.data)
        assert stored.pixel_size.y.value == 2
