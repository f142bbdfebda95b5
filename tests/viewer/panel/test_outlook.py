from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from napari_dip.tasks.forecast import Forecast
from napari_dip.tasks.outline import Outline
from napari_dip.tasks.presets.denoise import SETTINGS
from napari_dip.viewer.panel import outlook
from napari_dip.viewer.panel.outlook import (
    Outlook,
    Question,
    describe_forecast,
    describe_size,
)


def question(shape=(64, 64), preset='fast', device='cpu'):
    known = (('preset', preset), ('device', device))
    return Question('denoise', shape, None, known)


QUESTION = question((512, 256))
OUTLINE = Outline(SETTINGS['fast'])
FOUND = Forecast(
    75.0, 0.1, 300_000_000, 8_000_000_000, 'CPU, 2 threads', OUTLINE
)


@pytest.fixture
def label(qtbot, monkeypatch):
    monkeypatch.setattr(Outlook, '_answers', {})
    label = Outlook()
    qtbot.addWidget(label.native)
    yield label
    qtbot.wait_until(lambda: label._worker is None)


@pytest.fixture
def asked(monkeypatch):
    """Questions that were measured."""
    asked = []

    def forecast(question, content):
        asked.append(question)
        if dict(question.arguments)['device'] == 'cuda':
            raise ValueError('device: there is no such device here.')
        return FOUND

    monkeypatch.setattr(outlook, '_forecast', forecast)
    return asked


def test_tells_size_at_once_and_the_rest_when_known(qtbot, label, asked):
    label.ask(QUESTION)
    assert label.value.startswith('512 × 256 pixels\n')
    assert 'estimating' in label.value
    qtbot.wait_until(lambda: 'CPU, 2 threads' in label.value)
    assert '300 MB of 8.0 GB free memory' in label.value


def test_measures_a_question_once(qtbot, label, asked):
    for _ in range(3):
        label.ask(QUESTION)
        qtbot.wait_until(lambda: 'CPU' in label.value)
    assert asked == [QUESTION]


def test_closing_meanwhile_names_it(viewer, qtbot, label, monkeypatch):
    told = []

    def forecast(question, content):
        told.extend(viewer.window._task_status_manager.get_status())
        return FOUND

    monkeypatch.setattr(outlook, '_forecast', forecast)
    label.ask(QUESTION)
    qtbot.wait_until(lambda: 'CPU' in label.value)
    [text] = told
    assert 'a forecast of the time that a restoration takes' in text
    assert '_answer' not in text


def test_measures_only_what_is_settled(qtbot, label, asked):
    for preset in ('fast', 'balanced', 'best'):
        label.ask(question(preset=preset))
    qtbot.wait_until(lambda: 'CPU' in label.value)
    assert [dict(one.arguments)['preset'] for one in asked] == ['best']


def test_tells_what_is_wrong(qtbot, label, asked):
    label.ask(question(device='cuda'))
    qtbot.wait_until(lambda: 'no such device' in label.value)


def test_sentence_ends_the_question(qtbot, label, asked):
    label.ask(QUESTION)
    label.say('There is no image layer.')
    qtbot.wait(600)
    assert asked == []
    assert label.value == 'There is no image layer.'


def test_warns_of_too_little_memory():
    text = describe_forecast(
        replace(FOUND, memory=9_000_000_000, seconds=1.0), 2.0
    )
    assert 'not enough' in text


@pytest.mark.parametrize(
    ('preview', 'rate', 'says'),
    [
        (0.0, 2.0, '40\N{NO-BREAK SPACE}s'),
        (0.05, 2.0, '44\N{NO-BREAK SPACE}s'),
        (0.05, 1.0, '42\N{NO-BREAK SPACE}s'),
        # No more than the job takes for them.
        (5.0, 2.0, '46\N{NO-BREAK SPACE}s'),
    ],
)
def test_previews_take_their_time(preview, rate, says):
    found = replace(FOUND, seconds=40.0, preview=preview)
    assert f'about {says} on' in describe_forecast(found, rate)


