from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
import torch
from onnx import TensorProto, helper, numpy_helper

from napari_dip.models.opening import open_model

IMAGE = torch.linspace(-1, 1, 64).reshape(1, 1, 8, 8)
WEIGHT = np.sin(np.arange(18, dtype=np.float32)).reshape(2, 1, 3, 3)


def network(nodes=None, shape=(1, 1, 'rows', 'columns'), more=(), **stored):
    """Make a convolution and a rectifier, or other nodes."""
    stored = {'weight': WEIGHT} | stored
    nodes = nodes or [
        helper.make_node('Conv', ['image', 'weight'], ['made'], name='first'),
        helper.make_node('Relu', ['made'], ['end']),
    ]
    images = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name in ('image', *more)
    ]
    end = helper.make_tensor_value_info('end', TensorProto.FLOAT, list('abcd'))
    weights = [numpy_helper.from_array(v, k) for k, v in stored.items()]
    graph = helper.make_graph(nodes, 'graph', images, [end], weights)
    return helper.make_model(
        graph,
        opset_imports=[
            helper.make_opsetid('', 17),
            helper.make_opsetid('com.other', 1),
        ],
    )


@pytest.fixture
def write(tmp_path):
    def save(*args, **options):
        path = tmp_path / 'model.onnx'
        onnx.save(network(*args, **options), path)
        return path

    return save


def test_layers_and_their_gradients(write):
    model = open_model(write())
    assert model.names() == ['first', 'end']
    here, there = (IMAGE.clone().requires_grad_() for _ in range(2))
    found = model.features('end')(here)
    wanted = torch.conv2d(there, torch.from_numpy(WEIGHT)).relu()
    torch.testing.assert_close(found, wanted)
    found.sum().backward()
    wanted.sum().backward()
    torch.testing.assert_close(here.grad, there.grad)


def test_what_tells_of_sizes_is_no_layer(write):
    nodes = [
        helper.make_node('Shape', ['image'], ['shape'], name='size'),
        helper.make_node('Reshape', ['image', 'shape'], ['end'], name='same'),
        helper.make_node('Relu', ['image'], ['other'], name='same'),
    ]
    model = open_model(write(nodes))
    assert model.names() == ['same', 'same (2)']
    assert model.shapes(IMAGE)['same (2)'] == (1, 8, 8)


def test_normalisation_that_nothing_reads_is_told(write):
    given = {'mean': np.float32([0.4]), 'std': np.float32([0.2])}
    mean, deviation = open_model(write(**given)).normalisation()
    assert (mean.item(), deviation.item()) == pytest.approx((0.4, 0.2))
    normalise = [
        helper.make_node('Sub', ['image', 'mean'], ['made']),
        helper.make_node('Div', ['made', 'std'], ['end']),
    ]
    assert open_model(write(normalise, **given)).normalisation() is None


def test_functions_of_the_file_are_taken_in(tmp_path):
    model = network(
        [helper.make_node('Twice', ['image'], ['end'], domain='com.other')]
    )
    model.functions.append(
        helper.make_function(
            'com.other',
            'Twice',
            ['x'],
            ['y'],
            [helper.make_node('Add', ['x', 'x'], ['y'])],
            [helper.make_opsetid('', 17)],
        )
    )
    path = tmp_path / 'model.onnx'
    onnx.save(model, path)
    opened = open_model(path)
    (layer,) = opened.names()
    torch.testing.assert_close(opened.features(layer)(IMAGE), 2 * IMAGE)


