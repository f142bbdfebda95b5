"""Every plane of a layer, restored through a form."""

from __future__ import annotations

import threading

import dask.array as da
import numpy as np
import pytest
import zarr

from napari_dip import denoise
from napari_dip.session.series.plan import SeriesPlan
from napari_dip.session.series.target import Target
from napari_dip.tasks.forecast import forecast
from napari_dip.viewer.layers.result import METADATA_KEY
from napari_dip.viewer.layers.saving import to_stored
from napari_dip.viewer.runs import job
from napari_dip.viewer.script import as_python


@pytest.fixture
def series(noisy):
    return np.random.default_rng(0).poisson(noisy, (5, 32, 32))


def restore_all(form, finish):
    form.max_num_iter.value = '6'
    form.stack.extent.value = 'every plane'
    form.start()
    finish(form)


def test_a_series_lies_where_its_source_lies(
    viewer, series, open_form, finish
):
    source = viewer.add_image(
        series,
        name='cells',
        scale=(5, 0.2, 0.2),
        translate=(1, 2, 3),
        units=('s', 'um', 'um'),
        axis_labels=('t', 'y', 'x'),
    )
    form = open_form()
    assert form.stack.axes.value == 'TYX'
    viewer.dims.set_current_step(0, 3)
    restore_all(form, finish)
    result = viewer.layers[-1]
    expected = denoise(series, axes='TYX', preset='fast', max_num_iter=6)
    np.testing.assert_array_equal(result.data, expected)
    for name in ('scale', 'translate', 'units', 'axis_labels'):
        assert np.array_equal(getattr(result, name), getattr(source, name))
    told = result.metadata[METADATA_KEY]
    assert told['arguments']['axes'] == 'TYX'
    assert "axes='TYX'" in as_python(told)
    stored = to_stored(result)
    assert (stored.axes, stored.data.shape) == ('TYX', (5, 32, 32))
    assert stored.pixel_size.y.value == pytest.approx(0.2)


def test_a_lazy_layer_has_its_result_on_disk(
    viewer, series, open_form, finish
):
    lazy = da.from_array(series[:3], chunks=(1, 32, 32))
    viewer.add_image([lazy, lazy[:, ::2, ::2]], name='cells', multiscale=True)
    form = open_form()
    form.stack.axes.value = 'TYX'
    restore_all(form, finish)
    result = viewer.layers[-1]
    assert not isinstance(result.data, np.ndarray)
    expected = denoise(series[:3], axes='TYX', preset='fast', max_num_iter=6)
    np.testing.assert_array_equal(np.asarray(result.data), expected)


def test_a_stopped_series_keeps_its_planes_and_is_continued(
    viewer, series, open_form, finish, qtbot, monkeypatch
):
    done, stopped = [], threading.Event()
    put = Target.put

    def note(target, index, plane):
        put(target, index, plane)
        done.append(index)
        if len(done) == 3:
            # The worker waits for the click, however quick it is.
            stopped.wait(30)

    monkeypatch.setattr(Target, 'put', note)
    viewer.add_image(series, name='cells', axis_labels=('t', 'y', 'x'))
    form = open_form()
    form.max_num_iter.value = '6'
    form.stack.extent.value = 'every plane'
    form.start()
    qtbot.wait_until(lambda: len(done) == 3, timeout=60_000)
    form.panel.buttons.stop.native.click()
    stopped.set()
    finish(form)
    layer = viewer.layers[-1]
    kept = np.isfinite(layer.data).all(axis=(1, 2))
    assert kept.any()
    assert not kept.all()
    shown = form.panel.shown_plane
    for time, there in enumerate(kept):
        viewer.dims.set_current_step(0, time)
        assert shown.native.isHidden() == there
    assert 'not restored yet' in shown.value
    before = layer.data[kept].copy()
    # Iterations to add mean nothing here.
    assert form.panel.buttons.num_iter.native.isHidden()
    assert form.panel.buttons.more.text == 'Continue'
    form.panel.buttons.more.native.click()
    finish(form)
    assert shown.native.isHidden()
    assert form.panel.timeline.native.isHidden()
    after = viewer.layers[-1].data
    np.testing.assert_array_equal(after[kept], before)
    assert np.isfinite(after).all()
    assert len(viewer.layers) == 2


