"""Each operator gives what the reference of ONNX gives."""

from __future__ import annotations

import numpy as np
import onnx
import pytest
import torch
import torch.nn.functional as F
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

from napari_dip.models.onnx.reading import read_onnx

IMAGE = (1, 4, 7, 9)


def numbers(*shape, seed=1):
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def integers(*values):
    return np.array(values, np.int64)


def floats(*values):
    return np.array(values, np.float32)


def save(path, kind, inputs, attributes, version, shape, flat=False):
    """Write a graph in which an operator is 'layer', and return it."""
    names = [
        '' if one is None else f'input{i}' for i, one in enumerate(inputs)
    ]
    first = 'Flatten' if flat else 'Identity'
    nodes = [
        helper.make_node(first, ['image'], ['begin']),
        helper.make_node(
            kind, ['begin', *names], ['made'], name='layer', **attributes
        ),
        helper.make_node('Identity', ['image'], ['end']),
    ]
    stored = [
        numpy_helper.from_array(one, name)
        for one, name in zip(inputs, names, strict=True)
        if one is not None
    ]
    ends = [
        helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)
        for name in ('image', 'end')
    ]
    model = helper.make_model(
        helper.make_graph(nodes, 'graph', ends[:1], ends[1:], stored),
        opset_imports=[helper.make_opsetid('', version)],
    )
    onnx.save(model, path)
    return model


def run(path, image):
    layers = read_onnx(path).look(
        torch.from_numpy(image), ['layer'], torch.clone
    )
    return layers['layer'].numpy()


def compare(
    tmp_path,
    kind,
    inputs=(),
    version=21,
    image=None,
    flat=False,
    **attributes,
):
    path = tmp_path / 'model.onnx'
    image = numbers(*IMAGE) if image is None else image
    model = save(path, kind, inputs, attributes, version, image.shape, flat)
    (wanted,) = ReferenceEvaluator(model).run(['made'], {'image': image})
    found = run(path, image)
    assert found.shape == wanted.shape
    np.testing.assert_allclose(found, wanted, rtol=1e-4, atol=1e-5)


WEIGHT = numbers(6, 4, 3, 3)
BIAS = numbers(6)
BACK = numbers(4, 3, 3, 2)
FOUR = numbers(4)
POSITIVE = np.abs(FOUR) + 0.1

PLAIN = (
    *('Abs', 'Ceil', 'Celu', 'Cos', 'Elu', 'Erf', 'Exp', 'Floor', 'Gelu'),
    *('GlobalAveragePool', 'GlobalMaxPool', 'HardSigmoid', 'HardSwish'),
    *('Identity', 'LeakyRelu', 'LogSoftmax', 'LpNormalization', 'Mish'),
    *('Neg', 'Reciprocal', 'Relu', 'Round', 'Selu', 'Sigmoid', 'Sign'),
    *('Sin', 'Softmax', 'Softplus', 'Softsign', 'Tanh', 'ThresholdedRelu'),
    *('Transpose', 'Flatten', 'Dropout', 'Log', 'Sqrt'),
)


@pytest.mark.parametrize('kind', PLAIN)
def test_of_one_value(tmp_path, kind):
    image = np.abs(numbers(*IMAGE)) if kind in ('Log', 'Sqrt') else None
    compare(tmp_path, kind, image=image)


@pytest.mark.parametrize(
    'kind', ['Add', 'Sub', 'Mul', 'Div', 'Max', 'Min', 'Mean', 'Sum', 'PRelu']
)
def test_of_two_values(tmp_path, kind):
    compare(tmp_path, kind, [numbers(4, 1, 1)])


REDUCED = (
    *('L1', 'L2', 'LogSumExp', 'Max', 'Mean', 'Min', 'Prod', 'Sum'),
    'SumSquare',
)


@pytest.mark.parametrize('kind', REDUCED)
def test_reductions(tmp_path, kind):
    compare(tmp_path, f'Reduce{kind}', [integers(-1, 1)], keepdims=0)
    compare(tmp_path, f'Reduce{kind}')
    older = 11 if kind == 'Sum' else 13
    compare(tmp_path, f'Reduce{kind}', axes=[2, 3], version=older)


