from __future__ import annotations

import json

import numpy as np
import pytest
from napari.utils.colormaps import Colormap

from napari_dip.viewer.layers.result import METADATA_KEY
from napari_dip.viewer.runs.run import State


@pytest.fixture
def placed(viewer, noisy):
    """Layer whose every attribute is out of the ordinary."""
    return viewer.add_image(
        noisy,
        name='cells',
        scale=(2, 0.5),
        translate=(10, -3),
        rotate=25,
        shear=[0.2],
        affine=[[1, 0.1, 5], [0, 1, 2], [0, 0, 1]],
        units='um',
        axis_labels=('row', 'column'),
        contrast_limits=(50, 400),
        colormap='magma',
        gamma=0.7,
        interpolation2d='linear',
    )


def test_result_lies_over_the_source_and_looks_like_it(
    viewer, placed, open_form, finish
):
    form = open_form()
    form.start()
    finish(form)
    result = viewer.layers['cells [DIP denoised]']
    assert result.data.shape == placed.data.shape
    assert result.data.dtype == np.float32
    for name in ('scale', 'translate', 'rotate', 'shear'):
        np.testing.assert_allclose(
            getattr(result, name), getattr(placed, name)
        )
    np.testing.assert_allclose(
        result.affine.affine_matrix, placed.affine.affine_matrix
    )
    for name in (
        'units',
        'axis_labels',
        'contrast_limits',
        'gamma',
        'interpolation2d',
    ):
        assert getattr(result, name) == getattr(placed, name)
    assert isinstance(result.colormap, Colormap)
    assert result.colormap.name == 'magma'


def test_result_is_in_the_units_of_the_source(
    viewer, noisy, open_form, finish
):
    viewer.add_image(noisy.astype(np.uint32) + 33_000)
    form = open_form()
    form.start()
    finish(form)
    result = viewer.layers[-1].data
    assert abs(float(result.mean()) - 33_200) < 60


def test_source_is_not_modified(viewer, noisy, open_form, finish):
    before = noisy.copy()
    viewer.add_image(noisy)
    form = open_form()
    form.start()
    finish(form)
    np.testing.assert_array_equal(noisy, before)


def test_every_run_gets_a_layer_of_its_own(viewer, noisy, open_form, finish):
    viewer.add_image(noisy, name='cells')
    form = open_form()
    for _ in range(2):
        form.start()
        finish(form)
    names = [layer.name for layer in viewer.layers]
    assert names[:2] == ['cells', 'cells [DIP denoised]']
    assert len(set(names)) == 3


def test_metadata_is_json_and_tells_the_run(viewer, noisy, open_form, finish):
    viewer.add_image(noisy, name='cells')
    form = open_form()
    form.seed.value = 3
    form.start()
    finish(form)
    told = json.loads(json.dumps(viewer.layers[-1].metadata[METADATA_KEY]))
    assert told['task'] == 'denoise'
    assert told['source']['layer'] == 'cells'
    assert told['seed'] == 3
    assert told['iterations'] == 4
    assert told['arguments']['preset'] == 'fast'
    assert told['device'].startswith('cpu')
    assert told['reason_text']
    assert told['version']


@pytest.mark.parametrize(
    ('channels', 'dtype'),
    [(3, np.uint8), (4, np.uint8), (3, np.uint16), (3, np.float32)],
)
def test_rgb_stays_rgb_in_its_dtype(
    viewer, open_form, finish, channels, dtype
):
    rng = np.random.default_rng(0)
    most = 1 if dtype is np.float32 else np.iinfo(dtype).max
    rgb = (rng.uniform(0.3, 0.6, (32, 32, channels)) * most).astype(dtype)
    viewer.add_image(rgb, rgb=True, name='tissue')
    form = open_form()
    assert not form.channel_axis.visible
    form.start()
    finish(form)
    result = viewer.layers[-1]
    assert result.rgb
    assert result.data.shape == rgb.shape
    assert result.data.dtype == dtype
    if channels == 4:
        np.testing.assert_array_equal(result.data[..., 3], rgb[..., 3])


def test_channels_first(viewer, noisy, open_form, finish):
    stack = np.stack([noisy, noisy[::-1]])
    viewer.add_image(stack, name='two channels', scale=(1, 2, 2))
    form = open_form()
    form.show()
    form.channel_axis.value = 0
    form.start()
    finish(form)
    result = viewer.layers[-1]
    assert result.data.shape == stack.shape
    np.testing.assert_allclose(result.scale, (1, 2, 2))


