from __future__ import annotations

import numpy as np
import pytest


def corners(layer):
    """World positions of the outer corners of a 2-D layer."""
    rows, columns = layer.data.shape[:2]
    return [
        layer.data_to_world((row - 0.5, column - 0.5))
        for row in (0, rows)
        for column in (0, columns)
    ]


@pytest.mark.parametrize(
    ('factor', 'shape', 'suffix'),
    [('×2', (64, 64), '×2'), ('×3', (96, 96), '×3')],
)
def test_result_covers_the_same_rectangle(
    viewer, noisy, open_form, finish, factor, shape, suffix
):
    source = viewer.add_image(
        noisy,
        name='cells',
        scale=(2, 0.5),
        translate=(10, -3),
        rotate=25,
        shear=[0.2],
    )
    form = open_form('Super-resolve')
    form.factor.value = factor
    form.start()
    finish(form)
    result = viewer.layers[f'cells [DIP {suffix}]']
    assert result.data.shape == shape
    np.testing.assert_allclose(corners(result), corners(source))


def test_a_factor_for_each_axis(viewer, noisy, open_form, finish):
    source = viewer.add_image(noisy, name='cells')
    form = open_form('Super-resolve')
    form.factor.value = 'one for each axis'
    form.rows.value, form.columns.value = 1, 2
    form.start()
    finish(form)
    result = viewer.layers['cells [DIP ×1×2]']
    assert result.data.shape == (32, 64)
    np.testing.assert_allclose(corners(result), corners(source))


def test_channels_keep_their_scale(viewer, noisy, open_form, finish):
    viewer.add_image(np.stack([noisy, noisy]), scale=(7, 2, 2))
    form = open_form('Super-resolve')
    form.channel_axis.value = 0
    form.factor.value = '×2'
    form.start()
    finish(form)
    result = viewer.layers[-1]
    assert result.data.shape == (2, 64, 64)
    np.testing.assert_allclose(result.scale, (7, 1, 1))


def test_rgba_keeps_its_opacity(viewer, open_form, finish):
    rgba = np.random.default_rng(0).integers(0, 255, (32, 32, 4), np.uint8)
    viewer.add_image(rgba, rgb=True)
    form = open_form('Super-resolve')
    form.factor.value = '×2'
    form.start()
    finish(form)
    result = viewer.layers[-1].data
    assert result.shape == (64, 64, 4)
    np.testing.assert_array_equal(result[::2, ::2, 3], rgba[..., 3])


def test_a_factor_of_one_is_told(viewer, noisy, open_form, finish, notices):
    viewer.add_image(noisy)
    form = open_form('Super-resolve')
    form.factor.value = 'one for each axis'
    form.rows.value = form.columns.value = 1
    form.start()
    finish(form)
    [message] = notices()
    assert message.startswith('"factor": 1 enlarges nothing')
    assert len(viewer.layers) == 1


def test_factors_of_axes_show_when_asked_for(open_form):
    form = open_form('Super-resolve')
    assert form.rows.native.isHidden()
    form.factor.value = 'one for each axis'
    assert not form.rows.native.isHidden()
    assert not form.columns.native.isHidden()


def test_depths_have_a_factor_of_their_own(viewer, noisy, open_form, finish):
    source = viewer.add_image(
        np.stack([noisy] * 8),
        name='cells',
        scale=(3, 1, 1),
        translate=(7, 0, 0),
        axis_labels=('z', 'y', 'x'),
        units=('um', 'um', 'um'),
    )
    form = open_form('Super-resolve')
    form.stack.extent.value = 'every plane'
    form.factor.value = 'one for each axis'
    form.rows.value = form.columns.value = 1
    form.depths.value = 2
    form.start()
    finish(form)
    result = viewer.layers['cells [DIP ×2×1×1]']
    assert result.data.shape == (16, 32, 32)
    np.testing.assert_allclose(result.scale, (1.5, 1, 1))
    np.testing.assert_allclose(result.translate, (6.25, 0, 0))
    assert result.axis_labels == source.axis_labels
    assert result.units == source.units


def test_a_plane_has_no_depths(viewer, noisy, open_form):
    viewer.add_image(noisy, name='cells')
    form = open_form('Super-resolve')
    form.factor.value = 'one for each axis'
    form.depths.value = 2
    assert '"depths ×": one plane has no depths' in form.outlook.value
    form.start()
    assert 'one plane has no depths' in form.panel.monitor.status.value
    assert form.panel.run is None