def test_axes_are_guessed_and_corrected(viewer, series, open_form):
    viewer.add_image(series, name='cells')
    form = open_form()
    assert not form.stack.extent.native.isHidden()
    assert form.stack.axes.native.isHidden()
    form.stack.extent.value = 'every plane'
    assert not form.stack.axes.native.isHidden()
    assert form.stack.axes.value == 'ZYX'
    assert form.image_source().stack.describe() == (
        'axes Z Y X, 5 depths: 5 planes'
    )
    assert form.image_source().fit == 'series'
    form.stack.axes.value = 'YXT'
    assert form.image_source().fit == 'auto'
    assert form.image_source().stack.num_planes == 32
    form.stack.axes.value = 'TTX'
    assert 'names T more than once' in form.outlook.value


def test_depths_are_taken_as_a_volume(viewer, series, open_form):
    viewer.add_image(series, name='cells')
    form = open_form()
    form.stack.extent.value = 'as a volume'
    assert form.image_source().fit == 'volume'
    form.stack.axes.value = 'TYX'
    assert 'needs an axis of depth' in form.outlook.value


def test_named_depths_decide_by_themselves(viewer, series, open_form):
    viewer.add_image(series, name='cells', axis_labels=('z', 'y', 'x'))
    form = open_form()
    form.stack.extent.value = 'every plane'
    assert form.image_source().fit == 'auto'


def test_one_plane_has_nothing_to_choose(viewer, noisy, open_form):
    viewer.add_image(noisy[None], name='cells')
    form = open_form()
    assert form.stack.extent.native.isHidden()


def test_colours_of_a_series(viewer, series, open_form, finish):
    colours = np.stack([series[:2] / 4] * 3, -1).astype(np.uint8)
    viewer.add_image(colours, name='colours', rgb=True)
    form = open_form()
    restore_all(form, finish)
    result = viewer.layers[-1]
    assert result.rgb
    assert (result.data.shape, result.data.dtype) == (colours.shape, np.uint8)


def test_a_mask_for_all_planes(viewer, series, open_form, finish):
    viewer.add_image(series[:2], name='cells', scale=(5, 1, 1))
    labels = np.zeros((32, 32), np.uint8)
    labels[10:14, 5:20] = 1
    viewer.add_labels(labels, name='gap')
    form = open_form('Inpaint')
    form.image.value = viewer.layers['cells']
    restore_all(form, finish)
    result = viewer.layers[-2].data
    assert result.shape == (2, 32, 32)
    np.testing.assert_array_equal(
        result[:, labels == 0], series[:2][:, labels == 0]
    )


def test_a_plane_is_tried_before_all(viewer, series, open_form, finish):
    viewer.add_image(series[:3], name='cells')
    form = open_form()
    form.max_num_iter.value = '2'
    viewer.dims.set_current_step(0, 1)
    form.start()
    finish(form)
    tried = viewer.layers[-1].data
    form.stack.extent.value = 'every plane'
    request = form.panel.stream.tried_before(form.make_request())
    session = request.start()
    np.testing.assert_array_equal(session.preview()[1], tried[0])
    assert np.isnan(session.preview()[0]).all()
    session.close()
    form.image.value = viewer.layers[-1]
    other = form.panel.stream.tried_before(form.make_request())
    assert other.tried is None


def told_of_folder(form):
    [entry] = [one for one in form.inputs if one.name == 'output']
    return entry.found.value


def test_a_folder_is_gone_on_with_after_a_restart(
    viewer, series, open_form, finish, qtbot, tmp_path
):
    viewer.add_image(
        series,
        name='cells',
        scale=(5, 0.2, 0.2),
        units=('s', 'um', 'um'),
        axis_labels=('t', 'y', 'x'),
    )
    form = open_form()
    form.output.value = tmp_path
    qtbot.wait_until(lambda: 'a new OME-Zarr in' in told_of_folder(form))
    restore_all(form, finish)
    folder = tmp_path / 'cells [DIP denoised].ome.zarr'
    group = zarr.open_group(str(folder), mode='r+')
    [scales] = group.attrs['ome']['multiscales']
    assert [axis.get('unit') for axis in scales['axes']] == [
        'second',
        'micrometer',
        'micrometer',
    ]
    [steps] = scales['datasets'][0]['coordinateTransformations']
    assert steps['scale'] == pytest.approx([5, 0.2, 0.2])
    whole = group['0'][...]
    np.testing.assert_array_equal(viewer.layers[-1].data, whole)
    # There is one of that name now.
    form.start()
    finish(form)
    assert 'is in it already' in form.panel.monitor.status.value
    finished = np.ones((5, 1, 1), 'u1')
    finished[3] = group['0'][3] = 0
    group.create_array('finished', data=finished)
    # As after a restart of napari.
    again = open_form()
    again.output.value = folder
    qtbot.wait_until(lambda: '4 of 5 planes' in told_of_folder(again))
    restore_all(again, finish)
    np.testing.assert_array_equal(viewer.layers[-1].data, whole)


