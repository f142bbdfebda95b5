"""The copied text is executed, and makes the layer's pixels again."""

from __future__ import annotations

import ast

import numpy as np
import pytest
from napari.layers import Image, Labels

from napari_dip.tasks.base import find_task
from napari_dip.viewer.layers.layers import (
    describe_image,
    describe_mask,
    describe_repeats,
)
from napari_dip.viewer.layers.provenance import Provenance
from napari_dip.viewer.layers.result import METADATA_KEY
from napari_dip.viewer.request import Request
from napari_dip.viewer.script import as_python


@pytest.fixture
def assert_repeats(viewer, run_script):
    """Execute the script of a layer and compare."""

    def assert_repeats(layer):
        restored = run_script(layer.metadata[METADATA_KEY])
        added = viewer.layers.pop()
        assert added.data is restored
        for name in ('scale', 'translate', 'rotate', 'shear'):
            np.testing.assert_allclose(
                getattr(added, name), getattr(layer, name)
            )
        for name in ('units', 'axis_labels', 'rgb', 'blending', 'colormap'):
            assert getattr(added, name) == getattr(layer, name)
        assert restored.dtype == layer.data.dtype
        pixels = layer.data[..., : restored.shape[-1]]
        spread = float(np.ptp(pixels))
        # A number of threads of its own changes the last digits.
        np.testing.assert_allclose(restored, pixels, atol=spread / 250)

    return assert_repeats


def test_denoise(viewer, noisy, open_form, finish, assert_repeats):
    viewer.add_image(noisy, name="the user's \\ cells")
    form = open_form()
    form.seed.value = 5
    form.start()
    finish(form)
    assert_repeats(viewer.layers[-1])


def test_denoise_with_a_known_detector(
    viewer, noisy, open_form, finish, assert_repeats
):
    viewer.add_image(noisy, name='cells')
    form = open_form()
    form.gain.value = '1.2'
    form.offset.value = '-4'
    form.defects.value = 'keep'
    form.start()
    finish(form)
    layer = viewer.layers[-1]
    text = as_python(layer.metadata[METADATA_KEY])
    assert 'noise=Detector(gain=1.2, offset=-4.0, read_noise=0.0' in text
    assert "defects='keep'" in text
    assert_repeats(layer)


def test_denoise_with_a_repeat(
    viewer, noisy, open_form, finish, assert_repeats
):
    again = np.random.default_rng(1).poisson(noisy)
    viewer.add_image(noisy, name='cells')
    viewer.add_image([again, again[::2, ::2]], multiscale=True, name='again')
    form = open_form()
    form.image.value, form.repeats.value = viewer.layers
    form.start()
    finish(form)
    layer = viewer.layers[-1]
    told = layer.metadata[METADATA_KEY]
    assert told['arguments']['repeats'] == 1
    assert told['layers']['repeats']['layer'] == 'again'
    assert '2 frames, the others times' in told['noise']
    assert "or viewer.layers['again']" in as_python(told)
    assert_repeats(layer)


def test_planes_of_a_stack_and_of_its_masks(
    viewer, noisy, open_form, finish, assert_repeats
):
    stack = np.random.default_rng(2).poisson(noisy, (2, 3, 32, 32))
    labels = np.zeros(stack.shape, np.uint8)
    labels[1, 2, 5:8] = 1
    placed = {'scale': (3, 2, 1, 1), 'translate': (1, 0, 0, 5)}
    viewer.add_image(stack, name='stack', axis_labels='tzyx', **placed)
    viewer.add_labels(labels, name='scratch', **placed)
    form = open_form('Inpaint')
    viewer.dims.set_current_step((0, 1), (1, 2))
    form.start()
    # A run keeps its plane.
    viewer.dims.set_current_step((0, 1), (0, 0))
    viewer.layers['stack'].name = 'renamed'
    finish(form)
    layer = form.panel.stream.layer
    assert layer.data.shape == (1, 1, 32, 32)
    np.testing.assert_allclose(layer.translate, (4, 4, 0, 5))
    known = labels[1, 2] == 0
    np.testing.assert_array_equal(layer.data[0, 0][known], stack[1, 2][known])
    text = as_python(layer.metadata[METADATA_KEY])
    assert 'image = source.data[1, 2]' in text
    assert 'np.asarray(labels.data[1, 2]) != 0' in text
    assert_repeats(layer)


HOSTILE = (
    "cells\nimport os; os.environ['NAPARI_DIP_HOSTILE'] = '1'\n#",
    "'+exec('hostile = 1')+'",
    '"""\nhostile = 1\n"""',
    'line\u2028hostile = 1\u2029\x85\x0c\r',
    '{__import__("os").environ}',
    'C:\\new\\u2028',
    'back\\',
    'lone \udc80 surrogate',
    '\u202eright to left',
    'nul\x00',
)