def test_multiscale_gives_its_finest_level(viewer, noisy, open_form, finish):
    viewer.add_image([noisy, noisy[::2, ::2]], multiscale=True, name='levels')
    form = open_form()
    form.start()
    finish(form)
    result = viewer.layers[-1]
    assert result.data.shape == noisy.shape
    assert not result.multiscale


def test_lazy_data_is_read_in_the_worker(viewer, noisy, open_form, finish):
    da = pytest.importorskip('dask.array')
    viewer.add_image(da.from_array(noisy, chunks=16), contrast_limits=(0, 300))
    form = open_form()
    form.start()
    finish(form)
    assert form.panel.run.state is State.FINISHED
    assert isinstance(viewer.layers[-1].data, np.ndarray)


def bad_layers():
    flat = np.full((32, 32), 7, np.uint8)
    return {
        'constant': (flat, 'all pixels have the value 7'),
        'one pixel': (np.ones((1, 1), np.uint8), 'too few'),
        'not a number': (np.full((32, 32), np.nan), 'no pixel is a finite'),
    }


@pytest.mark.parametrize('name', bad_layers())
def test_bad_input_is_told_and_starts_nothing(
    viewer, open_form, finish, notices, name
):
    data, sentence = bad_layers()[name]
    viewer.add_image(data, name=name, contrast_limits=(0, 1))
    form = open_form()
    form.start()
    if form.panel.run is not None:
        finish(form)
    [message] = notices()
    assert sentence in message
    assert name in message
    assert len(viewer.layers) == 1
    assert form.panel.buttons.start.enabled


def test_absent_device_is_told(viewer, noisy, open_form, finish, notices):
    import torch

    if torch.cuda.is_available():
        pytest.skip('this machine has the device')
    viewer.add_image(noisy)
    form = open_form()
    form.device.value = 'cuda'
    form.start()
    finish(form)
    [message] = notices()
    assert 'CUDA' in message
    assert len(viewer.layers) == 1


def test_no_layer_is_told(open_form, notices):
    form = open_form()
    form.start()
    assert notices() == ['There is no image layer; open an image first.']
    assert form.panel.run is None


def test_the_uncertainty_is_a_second_layer(viewer, placed, open_form, finish):
    form = open_form()
    form.uncertainty.value = True
    form.start()
    finish(form)
    result = viewer.layers['cells [DIP denoised]']
    layer = viewer.layers['cells [DIP denoised] uncertainty']
    assert layer.data.shape == placed.data.shape
    assert layer.data.dtype == np.float32
    assert layer.data.min() >= 0
    assert layer.units == placed.units
    for name in ('scale', 'translate', 'rotate', 'shear'):
        np.testing.assert_allclose(getattr(layer, name), getattr(placed, name))
    # It neither hides the result nor looks like it.
    assert not layer.visible
    assert viewer.layers.selection.active is result
    assert layer.colormap.name == 'inferno'
    assert layer.contrast_limits[1] <= layer.data.max() * 1.01
    assert METADATA_KEY in layer.metadata


def test_a_continued_run_updates_the_uncertainty(
    viewer, noisy, open_form, finish
):
    viewer.add_image(noisy, name='cells')
    form = open_form()
    form.uncertainty.value = True
    form.start()
    finish(form)
    layer = viewer.layers['cells [DIP denoised] uncertainty']
    first = layer.data.copy()
    form.panel.buttons.num_iter.value = 20
    form.panel.buttons.more.native.click()
    finish(form)
    assert len(viewer.layers) == 3
    assert not np.array_equal(layer.data, first)


def test_the_uncertainty_of_colours_is_one_plane(viewer, open_form, finish):
    rgb = np.random.default_rng(0).integers(0, 255, (32, 32, 3), np.uint8)
    viewer.add_image(rgb, rgb=True, name='tissue')
    form = open_form()
    form.uncertainty.value = True
    form.start()
    finish(form)
    layer = viewer.layers['tissue [DIP denoised] uncertainty']
    assert layer.data.shape == (32, 32)
    assert not layer.rgb


def test_there_is_no_second_layer_unasked(viewer, noisy, open_form, finish):
    viewer.add_image(noisy)
    form = open_form()
    assert form.uncertainty.value is False
    form.start()
    finish(form)
    assert len(viewer.layers) == 2


def test_a_repeat_is_none_unless_chosen(viewer, noisy, open_form):
    viewer.add_image(noisy, name='cells')
    form = open_form()
    assert form.repeats.value is None
    assert form.make_request().arguments['repeats'] is None
    viewer.add_image(noisy[::-1], name='again')
    form.image.value, form.repeats.value = viewer.layers
    assert form.make_request().arguments['repeats'].name == 'again'
    viewer.layers.remove('again')
    assert form.repeats.value is None


