"""Files that are written are read again, by other programs' readers too."""

from __future__ import annotations

import json

import imageio.v3 as iio
import numpy as np
import pytest
import tifffile
import zarr
from napari.layers import Image
from qtpy.QtWidgets import QFileDialog

from napari_dip.io.ome_zarr import create_scratch
from napari_dip.io.reading import read_image
from napari_dip.viewer.layers.metadata import read_channels
from napari_dip.viewer.layers.result import METADATA_KEY, Display
from napari_dip.viewer.layers.saving import (
    Destination,
    ask_for_destination,
    offer,
    save,
    suggest_name,
    to_stored,
)


def result_layer(data, plane=None, channel_axis=None, **options):
    told = {
        'task': 'denoise',
        'source': {'plane': plane or [None] * data.ndim, 'dtype': 'uint8'},
        'arguments': {'channel_axis': channel_axis},
        'note': 'µm\n"quoted"',
    }
    return Image(data, metadata={METADATA_KEY: told}, **options)


@pytest.fixture
def plane():
    rng = np.random.default_rng(0)
    return rng.uniform(-20, 300, (20, 30)).astype(np.float32)


def write(layer, path, dtype='float32', *, may_replace=False):
    destination = Destination(path, np.dtype(dtype), may_replace)
    return save(to_stored(layer), destination)


@pytest.mark.parametrize('ending', ['.tif', '.ome.tif'])
def test_tiff_keeps_pixel_size_and_provenance(tmp_path, plane, ending):
    path = tmp_path / f'cells{ending}'
    layer = result_layer(
        plane[None, None],
        [0, 4, None, None],
        scale=(1, 2, 0.5, 0.25),
        units=('s', 'um', 'um', 'um'),
    )
    assert write(layer, path) == f'Saved as cells{ending}.'
    stored = read_image(path)
    np.testing.assert_array_equal(stored.data.squeeze(), plane)
    size = stored.pixel_size
    assert size.y.in_centimetres().value == pytest.approx(0.5e-4)
    assert size.x.in_centimetres().value == pytest.approx(0.25e-4)
    with tifffile.TiffFile(path) as file:
        ome = tifffile.xml2dict(file.ome_metadata)['OME']
    description = ome['Image']['Description']
    told = json.loads(description)[METADATA_KEY]
    assert told == layer.metadata[METADATA_KEY]


def test_as_the_type_of_the_source_clipped_values_are_counted(tmp_path, plane):
    path = tmp_path / 'cells.png'
    clipped = int(((plane.round() < 0) | (plane.round() > 255)).sum())
    said = write(result_layer(plane), path, 'uint8')
    assert f'{clipped} of 600 values were clipped to what uint8 holds' in said
    assert 'neither the size of a pixel' in said
    expected = plane.round().clip(0, 255).astype(np.uint8)
    np.testing.assert_array_equal(iio.imread(path), expected)


def test_nothing_is_clipped_where_nothing_is(tmp_path, plane):
    path = tmp_path / 'cells.npy'
    said = write(result_layer(plane), path)
    assert 'clipped' not in said
    np.testing.assert_array_equal(np.load(path), plane)


@pytest.mark.parametrize(
    ('shape', 'channel_axis'), [((2, 20, 30), 0), ((20, 30, 2), 2)]
)
def test_channels(tmp_path, shape, channel_axis):
    data = np.random.default_rng(0).uniform(0, 9, shape).astype(np.float32)
    path = tmp_path / 'cells.ome.tif'
    layer = result_layer(data, channel_axis=channel_axis)
    assert write(layer, path) == 'Saved as cells.ome.tif.'
    stored = read_image(path)
    assert sorted(stored.axes) == ['C', 'X', 'Y']
    np.testing.assert_array_equal(
        stored.data, np.moveaxis(data, channel_axis, stored.axes.index('C'))
    )


@pytest.mark.parametrize('ending', ['.png', '.tif', '.ome.tif'])
def test_colours_and_their_opacity(tmp_path, ending):
    rgba = np.random.default_rng(0).integers(0, 255, (20, 30, 4), np.uint8)
    path = tmp_path / f'tissue{ending}'
    layer = result_layer(rgba, rgb=True, channel_axis=None)
    assert write(layer, path, 'uint8').startswith('Saved as')
    read = iio.imread(path) if ending == '.png' else tifffile.imread(path)
    np.testing.assert_array_equal(read, rgba)
    opacity = read_image(path).opacity
    np.testing.assert_array_equal(opacity.values, rgba[..., 3])


def test_what_is_offered(plane):
    offered = offer(to_stored(result_layer(plane)), 'uint16')
    assert [name.partition(',')[0] for name in offered] == [
        'OME-TIFF',
        'OME-TIFF',
        'TIFF',
        'TIFF',
        'PNG',
        'NPY',
        'NPY',
    ]
    assert offered['PNG, uint16, the type of the source (*.png)'] == 'uint16'
    # PNG has no floating-point numbers.
    offered = offer(to_stored(result_layer(plane)), '>f8')
    assert not any(name.startswith('PNG') for name in offered)