OPTIONS = {'preset': 'fast', 'seed': 0, 'device': 'cpu', 'max_num_iter': 9}


def scripts_of(name):
    """Scripts of tasks whose layers, files and axes have the same name."""
    pixels = np.random.default_rng(0).poisson(50, (2, 32, 32))
    first, second = (Image(plane, axis_labels=(name, 'x')) for plane in pixels)
    labels = Labels(np.eye(32, dtype=int))
    for layer in (first, second, labels):
        layer._name = name
        layer._source = layer.source.model_copy(update={'path': name})
    image = describe_image(first, None)
    tasks = (
        Request(
            find_task('denoise'),
            image,
            {'repeats': describe_repeats(second, image)},
        ),
        Request(
            find_task('inpaint'), image, {'mask': describe_mask(labels, None)}
        ),
    )
    for task in tasks:
        account = Provenance(task, None)
        account.add(
            {
                'version': '0',
                'task': task.task.name,
                'arguments': {'channel_axis': None, **OPTIONS},
                'iterations': 10,
                'reason': 'MAX_NUM_ITER',
            }
        )
        yield as_python(account.describe(0))


@pytest.mark.parametrize('name', HOSTILE)
def test_what_comes_from_outside_never_becomes_code(plugin, name):
    for hostile, plain in zip(scripts_of(name), scripts_of('a'), strict=True):
        hostile.encode()
        assert hostile.count('\n') == plain.count('\n')
        assert len(hostile.splitlines()) == hostile.count('\n')
        assert nodes_of(hostile) == nodes_of(plain)


def nodes_of(text):
    """What a script does, whatever its strings say."""
    return [
        (type(node), getattr(node, 'id', None), getattr(node, 'attr', None))
        for node in ast.walk(ast.parse(text))
    ]


def test_inpaint_one_label(viewer, noisy, open_form, finish, assert_repeats):
    labels = np.zeros((32, 32), np.uint8)
    labels[5:8], labels[12:15] = 1, 2
    viewer.add_image(noisy, name='cells')
    viewer.add_labels(labels, name='scratch').selected_label = 2
    form = open_form('Inpaint')
    form.fill.value = 'the selected label'
    form.start()
    finish(form)
    assert_repeats(form.panel.stream.layer)


def test_super_resolve_rgba(viewer, open_form, finish, assert_repeats):
    rgba = np.random.default_rng(0).integers(0, 255, (32, 32, 4), np.uint8)
    viewer.add_image(rgba, rgb=True, name='tissue')
    form = open_form('Super-resolve')
    form.factor.value = '×2'
    form.start()
    finish(form)
    assert_repeats(viewer.layers[-1])


def test_multiscale_channels(viewer, noisy, open_form, finish, assert_repeats):
    stack = np.stack([noisy, noisy.T])
    viewer.add_image([stack, stack[:, ::2, ::2]], multiscale=True, name='c')
    form = open_form()
    form.channel_axis.value = 0
    form.start()
    finish(form)
    assert_repeats(viewer.layers[-1])


def test_stopped_by_the_user(
    viewer, noisy, qtbot, open_form, finish, assert_repeats
):
    viewer.add_image(noisy, name='cells')
    form = open_form()
    form.max_num_iter.value = '100000'
    form.start()
    qtbot.wait_until(lambda: len(viewer.layers) == 2, timeout=30_000)
    form.panel.buttons.stop.native.click()
    finish(form)
    assert viewer.layers[-1].metadata[METADATA_KEY]['reason'] == 'USER'
    assert_repeats(viewer.layers[-1])


def test_continued_and_gone_back(
    viewer, noisy, open_form, finish, assert_repeats
):
    viewer.add_image(noisy, name='cells')
    form = open_form()
    form.start()
    finish(form)
    form.panel.buttons.num_iter.value = 8
    form.panel.buttons.more.native.click()
    finish(form)
    layer = viewer.layers[-1]
    assert layer.metadata[METADATA_KEY]['iterations'] == 12
    assert_repeats(layer)
    slider = form.panel.timeline.slider
    for index in range(slider.max + 1):
        slider.value = index
        assert_repeats(layer)


def test_with_uncertainty(viewer, noisy, open_form, finish, assert_repeats):
    viewer.add_image(noisy, name='cells')
    form = open_form('Super-resolve')
    form.uncertainty.value = True
    form.start()
    finish(form)
    text = as_python(viewer.layers[-2].metadata[METADATA_KEY])
    assert 'restored, info = super_resolve(' in text
    assert 'uncertainty=True' in text
    assert_repeats(viewer.layers[-2])