@pytest.mark.parametrize(
    ('shape', 'channel_axis', 'factors', 'text'),
    [
        ((512, 256), None, None, '512 × 256 pixels'),
        ((512, 256, 3), 2, None, '512 × 256 pixels, 3 channels'),
        ((3, 64, 32), 0, (4, 2), '64 × 32 pixels, 3 channels → 256 × 64'),
    ],
)
def test_sizes(shape, channel_axis, factors, text):
    task, known = 'denoise', ()
    if factors is not None:
        task, known = 'super_resolve', (('factor', factors),)
    asked = Question(task, shape, channel_axis, known)
    assert describe_size(asked) == text


def test_form_asks_for_the_chosen_layer(viewer, noisy, qtbot, asked):
    viewer.add_image(noisy, name='one')
    viewer.add_image(noisy[:24], name='two')
    _, form = viewer.window.add_plugin_dock_widget(
        'napari-dip', 'Super-resolve'
    )
    form.image.value = viewer.layers['two']
    form.factor.value = '×3'
    assert form.outlook.value.startswith('24 × 32 pixels → 72 × 96')
    qtbot.wait_until(lambda: bool(asked))
    assert dict(asked[-1].arguments)['factor'] == (3, 3)


def test_real_forecast(qtbot, label):
    label.ask(question())
    qtbot.wait_until(lambda: 'free memory' in label.value, timeout=30_000)


def test_its_three_lines_have_room(viewer, noisy, qtbot, asked):
    viewer.add_image(noisy)
    _, form = viewer.window.add_plugin_dock_widget('napari-dip', 'Inpaint')
    native = form.outlook.native
    qtbot.wait_until(lambda: 'free memory' in form.outlook.value)
    native.setMinimumWidth(400)
    room = native.minimumHeight()
    native.setMinimumHeight(0)
    assert native.heightForWidth(400) <= room


def test_no_error_of_a_forecast_is_shown_raw(qtbot, label, monkeypatch):
    def fail(question, content):
        raise RuntimeError('Given input size (1x7x7). Calculated output ...')

    monkeypatch.setattr(outlook, '_forecast', fail)
    label.ask(QUESTION)
    qtbot.wait_until(lambda: outlook.UNKNOWN in label.value)
    assert 'input size' not in label.value


def test_while_a_run_goes_on_its_own_clock_is_shown(qtbot, label, asked):
    label.ask(QUESTION)
    qtbot.wait_until(lambda: 'about' in label.value)
    label.be_quiet(True)
    assert label.value == '512 × 256 pixels'
    label.be_quiet(False)
    assert 'about' in label.value


def test_the_form_says_what_previews_cost():
    slow = replace(FOUND, preview=0.5)
    told = describe_forecast(slow, 2.0).replace('\N{NO-BREAK SPACE}', ' ')
    assert 'a preview every 4 s' in told
    assert 'preview' not in describe_forecast(FOUND, 1.0)


def test_the_form_says_what_noise_was_found():
    outline = replace(OUTLINE, found='independent')
    told = describe_forecast(replace(FOUND, outline=outline), 1.0)
    assert told.endswith('found: independent')
    assert 'found' not in describe_forecast(FOUND, 1.0)


@pytest.mark.parametrize(
    ('fit', 'told'),
    [
        ('series', 'The axes are a guess: correct the letters above.'),
        ('volume', '1 volume of 5 × 32 × 32 voxels'),
        ('auto', 'One volume, if its Z step resolves the structure.'),
    ],
)
def test_the_form_says_what_is_fitted_together(fit, told):
    asked = Question('denoise', (5, 32, 32), None, axes='ZYX')
    assert told in describe_size(replace(asked, arguments=(('fit', fit),)))
    assert told not in describe_size(asked)


def test_a_series_is_foreseen_though_the_plane_shown_is_blank(monkeypatch):
    given = []

    def forecast(question, content):
        given.append(content)
        if content:
            raise ValueError('image: all pixels have the value 3.')
        return FOUND

    monkeypatch.setattr(outlook, '_forecast', forecast)
    blank = {'image': np.full((8, 8), 3)}
    series = replace(QUESTION, shape=(4, 8, 8), axes='TYX')
    assert 'about' in outlook._answer(series, lambda: blank).text
    assert given == [blank, {}]
    # Of one plane it is the answer.
    assert 'have the value 3' in outlook._answer(QUESTION, lambda: blank).text