def test_previews_are_of_the_plane_that_is_shown(
    viewer, series, open_form, finish, qtbot, monkeypatch
):
    begun, asked, moved = threading.Event(), [], threading.Event()
    look_at = SeriesPlan.look_at

    def note(plan, place, learnt, threads):
        asked.append(place[0])
        if len(asked) == 1:
            begun.set()
            # The worker waits for the slider, however quick it is.
            moved.wait(30)
        return look_at(plan, place, learnt, threads)

    monkeypatch.setattr(SeriesPlan, 'look_at', note)
    monkeypatch.setattr(job, 'preview_pause', lambda *_: 0.0)
    monkeypatch.setattr(job, 'UPDATE_INTERVAL', 0.0)
    viewer.add_image(series, name='cells', axis_labels=('t', 'y', 'x'))
    form = open_form()
    viewer.dims.set_current_step(0, 1)
    form.max_num_iter.value = '30'
    form.stack.extent.value = 'every plane'
    form.start()
    qtbot.wait_until(begun.is_set, timeout=60_000)
    moved.set()
    qtbot.wait_until(lambda: len(viewer.layers) == 2, timeout=60_000)
    viewer.dims.set_current_step(0, 3)
    finish(form)
    assert asked[0] == 1
    assert asked[-1] == 3
    expected = denoise(series, axes='TYX', preset='fast', max_num_iter=30)
    np.testing.assert_array_equal(viewer.layers[-1].data, expected)


def test_a_volume_is_foreseen_by_a_volume(viewer, series, open_form):
    """A plane of it is no image with three axes."""
    viewer.add_image(series, name='cells', axis_labels=('z', 'y', 'x'))
    form = open_form()
    form.stack.extent.value = 'as a volume'
    source = form.image_source()
    np.testing.assert_array_equal(source.array(), series)
    _, read = form.content(source)
    known = {'axes': 'ZYX', 'fit': 'volume', 'preset': 'fast'}
    found = forecast('denoise', source.shape, **known, **read())
    assert 'noise' in found.outline.found
    large = np.broadcast_to(np.uint16(1), (300, 2048, 2048))
    viewer.add_image(large, name='large', axis_labels=('z', 'y', 'x'))
    form.image.value = viewer.layers['large']
    assert form.image_source().array().size <= 2**20


@pytest.mark.parametrize(
    ('extent', 'chunks'), [('every plane', 1), ('as a volume', 0)]
)
def test_a_forecast_reads_a_plane_at_most(viewer, open_form, extent, chunks):
    read = []

    def note(block_info=None):
        read.append(block_info[None]['chunk-location'])
        return np.zeros((1, 64, 64), np.uint16)

    lazy = da.map_blocks(
        note,
        chunks=((1,) * 20, (64,), (64,)),
        dtype=np.uint16,
        meta=np.zeros((0, 0, 0), np.uint16),
    )
    viewer.add_image(lazy, axis_labels=('z', 'y', 'x'), contrast_limits=(0, 9))
    read.clear()
    form = open_form()
    form.stack.extent.value = extent
    _, content = form.content(form.image_source())
    content()
    assert len(read) == chunks


@pytest.mark.parametrize('shape', [(32, 32), (3, 32, 32)])
def test_a_forecast_knows_the_mask_of_the_plane_shown(
    viewer, series, open_form, shape
):
    viewer.add_image(series[:3], name='cells', axis_labels=('t', 'y', 'x'))
    labels = np.zeros(shape, np.uint8)
    labels[..., 10:14, 5:20] = 1
    if len(shape) == 3:
        labels[0] = 0
    viewer.add_labels(labels, name='gap')
    form = open_form('Inpaint')
    form.stack.extent.value = 'every plane'
    viewer.dims.set_current_step(0, 1)
    _, read = form.content(form.image_source())
    np.testing.assert_array_equal(
        read()['mask'], labels.reshape(-1, 32, 32)[-1]
    )
