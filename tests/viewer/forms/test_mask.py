from __future__ import annotations

import numpy as np
import pytest

from napari_dip.viewer.forms.mask import describe_extent
from napari_dip.viewer.layers.result import METADATA_KEY
from napari_dip.viewer.script import as_python


@pytest.fixture
def damage():
    labels = np.zeros((32, 32), np.uint8)
    labels[5:8, 3:25] = 1
    labels[20:24, 20:24] = 2
    return labels


def test_fills_what_is_labelled_and_nothing_else(
    viewer, noisy, damage, open_form, finish
):
    damaged = np.where(damage > 0, 4095, noisy).astype(np.uint16)
    viewer.add_image(damaged, name='cells')
    viewer.add_labels(damage, name='scratch')
    form = open_form('Inpaint')
    form.start()
    finish(form)
    # Only their outline hides what is filled.
    assert viewer.layers['scratch'].contour == 1
    result = viewer.layers['cells [DIP inpainted]']
    known = damage == 0
    np.testing.assert_array_equal(result.data[known], damaged[known])
    assert result.data[~known].max() < 3000
    told = result.metadata[METADATA_KEY]
    assert told['layers']['mask']['layer'] == 'scratch'
    assert told['layers']['mask']['label'] is None


def test_can_fill_the_selected_label_alone(
    viewer, noisy, damage, open_form, finish
):
    viewer.add_image(noisy, name='cells')
    labels = viewer.add_labels(damage, name='scratch')
    labels.selected_label = 2
    form = open_form('Inpaint')
    form.fill.value = 'the selected label'
    form.start()
    finish(form)
    result = form.panel.stream.layer
    changed = result.data != noisy
    assert changed[damage == 2].any()
    assert not changed[damage != 2].any()
    assert result.metadata[METADATA_KEY]['layers']['mask']['label'] == 2


def test_painting_after_start_changes_nothing(
    viewer, noisy, damage, open_form, finish
):
    viewer.add_image(noisy)
    labels = viewer.add_labels(damage.copy())
    form = open_form('Inpaint')
    form.start()
    labels.fill((0, 0), 1)
    finish(form)
    known = damage == 0
    np.testing.assert_array_equal(
        form.panel.stream.layer.data[known], noisy[known]
    )


def test_a_mask_is_painted_undone_and_painted_larger(
    viewer, noisy, open_form, finish, qtbot
):
    viewer.add_image(noisy, name='cells')
    labels = viewer.add_labels(np.zeros((32, 32), np.uint8), name='scratch')
    form = open_form('Inpaint')
    entry = form.inputs[0]

    def paint_and_fill(place, size):
        labels.brush_size = size
        with qtbot.wait_signal(entry.settled.timeout):
            labels.paint(place, 1)
        marked = labels.data != 0
        assert entry.extent.value.startswith(f'fills {marked.sum()} of')
        form.start()
        finish(form)
        changed = form.panel.stream.layer.data != noisy
        assert changed[marked].any()
        assert not changed[~marked].any()
        return marked

    small = paint_and_fill((12, 17), 5)
    labels.undo()
    assert not labels.data.any()
    large = paint_and_fill((12, 12), 9)
    # Where the first reached further, what was undone is not filled.
    assert (small & ~large).any()
    assert large.sum() > 2 * small.sum()
    # What is painted is seen: it lies above what it has led to.
    assert [layer.name for layer in viewer.layers] == [
        'cells',
        'cells [DIP inpainted]',
        'cells [DIP inpainted] [1]',
        'scratch',
    ]