CASES = {
    'Conv': [
        ([WEIGHT, BIAS], {}),
        ([WEIGHT], {'pads': [1, 1, 1, 1], 'strides': [2, 2]}),
        ([WEIGHT], {'pads': [0, 1, 2, 0], 'dilations': [2, 1]}),
        ([WEIGHT, BIAS], {'auto_pad': 'SAME_UPPER', 'strides': [2, 2]}),
        ([WEIGHT, BIAS], {'auto_pad': 'SAME_LOWER', 'strides': [3, 2]}),
        ([WEIGHT], {'auto_pad': 'VALID'}),
        ([numbers(8, 1, 3, 3)], {'group': 4}),
    ],
    'ConvTranspose': [
        ([BACK, numbers(3)], {'strides': [2, 2]}),
        ([BACK], {'auto_pad': 'SAME_UPPER', 'strides': [2, 2]}),
        ([BACK], {'auto_pad': 'SAME_LOWER', 'strides': [2, 2]}),
    ],
    'MaxPool': [
        ([], {'kernel_shape': [2, 3], 'strides': [2, 2]}),
        ([], {'kernel_shape': [3, 3], 'strides': [2, 2], 'pads': [1] * 4}),
        ([], {'kernel_shape': [2, 2], 'strides': [2, 2], 'ceil_mode': 1}),
        ([], {'kernel_shape': [2, 2], 'dilations': [2, 3]}),
        ([], {'kernel_shape': [3, 3], 'auto_pad': 'SAME_UPPER'}),
    ],
    'AveragePool': [
        ([], {'kernel_shape': [2, 3], 'strides': [2, 2]}),
        ([], {'kernel_shape': [3, 3], 'strides': [2, 2], 'pads': [1] * 4}),
        (
            [],
            {
                'kernel_shape': [3, 3],
                'strides': [2, 2],
                'pads': [1, 0, 1, 2],
                'count_include_pad': 1,
            },
        ),
        ([], {'kernel_shape': [2, 2], 'strides': [2, 2], 'ceil_mode': 1}),
    ],
    'BatchNormalization': [([FOUR, FOUR[::-1].copy(), FOUR, POSITIVE], {})],
    'InstanceNormalization': [([FOUR, POSITIVE], {'epsilon': 0.01})],
    'GroupNormalization': [([FOUR, POSITIVE], {'num_groups': 2})],
    'LayerNormalization': [
        ([numbers(9), numbers(9)], {}),
        ([numbers(7, 9)], {'axis': 2}),
    ],
    'Clip': [
        ([np.float32(-0.2), np.float32(0.4)], {}),
        ([None, np.float32(0.4)], {}),
    ],
    'Pow': [([np.float32(2)], {})],
    'MatMul': [([numbers(9, 5)], {})],
    'Einsum': [([numbers(9, 5)], {'equation': 'bchw,wk->bhkc'})],
    'Reshape': [
        ([integers(0, -1, 9)], {}),
        ([integers(1, 2, 2, -1)], {}),
    ],
    'Squeeze': [([], {}), ([integers(0)], {})],
    'Unsqueeze': [([integers(0, -1)], {})],
    'Concat': [([numbers(1, 2, 7, 9)], {'axis': 1})],
    'Slice': [
        ([integers(1, -5), integers(6, 2**40), integers(2, 3)], {}),
        ([integers(5), integers(-(2**40)), integers(2), integers(-2)], {}),
        ([integers(0), integers(9), integers(-1), integers(4)], {}),
    ],
    'Gather': [
        ([integers(2, -1)], {'axis': 1}),
        ([np.array(3)], {'axis': 2}),
        ([integers(0, 1, 2, 3).reshape(2, 2)], {'axis': 3}),
    ],
    'Expand': [([integers(3, 4, 1, 9)], {})],
    'Tile': [([integers(1, 2, 1, 3)], {})],
    'Pad': [
        ([integers(0, 0, 1, 2, 0, 0, 3, 0), np.float32(2)], {}),
        ([integers(1, 2, 3, 2), None, integers(2, 3)], {'mode': 'reflect'}),
        ([integers(0, 0, 1, 2, 0, 0, 3, 0)], {'mode': 'edge'}),
        ([integers(0, 0, 1, 2, 0, 0, 3, 0)], {'mode': 'wrap'}),
    ],
    'Split': [([integers(4)], {'axis': 1})],
    'Softmax': [([], {'axis': 1})],
    'Gelu': [([], {'approximate': 'tanh'})],
    'Cast': [([], {'to': TensorProto.FLOAT16})],
}


@pytest.mark.parametrize(
    ('kind', 'inputs', 'attributes'),
    [(kind, *case) for kind, cases in CASES.items() for case in cases],
)
def test_with_options(tmp_path, kind, inputs, attributes):
    loose = kind == 'Cast'
    image = np.round(numbers(*IMAGE)) if loose else None
    compare(tmp_path, kind, inputs, image=image, **attributes)


OLDER = [
    ('Squeeze', [], {'axes': [0]}, 11),
    ('Unsqueeze', [], {'axes': [0, 3]}, 11),
    ('Clip', [], {'min': -0.1, 'max': 0.3}, 6),
    ('Slice', [], {'starts': [1], 'ends': [5], 'axes': [2]}, 9),
    ('Pad', [], {'pads': [0, 0, 1, 2, 0, 0, 3, 0], 'value': 1.5}, 2),
]


@pytest.mark.parametrize(('kind', 'inputs', 'attributes', 'version'), OLDER)
def test_of_older_versions(tmp_path, kind, inputs, attributes, version):
    compare(tmp_path, kind, inputs, version, **attributes)


@pytest.mark.parametrize('mode', ['nearest', 'linear', 'cubic'])
@pytest.mark.parametrize(
    'place',
    [
        'align_corners',
        'asymmetric',
        'half_pixel',
        'half_pixel_symmetric',
        'pytorch_half_pixel',
    ],
)
def test_resizing(tmp_path, mode, place):
    attributes = {'mode': mode, 'coordinate_transformation_mode': place}
    # Of parts of pixels the reference aligns others than the last corner.
    whole = place == 'align_corners'
    for factors in ((1, 1, 2, 3), (1, 1, 3, 2) if whole else (1, 1, 0.6, 1.7)):
        given = [None, floats(*factors)]
        compare(tmp_path, 'Resize', given, **attributes)
    sizes = [None, None, integers(1, 4, 14, 5)]
    compare(tmp_path, 'Resize', sizes, **attributes)