def test_a_stack_of_repeats(viewer, noisy, open_form, finish):
    viewer.add_image(noisy, name='cells')
    stack = np.random.default_rng(1).poisson(noisy, (3, *noisy.shape))
    viewer.add_image(stack, name='film')
    form = open_form()
    form.image.value, form.repeats.value = viewer.layers
    form.start()
    finish(form)
    told = viewer.layers[-1].metadata[METADATA_KEY]
    assert told['arguments']['repeats'] == 3


@pytest.mark.parametrize(
    ('name', 'says'),
    [
        ('cells', 'Layer "cells" is the image itself; choose another'),
        ('small', 'Layer "small" is 16 × 32 but layer "cells" is 32 × 32'),
    ],
)
def test_a_repeat_that_does_not_fit(
    viewer, noisy, open_form, notices, name, says
):
    viewer.add_image(noisy, name='cells')
    viewer.add_image(noisy[:16], name='small')
    form = open_form()
    form.image.value = viewer.layers['cells']
    form.repeats.value = viewer.layers[name]
    form.start()
    [said] = notices()
    assert said.startswith(says)
    assert form.outlook.value.startswith(says)


def test_the_forecast_knows_the_repeats(viewer, noisy, open_form):
    viewer.add_image(noisy, name='cells')
    viewer.add_image(noisy[::-1], name='again')
    form = open_form()
    form.image.value = viewer.layers['cells']
    _, read = form.content(form.image_source())
    assert read().keys() == {'image'}
    form.repeats.value = viewer.layers['again']
    _, read = form.content(form.image_source())
    np.testing.assert_array_equal(read()['repeats'], noisy[::-1])


def test_the_same_frame_twice(viewer, noisy, open_form, finish, notices):
    viewer.add_image(noisy, name='cells')
    viewer.add_image(noisy.copy(), name='copy')
    form = open_form()
    form.image.value, form.repeats.value = viewer.layers
    form.start()
    finish(form)
    assert any('layer "copy": frame 1 is equal' in n for n in notices())


def test_a_renamed_layer_stays_chosen(viewer, noisy, open_form):
    for name in ('first', 'second', 'third'):
        viewer.add_image(noisy, name=name)
    form = open_form()
    form.image.value = viewer.layers['second']
    viewer.layers['second'].name = 'renamed'
    assert form.image.value is viewer.layers['renamed']
    viewer.layers.remove('renamed')
    assert form.image.value in list(viewer.layers)


def test_a_new_form_takes_the_active_layer(viewer, noisy, open_form):
    viewer.add_image(noisy, name='first')
    viewer.add_image(noisy, name='second')
    assert open_form().image.value is viewer.layers['second']
    viewer.window.remove_dock_widget('all')
    viewer.layers.selection.active = viewer.layers['first']
    assert open_form().image.value is viewer.layers['first']


SENSELESS = [
    ('max_num_iter', 'many', 'is not a whole number'),
    ('max_num_iter', '0', 'is not a whole number'),
    ('max_num_iter', '2.5', 'is not a whole'),
    ('time_limit', 'long', 'is not a number'),
    ('time_limit', '-1', 'is not a number of seconds'),
    ('time_limit', 'nan', 'is not a number of'),
    ('time_limit', '1,000', 'may mean 1.000 or'),
]


def test_a_limit_that_makes_no_sense(viewer, noisy, open_form, notices):
    viewer.add_image(noisy)
    form = open_form()
    labels = {'max_num_iter': 'most iterations', 'time_limit': 'time limit'}
    for count, (name, text, says) in enumerate(SENSELESS, 1):
        entry = getattr(form, name)
        before, entry.value = entry.value, text
        form.start()
        told = notices()
        assert len(told) == count
        assert told[-1].startswith(f'"{labels[name]}": {text!r} {says}')
        assert form.panel.monitor.status.value == told[-1]
        assert form.panel.run is None
        entry.value = before
    assert len(viewer.layers) == 1


def test_a_decimal_comma_is_taken(viewer, noisy, open_form):
    viewer.add_image(noisy)
    form = open_form()
    form.time_limit.value = '2,5'
    assert form.make_request().arguments['time_limit'] == 2.5


@pytest.mark.parametrize('gain', ['-1', '1'])
def test_messages_name_entries_as_the_form_does(
    viewer, noisy, open_form, finish, notices, gain
):
    viewer.add_image(noisy)
    form = open_form()
    form.gain.value = gain
    form.read_noise.value = '-2' if gain == '1' else ''
    form.start()
    [said] = notices()
    assert said.startswith('"read noise"' if gain == '1' else '"gain"')
