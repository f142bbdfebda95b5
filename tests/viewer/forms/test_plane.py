"""The plane that a form takes, and how its result looks."""

from __future__ import annotations

import numpy as np
import pytest

from napari_dip.viewer.layers.result import METADATA_KEY


@pytest.fixture
def stack(noisy):
    return np.random.default_rng(0).poisson(noisy, (2, 5, 32, 32))


@pytest.fixture
def run(open_form, finish):
    """Open a form, start and wait."""

    def run(form=None):
        form = form or open_form()
        form.start()
        finish(form)
        return form

    return run


def test_axes_of_length_one_come_back(viewer, noisy, run):
    source = viewer.add_image(
        noisy[None, None],
        name='cells',
        scale=(1, 2, 0.5, 0.25),
        translate=(3, 4, 5, 6),
        units=('s', 'um', 'um', 'um'),
        axis_labels='tzyx',
    )
    form = run()
    assert form.plane.native.isHidden()
    assert form.channel_axis.native.isHidden()
    result = viewer.layers[-1]
    assert result.data.shape == (1, 1, 32, 32)
    np.testing.assert_allclose(result.scale, source.scale)
    np.testing.assert_allclose(result.translate, source.translate)
    assert result.units == source.units
    assert result.axis_labels == source.axis_labels


def test_axes_of_length_one_are_enlarged_by_one(viewer, noisy, open_form, run):
    viewer.add_image(noisy[None, :, None], scale=(3, 2, 1, 1), name='c')
    form = open_form('Super-resolve')
    form.factor.value = '×2'
    run(form)
    assert viewer.layers[-1].data.shape == (1, 64, 1, 64)
    np.testing.assert_allclose(viewer.layers[-1].scale, (3, 1, 1, 0.5))


def test_the_plane_shown_is_offered_and_taken(viewer, stack, open_form, run):
    layer = viewer.add_image(
        stack, name='stack', scale=(9, 3, 1, 1), axis_labels='tzyx'
    )
    form = open_form()
    viewer.dims.set_current_step((0, 1), (1, 4))
    assert not form.plane.native.isHidden()
    assert form.plane.value.replace('\N{NO-BREAK SPACE}', ' ') == (
        'as shown: t = 1 (0 … 1), z = 4 (0 … 4)'
    )
    run(form)
    result = viewer.layers[-1]
    assert result.data.shape == (1, 1, 32, 32)
    np.testing.assert_allclose(result.translate, (9, 12, 0, 0))
    assert result.axis_labels == layer.axis_labels
    told = result.metadata[METADATA_KEY]
    assert told['source']['plane'] == [1, 4, None, None]
    error = result.data[0, 0] - stack[1, 4]
    assert np.sqrt(np.mean(error**2)) < np.std(stack[1, 4] - stack[0, 2])


def test_another_plane_another_forecast(viewer, stack, open_form):
    viewer.add_image(stack, name='stack')
    form = open_form()
    before, _ = form.content(form.image_source())
    viewer.dims.set_current_step(1, 0)
    after, read = form.content(form.image_source())
    assert before != after
    plane = viewer.dims.current_step[:2]
    np.testing.assert_array_equal(read()['image'], stack[plane])


def test_nothing_is_said_of_one_plane(viewer, noisy, open_form):
    viewer.add_image(noisy)
    form = open_form()
    assert form.plane.native.isHidden()


def test_nothing_is_said_of_a_layer_that_is_gone(viewer, stack, open_form):
    viewer.add_image(stack)
    form = open_form()
    assert not form.plane.native.isHidden()
    viewer.layers.clear()
    assert form.plane.native.isHidden()


def test_channels_need_no_plane(viewer, noisy, open_form):
    viewer.add_image(np.stack([noisy, noisy.T]), name='channels')
    form = open_form()
    assert not form.plane.native.isHidden()
    form.channel_axis.value = 0
    assert form.plane.native.isHidden()
    assert form.make_request().image.shape == (2, 32, 32)


def test_a_closed_form_does_not_follow_the_sliders(viewer, stack, open_form):
    viewer.add_image(stack)
    form = open_form()
    viewer.window.remove_dock_widget(form.native)
    viewer.dims.set_current_step(1, 0)


def test_one_channel_of_a_composite(viewer, noisy, run):
    for name, colour in [('a', 'red'), ('b', 'green'), ('c', 'blue')]:
        viewer.add_image(
            noisy, name=name, colormap=colour, blending='additive'
        )
    run()
    assert viewer.layers[-1].name.endswith('[DIP denoised]')
    assert viewer.layers[-1].blending == 'additive'


def mostly_noise():
    rng = np.random.default_rng(0)
    image = rng.normal(500, 3, (32, 32))
    image[3, 4], image[20, 9] = 0, 1200
    return image


@pytest.mark.parametrize('by_hand', [True, False])
def test_contrast_limits_set_by_hand_stay(viewer, run, by_hand):
    layer = viewer.add_image(mostly_noise(), name='faint')
    if by_hand:
        layer.contrast_limits = (250, 900)
    run()
    limits = viewer.layers[-1].contrast_limits
    if by_hand:
        assert limits == [250, 900]
    else:
        assert limits[1] - limits[0] < 400