def test_one_mask_serves_all_channels(
    viewer, noisy, damage, open_form, finish
):
    rgb = np.stack([noisy // 2] * 3, axis=-1).astype(np.uint8)
    viewer.add_image(rgb, rgb=True)
    viewer.add_labels(damage)
    form = open_form('Inpaint')
    form.start()
    finish(form)
    result = form.panel.stream.layer
    assert result.data.dtype == np.uint8
    np.testing.assert_array_equal(result.data[damage == 0], rgb[damage == 0])


@pytest.mark.parametrize(
    ('labels', 'sentence'), [(0, 'no pixel is marked'), (1, 'all pixels are')]
)
def test_mask_that_marks_nothing_or_all_is_told(
    viewer, noisy, open_form, finish, notices, labels, sentence
):
    viewer.add_image(noisy, name='cells')
    viewer.add_labels(np.full((32, 32), labels), name='odd')
    form = open_form('Inpaint')
    form.start()
    if form.panel.run is not None:
        finish(form)
    [message] = notices()
    assert sentence in message
    assert '"odd"' in message
    assert len(viewer.layers) == 2


@pytest.mark.parametrize('kind', ['shapes', 'points', 'coarse labels'])
def test_what_is_drawn_is_brought_to_the_pixels(
    viewer, noisy, open_form, finish, kind
):
    viewer.add_image(noisy, name='cells', scale=(0.5, 0.5))
    if kind == 'shapes':
        viewer.add_shapes([[[4, 5], [4, 8], [7, 8], [7, 5]]], name='mask')
    elif kind == 'points':
        viewer.add_points([[6, 6]], size=3, name='mask')
    else:
        labels = np.zeros((16, 16), int)
        labels[4:7, 5:8] = 1
        viewer.add_labels(labels, name='mask')
    form = open_form('Inpaint')
    form.image.value = viewer.layers['cells']
    mask = form.make_request().arguments['mask'].array()
    assert 20 < mask.sum() < 60
    assert mask[12, 12]
    form.show_outlook()
    [entry] = [one for one in form.inputs if one.name == 'mask']
    assert 'through the transforms' in entry.extent.value
    form.start()
    finish(form)
    layer = viewer.layers['mask']
    # Nothing that is filled lies over the result.
    drawn = kind in ('shapes', 'points')
    assert not layer.visible if drawn else layer.contour
    result = viewer.layers['cells [DIP inpainted]']
    np.testing.assert_array_equal(result.data[~mask], noisy[~mask])
    told = result.metadata[METADATA_KEY]
    script = as_python(told)
    call = 'marked_over(source, labels, [None, None], [0, 1]) != 0'
    assert call in script


def test_labels_that_are_all_outline_are_hidden(
    viewer, noisy, open_form, finish
):
    viewer.add_image(noisy, name='cells')
    lines = np.zeros((32, 32), np.uint8)
    lines[5:7] = lines[:, 20] = 1
    labels = viewer.add_labels(lines)
    form = open_form('Inpaint')
    form.start()
    finish(form)
    assert not labels.visible
    assert labels.contour == 0


@pytest.mark.parametrize('kind', ['shapes', 'labels'])
def test_a_mask_is_seen_again_after_a_run_in_vain(
    viewer, noisy, damage, open_form, finish, kind
):
    viewer.add_image(noisy, name='cells')
    if kind == 'shapes':
        corners = [[4, 5], [4, 18], [7, 18], [7, 5]]
        mask = viewer.add_shapes([corners], face_color='red', opacity=0.4)
        mask.mode = 'add_polygon'
    else:
        mask = viewer.add_labels(damage)
    form = open_form('Inpaint')
    form.start()
    assert mask.contour if kind == 'labels' else not mask.visible
    form.panel.discard()
    finish(form)
    assert mask.visible
    if kind == 'labels':
        assert mask.contour == 0
        return
    # Colours and tool are those of before.
    assert mask.mode == 'add_polygon'
    np.testing.assert_array_equal(mask.face_color, [[1, 0, 0, 1]])
    # What the user shows meanwhile stays shown after a result.
    form.start()
    assert not mask.visible
    mask.visible = True
    finish(form)
    assert mask.visible


def test_no_labels_layer_is_told(viewer, noisy, open_form, notices):
    viewer.add_image(noisy)
    form = open_form('Inpaint')
    form.start()
    [message] = notices()
    assert 'no labels layer' in message


def test_painting_is_forecast_anew(viewer, noisy, damage, open_form, qtbot):
    viewer.add_image(noisy)
    labels = viewer.add_labels(np.zeros_like(damage))
    form = open_form('Inpaint')
    asked = []
    form.outlook.ask = lambda *question: asked.append(question)
    # Nothing to fill yet; stripes are looked for in the image.
    form.show_outlook()
    question, read = asked[-1]
    assert [name for name, _ in question.content] == ['image']
    assert list(read()) == ['image']
    seen = [question.content]
    for change in (
        lambda: labels.paint((10, 10), 1),
        lambda: labels.fill((0, 0), 3),
        labels.undo,
        lambda: setattr(labels, 'data', damage),
    ):
        with qtbot.wait_signal(form.inputs[0].settled.timeout):
            change()
        question, read = asked[-1]
        assert question.content != seen[-1]
        seen.append(question.content)
        np.testing.assert_array_equal(read()['mask'], labels.data != 0)
    # What was undone had been asked before.
    assert seen[1] == seen[3]


def test_labels_that_are_not_chosen_are_not_followed(
    viewer, noisy, damage, open_form, qtbot
):
    viewer.add_image(noisy)
    first = viewer.add_labels(damage.copy())
    form = open_form('Inpaint')
    form.mask.value = viewer.add_labels(damage)
    with qtbot.assert_not_emitted(form.inputs[0].settled.timeout, wait=500):
        first.paint((30, 30), 1)


def test_limits_and_a_map_are_forecast(viewer, noisy, open_form):
    viewer.add_image(noisy)
    form = open_form('Denoise')
    asked = []
    form.outlook.ask = lambda *question: asked.append(question)
    form.max_num_iter.value = '7'
    form.uncertainty.value = True
    question, read = asked[-1]
    known = dict(question.arguments)
    assert (known['max_num_iter'], known['uncertainty']) == (7, True)
    np.testing.assert_array_equal(read()['image'], noisy)


def test_says_how_much_is_filled(viewer, noisy, damage, open_form):
    viewer.add_image(noisy)
    viewer.add_labels(damage)
    form = open_form('Inpaint')
    assert form.inputs[0].extent.value == 'fills 82 of 1,024 pixels, 8\xa0%'
    assert form.invert.native.isHidden()


def test_labels_that_mark_what_to_keep_can_be_inverted(
    viewer, noisy, damage, open_form, finish
):
    viewer.add_image(noisy, name='cells')
    viewer.add_labels((damage == 0).astype(np.uint8), name='kept')
    form = open_form('Inpaint')
    assert form.inputs[0].extent.value.startswith(
        'fills 942 of 1,024 pixels, 92\xa0%.'
    )
    assert 'more than half' in form.inputs[0].extent.value
    assert not form.invert.native.isHidden()
    form.invert.value = True
    assert form.inputs[0].extent.value == 'fills 82 of 1,024 pixels, 8\xa0%'
    form.start()
    finish(form)
    result = viewer.layers['cells [DIP inpainted]']
    known = damage == 0
    np.testing.assert_array_equal(result.data[known], noisy[known])
    told = result.metadata[METADATA_KEY]
    assert told['layers']['mask']['inverted'] is True
    assert 'mask = ~mask' in as_python(told)
    assert form.invert not in form.inputs[0].remembered()


@pytest.mark.parametrize(
    ('filled', 'part'), [(0, '0'), (1, 'less than 1'), (999, 'more than 99')]
)
def test_nearly_nothing_is_not_nothing(filled, part):
    assert f', {part}\xa0%' in describe_extent(filled, 1000)