def test_one_of_two_graphs(write):
    """What torch.onnx.export makes of sizes that it does not know."""
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, None)
        for name in ('cut', 'sum')
    ]
    half = numpy_helper.from_array(np.float32(0.5), 'half')
    nodes = [
        helper.make_node('Abs', ['image'], ['size']),
        helper.make_node('Shape', ['image'], ['sides'], start=2, end=3),
        helper.make_node('Equal', ['sides', 'rows'], ['is_small']),
        helper.make_node(
            'If',
            ['is_small'],
            ['end'],
            then_branch=helper.make_graph(
                [helper.make_node('Relu', ['image'], ['cut'])],
                'then',
                [],
                ends[:1],
            ),
            else_branch=helper.make_graph(
                [helper.make_node('Add', ['size', 'half'], ['sum'])],
                'else',
                [],
                ends[1:],
                [half],
            ),
        ),
    ]
    model = open_model(write(nodes, rows=np.array([8])))
    assert model.names() == ['size', 'end']
    features = model.features('end')
    torch.testing.assert_close(features(IMAGE), IMAGE.relu())
    other = IMAGE[:, :, :4]
    torch.testing.assert_close(features(other), other.abs() + 0.5)


def test_weights_in_files_are_of_its_own_folder_only(tmp_path):
    folder = tmp_path / 'folder'
    folder.mkdir()
    path = folder / 'model.onnx'
    onnx.save_model(
        network(),
        path,
        save_as_external_data=True,
        location='weights',
        size_threshold=0,
    )
    assert open_model(path).shapes(IMAGE)['first'] == (2, 6, 6)
    (folder / 'weights').rename(tmp_path / 'weights')
    model = onnx.load(path, load_external_data=False)
    for place in ('../weights', str(tmp_path / 'weights')):
        (told,) = (
            one
            for one in model.graph.initializer[0].external_data
            if one.key == 'location'
        )
        told.value = place
        onnx.save(model, path)
        with pytest.raises(ValueError, match='cannot be read as ONNX: '):
            open_model(path)
    told.value = 'weights'
    onnx.save(model, path)
    (folder / 'weights').symlink_to(tmp_path / 'weights')
    with pytest.raises(ValueError, match='cannot be read as ONNX: '):
        open_model(path)


@pytest.mark.parametrize(
    ('node', 'message'),
    [
        (
            helper.make_node('Tan', ['image'], ['end']),
            r"its operator 'Tan' is not known here; give the model itself",
        ),
        (
            helper.make_node('Run', ['image'], ['end'], domain='com.other'),
            r"its operator 'com\.other\.Run' is not known",
        ),
        (
            helper.make_node(
                'RoiAlign', ['image', 'weight', 'weight'], ['end']
            ),
            r"'RoiAlign' is not known",
        ),
    ],
)
def test_operators_that_are_not_known(write, node, message):
    with pytest.raises(ValueError, match=message):
        open_model(write([node]))


def test_an_output_that_is_not_made(write):
    nodes = [
        helper.make_node(
            'MaxPool', ['image'], ['made', 'places'], kernel_shape=[2, 2]
        ),
        helper.make_node('Cast', ['places'], ['end'], to=TensorProto.FLOAT),
    ]
    with pytest.raises(ValueError, match="several outputs of 'MaxPool' are"):
        open_model(write(nodes))


@pytest.mark.parametrize(
    ('options', 'message'),
    [
        (
            {'shape': (8, 1, 8, 8)},
            'it takes 8 images at once; save it for one',
        ),
        ({'shape': (1, 64)}, 'what it takes is no image with channels'),
        ({'more': ['other']}, 'it takes 2 images, not one'),
    ],
)
def test_what_is_no_single_image(write, options, message):
    nodes = [helper.make_node('Relu', ['image'], ['end'])]
    with pytest.raises(ValueError, match=message):
        open_model(write(nodes, **options))


def test_the_size_that_it_was_saved_for(write):
    model = open_model(write(shape=(1, 1, 8, 9)))
    with pytest.raises(ValueError, match=r'for 1 channels and 8 × 9 pixels'):
        model.shapes(IMAGE)


def test_damaged(write):
    path = write()
    whole = path.read_bytes()
    for data in (b'', b'no model', whole[: len(whole) // 2]):
        path.write_bytes(data)
        with pytest.raises(ValueError, match='cannot be read as ONNX: '):
            open_model(path)


def test_without_the_package(write, monkeypatch):
    path = write()
    monkeypatch.setitem(sys.modules, 'onnx', None)
    with pytest.raises(ValueError, match=r"pip install 'napari-dip\[onnx\]'"):
        open_model(Path(path))