@pytest.mark.parametrize(
    'attributes',
    [
        {'mode': 'linear', 'antialias': 1},
        {'mode': 'cubic', 'antialias': 1, 'cubic_coeff_a': -0.5},
        {'mode': 'cubic', 'exclude_outside': 1},
        {'nearest_mode': 'floor'},
        {'nearest_mode': 'ceil'},
        {'nearest_mode': 'round_prefer_ceil'},
    ],
)
def test_options_of_resizing(tmp_path, attributes):
    compare(tmp_path, 'Resize', [None, floats(1, 1, 0.6, 1.7)], **attributes)


@pytest.mark.parametrize('policy', ['not_larger', 'not_smaller'])
def test_resizing_that_keeps_the_shape(tmp_path, policy):
    compare(
        tmp_path,
        'Resize',
        [None, None, integers(12, 14)],
        axes=[2, 3],
        keep_aspect_ratio_policy=policy,
    )


@pytest.mark.parametrize('mode', ['DCR', 'CRD'])
def test_channels_as_pixels(tmp_path, mode):
    image = numbers(1, 8, 3, 5)
    compare(tmp_path, 'DepthToSpace', image=image, blocksize=2, mode=mode)
    image = numbers(1, 2, 4, 6)
    compare(tmp_path, 'SpaceToDepth', image=image, blocksize=2)


def test_a_layer_of_all_inputs(tmp_path):
    compare(
        tmp_path,
        'Gemm',
        [numbers(5, 1), numbers(5)],
        flat=True,
        alpha=0.5,
        beta=2.0,
        transA=1,
        transB=1,
    )


# The reference does not do the following as ONNX says.


@pytest.mark.parametrize(
    ('attributes', 'pads', 'sides'),
    [
        (
            {
                'strides': (3, 2),
                'pads': (1, 0, 2, 1),
                'output_padding': (2, 1),
            },
            (1, 0, 2, 1),
            (20, 18),
        ),
        ({'strides': (1, 2), 'dilations': (2, 1)}, (0, 0, 0, 0), (11, 18)),
        (
            {'strides': (2, 2), 'output_shape': (14, 18)},
            (1, 0, 0, 0),
            (14, 18),
        ),
        ({'group': 2}, (0, 0, 0, 0), (9, 10)),
    ],
)
def test_a_transposed_convolution_is_the_adjoint(
    tmp_path, attributes, pads, sides
):
    path, image = tmp_path / 'model.onnx', numbers(*IMAGE)
    save(path, 'ConvTranspose', [BACK], attributes, 21, IMAGE)
    found = run(path, image)
    groups = attributes.get('group', 1)
    assert found.shape == (1, 3 * groups, *sides)
    other = torch.from_numpy(numbers(*found.shape))
    forward = F.conv2d(
        F.pad(other, [pads[1], pads[3], pads[0], pads[2]]),
        torch.from_numpy(BACK),
        stride=attributes.get('strides', 1),
        dilation=attributes.get('dilations', 1),
        groups=groups,
    )
    wanted = (forward[:, :, : IMAGE[2], : IMAGE[3]].numpy() * image).sum()
    assert (found * other.numpy()).sum() == pytest.approx(wanted, rel=1e-4)


@pytest.mark.parametrize('size', [2, 3])
def test_normalisation_by_nearby_channels(tmp_path, size):
    path, image = tmp_path / 'model.onnx', numbers(*IMAGE)
    save(path, 'LRN', [], {'size': size, 'alpha': 0.5}, 21, IMAGE)
    for channel, found in enumerate(run(path, image)[0]):
        around = slice(
            max(0, channel - (size - 1) // 2), channel + size // 2 + 1
        )
        power = (image[0, around] ** 2).sum(0)
        wanted = image[0, channel] / (1 + 0.5 / size * power) ** 0.75
        np.testing.assert_allclose(found, wanted, rtol=1e-5)


def test_padding_that_cuts(tmp_path):
    path, image = tmp_path / 'model.onnx', numbers(*IMAGE)
    widths = integers(0, 0, -1, 2, 0, 0, 3, -2)
    save(path, 'Pad', [widths], {}, 21, IMAGE)
    wanted = np.pad(image[..., 1:, :-2], [(0, 0), (0, 0), (0, 3), (2, 0)])
    np.testing.assert_array_equal(run(path, image), wanted)


def test_softmax_was_over_all_later_axes(tmp_path):
    path, image = tmp_path / 'model.onnx', numbers(*IMAGE)
    save(path, 'Softmax', [], {'axis': 2}, 11, IMAGE)
    wanted = np.exp(image)
    wanted /= wanted.sum((2, 3), keepdims=True)
    np.testing.assert_allclose(run(path, image), wanted, rtol=1e-4)
