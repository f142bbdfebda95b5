"""The copied text is executed, and makes the layer's pixels again."""

from __future__ import annotations

import numpy as np
import pytest

from napari_dip.viewer.result import METADATA_KEY
from napari_dip.viewer.script import as_python


@pytest.fixture
def assert_repeats(viewer, monkeypatch):
    """Execute the script of a layer and compare."""

    def assert_repeats(layer):
        text = as_python(layer.metadata[METADATA_KEY])
        monkeypatch.setattr('napari.current_viewer', lambda: viewer)
        names = {}
        exec(compile(text, 'copied', 'exec'), names)
        restored = names['restored']
        assert restored.dtype == layer.data.dtype
        pixels = layer.data[..., : restored.shape[-1]]
        spread = float(np.ptp(pixels))
        # A number of threads of its own changes the last digits.
        np.testing.assert_allclose(restored, pixels, atol=spread / 250)

    return assert_repeats


def test_denoise(viewer, noisy, open_form, finish, assert_repeats):
    viewer.add_image(noisy, name="the user's \\ cells")
    form = open_form()
    form.advanced.seed.value = 5
    form.start()
    finish(form)
    assert_repeats(viewer.layers[-1])


def test_denoise_with_a_known_detector(
    viewer, noisy, open_form, finish, assert_repeats
):
    viewer.add_image(noisy, name='cells')
    form = open_form()
    form.noise.gain.value = '1.2'
    form.noise.offset.value = '-4'
    form.noise.defects.value = 'keep'
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
    form.image.value, form.repeat.value = viewer.layers
    form.start()
    finish(form)
    layer = viewer.layers[-1]
    told = layer.metadata[METADATA_KEY]
    assert told['arguments']['repeats'] == 1
    assert told['repeats']['layer'] == 'again'
    assert '2 copies, the others times' in told['noise']
    assert "viewer.layers['again'].data[0]" in as_python(told)
    assert_repeats(layer)


def test_inpaint_one_label(viewer, noisy, open_form, finish, assert_repeats):
    labels = np.zeros((32, 32), np.uint8)
    labels[5:8], labels[12:15] = 1, 2
    viewer.add_image(noisy, name='cells')
    viewer.add_labels(labels, name='scratch').selected_label = 2
    form = open_form('Inpaint')
    form.fill.value = 'the selected label'
    form.start()
    finish(form)
    assert_repeats(viewer.layers[-1])


def test_super_resolve_rgba(viewer, open_form, finish, assert_repeats):
    rgba = np.random.default_rng(0).integers(0, 255, (32, 32, 4), np.uint8)
    viewer.add_image(rgba, rgb=True, name='tissue')
    form = open_form('Super-resolve')
    form.factor.value = '×2'
    form.start()
    finish(form)
    layer = viewer.layers[-1]
    names = as_python(layer.metadata[METADATA_KEY])
    assert '[..., :3]' in names
    layer.data = layer.data[..., :3]
    assert_repeats(layer)


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
    form.advanced.max_num_iter.value = '100000'
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
    assert layer.metadata[METADATA_KEY]['iterations'] == 18
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
