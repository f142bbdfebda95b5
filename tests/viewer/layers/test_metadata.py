from __future__ import annotations

import numpy as np
import pytest
import tifffile
from napari.layers import Image

from napari_dip.viewer.layers.layers import describe_image
from napari_dip.viewer.layers.metadata import read_channels, read_letters

NAMES = [
    {'label': 'DNA', 'color': '0000FF'},
    {'label': 'ER', 'color': '00FF00'},
]


@pytest.fixture
def file(tmp_path):
    """An OME-TIFF of two channels."""
    path = tmp_path / 'cells.ome.tif'
    tifffile.imwrite(
        path,
        np.zeros((2, 16, 20), np.uint16),
        metadata={
            'axes': 'CYX',
            'Channel': {'Name': ['DNA', 'actin'], 'Color': [65535, -1]},
        },
    )
    return path


def layer_of(path, shape, **options):
    layer = Image(np.zeros(shape), **options)
    layer._source = layer.source.model_copy(update={'path': str(path)})
    return layer


def test_the_file_of_a_layer_tells_axes_and_channels(file):
    layer = layer_of(file, (2, 16, 20))
    assert read_letters(layer) == 'CYX'
    channels = describe_image(layer, 0).tell()['channels']
    assert [one['label'] for one in channels] == ['DNA', 'actin']
    assert [one['color'] for one in channels] == ['0000FF', 'FFFFFF']


def test_what_a_layer_tells_goes_before_its_file(file):
    named = layer_of(file, (2, 16, 20), axis_labels=('t', 'y', 'x'))
    assert read_letters(named) == 'TYX'
    named.metadata['omero'] = {'channels': NAMES}
    assert read_channels(named) == tuple(NAMES)


def test_axes_of_another_shape_are_not_those_of_the_file(file):
    assert read_letters(layer_of(file, (16, 20, 2))) is None


def test_the_text_of_ome_in_the_metadata_is_read(file):
    with tifffile.TiffFile(file) as opened:
        text = opened.ome_metadata
    layer = Image(np.zeros((2, 4, 4)), metadata={'OME': text, 'n': 1})
    assert [one['label'] for one in read_channels(layer)] == ['DNA', 'actin']


@pytest.mark.parametrize('content', [None, b'no file of ours', b''])
def test_files_that_tell_nothing(tmp_path, content):
    path = tmp_path / 'cells.tif'
    if content is not None:
        path.write_bytes(content)
    layer = layer_of(path, (2, 4, 4), metadata={'note': '<OME broken'})
    assert read_letters(layer) is None
    assert read_channels(layer) == ()