def test_planes_on_disk_are_saved_one_by_one(tmp_path, plane):
    zarr = pytest.importorskip('zarr')
    planes = create_scratch((3, *plane.shape), 'TYX')
    planes[...] = np.stack([plane] * 3)
    layer = result_layer(planes, scale=(1, 0.5, 0.25), units=('s', 'um', 'um'))
    layer.metadata[METADATA_KEY]['arguments']['axes'] = 'TYX'
    assert list(offer(to_stored(layer), 'u2'))[-1].startswith('OME-Zarr')
    path = tmp_path / 'cells.ome.zarr'
    assert write(layer, path) == (
        'Saved as cells.ome.zarr, with coarser levels.'
    )
    group = zarr.open_group(str(path), mode='r')
    np.testing.assert_array_equal(group['0'][...], planes[...])
    [scales] = group.attrs['ome']['multiscales']
    [scale] = scales['datasets'][0]['coordinateTransformations']
    assert scale['scale'] == [1, 0.5, 0.25]
    assert group['0'].attrs[METADATA_KEY]['task'] == 'denoise'
    assert 'exists already' in write(layer, path)
    assert write(layer, tmp_path / 'cells.ome.tif').startswith('Saved')
    written = tifffile.imread(tmp_path / 'cells.ome.tif')
    np.testing.assert_array_equal(written, planes[...])


@pytest.mark.parametrize('ending', ['.ome.tif', '.ome.zarr'])
def test_channels_keep_names_and_colours(tmp_path, ending):
    if ending == '.ome.zarr':
        pytest.importorskip('zarr')
    data = np.ones((2, 20, 30), np.float32)
    layer = result_layer(data, channel_axis=0)
    told = layer.metadata[METADATA_KEY]
    told['source']['channels'] = [
        {'label': 'DNA', 'color': '0000FF'},
        {'label': 'actin', 'color': 'unheard of'},
    ]
    path = tmp_path / f'cells{ending}'
    assert write(layer, path).startswith('Saved')
    again = Image(data, metadata={})
    again._source = again.source.model_copy(update={'path': str(path)})
    assert [(one['label'], one['color']) for one in read_channels(again)] == [
        ('DNA', '0000FF'),
        ('actin', 'FFFFFF'),
    ]


@pytest.fixture
def answer(monkeypatch):
    """Let the file dialog answer."""

    def answer(name, filter_):
        monkeypatch.setattr(
            QFileDialog, 'getSaveFileName', lambda *_: (str(name), filter_)
        )

    return answer


FILTERS = {'PNG, uint8 (*.png)': np.dtype('u1'), 'TIFF (*.ome.tif)': 'f4'}


def test_the_ending_tells_the_format(tmp_path, answer):
    answer(tmp_path / 'a.tif', 'PNG, uint8 (*.png)')
    found = ask_for_destination(None, 'cells', FILTERS)
    assert found == Destination(tmp_path / 'a.tif', np.dtype('u1'), True)


def test_without_an_ending_nothing_is_replaced(tmp_path, answer, plane):
    answer(tmp_path / 'a.b', 'TIFF (*.ome.tif)')
    found = ask_for_destination(None, 'cells', FILTERS)
    assert found == Destination(tmp_path / 'a.b.ome.tif', 'f4', False)
    path = tmp_path / 'a.b.ome.tif'
    path.write_text('precious')
    said = write(result_layer(plane), path, may_replace=False)
    assert said.startswith('Not saved: a.b.ome.tif exists already')
    assert path.read_text() == 'precious'


def test_no_answer_is_no_file(answer):
    answer('', '')
    assert ask_for_destination(None, 'cells', FILTERS) is None


@pytest.mark.parametrize(
    ('name', 'dtype', 'sentence'),
    [
        ('absent/cells.tif', 'f4', 'there is no folder'),
        ('cells.png', 'f4', 'PNG holds uint8 and uint16 only'),
        ('cells.jpg', 'u1', 'JPEG would lose what was restored'),
    ],
)
def test_what_cannot_be_written_is_told(
    tmp_path, plane, name, dtype, sentence
):
    said = write(result_layer(plane), tmp_path / name, dtype)
    assert said.startswith('Not saved')
    assert sentence in said
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_told(tmp_path, plane, monkeypatch):
    def refuse(*_, **__):
        raise OSError(28, 'No space left on device')

    monkeypatch.setattr('napari_dip.viewer.layers.saving.write_image', refuse)
    said = write(result_layer(plane), tmp_path / 'a.tif')
    assert said == 'Not saved as a.tif: the disk is full.'


@pytest.mark.parametrize(
    'layer', ['../../etc/passwd', 'a\n\u2028b', '/', '', 'C:\\x\x00']
)
def test_a_suggestion_has_no_folder(layer):
    name = suggest_name(layer)
    assert name
    assert not set(name) & set('/\\\n\u2028\x00:')


def test_the_button(viewer, noisy, qtbot, open_form, finish, tmp_path, answer):
    viewer.add_image(noisy, name='cells', scale=(2, 2), units=('um', 'um'))
    form = open_form()
    buttons = form.panel.buttons
    form.start()
    finish(form)
    buttons.release.native.click()
    answer(tmp_path / 'a.tif', 'TIFF, uint16, the type of the source (*.tif)')
    buttons.save.native.click()
    qtbot.wait_until(
        lambda: form.panel.monitor.status.value == 'Saved as a.tif.'
    )
    assert tifffile.imread(tmp_path / 'a.tif').dtype == np.uint16
    viewer.layers.clear()


def test_colours_of_many_planes_are_saved(tmp_path):
    """They are lazy in their layer, whether the result is on disk or not."""
    estimate = np.random.default_rng(0).uniform(0, 9, (2, 20, 30, 3))
    data = Display(np.dtype(np.uint8), copies=False)
    data = data(zarr.array(estimate.astype(np.float32)))
    layer = result_layer(data, rgb=True)
    layer.metadata[METADATA_KEY]['arguments']['axes'] = 'TYXS'
    path = tmp_path / 'cells.ome.tif'
    assert write(layer, path, 'uint8') == 'Saved as cells.ome.tif.'
    np.testing.assert_array_equal(read_image(path).data, np.rint(estimate))
