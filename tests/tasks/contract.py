"""What every task keeps, whatever it does.

A file with a new task puts it under this contract by a class of its own:
see `test_contract.py` and `test_toy.py`.
"""

from __future__ import annotations

import json
import tempfile
from functools import cache
from inspect import Parameter
from pathlib import Path

import numpy as np
import pytest

from napari_dip.cli.inputs import input_of
from napari_dip.engine.fit import Fit
from napari_dip.viewer.forms import form_of
from napari_dip.viewer.forms.kinds import BUILT_IN
from napari_dip.viewer.layers.result import METADATA_KEY
from napari_dip.viewer.runs.run import Run
from napari_dip.viewer.script import as_python

QUICK = {'preset': 'fast', 'max_num_iter': 3, 'device': 'cpu'}
MASK = np.zeros((24, 28), bool)
MASK[5:8, 4:20] = True
GUIDE = np.add.outer(np.arange(24.0) ** 2, 9 * np.sin(np.arange(28.0)))
PIXELS = {'mask': MASK, 'guide': GUIDE}
_FILES = ('image', 'output', *PIXELS)
_PLAIN: dict[tuple[str, bytes], np.ndarray] = {}


@cache
def model_file():
    """Write a network of two layers for colours."""
    import torch
    from torch import nn

    network = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.ReLU()).eval()
    path = Path(tempfile.mkdtemp()) / 'model.pt'
    torch.jit.save(torch.jit.trace(network, torch.zeros(1, 3, 8, 8)), path)
    return str(path)


def given(task):
    """What the image of these tests does not tell by itself."""
    found = {}
    if task.name == 'remove_compression':
        found['quality'] = 30
    if task.takes('model'):
        found |= {'model': model_file(), 'layer': 'relu_1'}
    return found


def needed(task):
    """Arguments that a task cannot do without."""
    found = given(task)
    for argument in task.own:
        empty = argument.default is Parameter.empty
        if empty and argument.name not in found:
            example = argument.field.example
            kind = argument.plain_type
            found[argument.name] = (
                PIXELS[argument.kind]
                if argument.kind in PIXELS
                else kind(example)
            )
    return found


def restore(task, image, **options):
    return task.function(image, **(needed(task) | QUICK | options))


def plain(task, image):
    """Restore what several tests compare with, once."""
    key = task.name, image.tobytes()
    if key not in _PLAIN:
        _PLAIN[key] = restore(task, image)
    return _PLAIN[key].copy()


def scaled(task, image):
    rows, columns = task.scale_of(needed(task))
    return image.shape[0] * rows, image.shape[1] * columns


def no_memory(*args, **kwargs):
    """Fail as PyTorch does where there is none."""
    raise RuntimeError("DefaultCPUAllocator: can't allocate memory")


class Contract:
    """Tests of a task, which is their argument."""

    def test_what_comes_out(self, task, image):
        before = image.copy()
        restored = plain(task, image)
        assert restored.dtype == np.float32
        assert restored.shape == scaled(task, image)
        assert np.isfinite(restored).all()
        np.testing.assert_array_equal(image, before)

    def test_units_are_kept(self, task, image):
        image = image.astype(float)
        plain = restore(task, image)
        moved = restore(task, 7 * image + 33_000)
        difference = (moved.astype(float) - 33_000) / 7 - plain
        assert np.abs(difference).max() < 0.02 * image.std()

    def test_the_record_repeats_it_and_the_seed_decides(self, task, image):
        first, record = restore(task, image, seed=1, return_info=True)
        assert record.task == task.name
        told = json.loads(json.dumps(record.arguments))
        given = [a for a in task.arguments if a.kind not in _FILES]
        assert {argument.name for argument in given} <= set(told)
        again = restore(task, image, **record.arguments)
        np.testing.assert_array_equal(again, first)
        if np.array_equal(plain(task, image), first):
            # Of a few iterations the result may be a quick fill or the image.
            _, other = restore(task, image, return_info=True)
            assert other.loss_history != record.loss_history

    @pytest.mark.parametrize(
        ('name', 'value'),
        [('preset', 'quick'), ('device', 'gpu'), ('seed', -1)],
    )
    def test_a_bad_option_is_refused(self, task, name, value, image):
        with pytest.raises(
            ValueError, match=f'^{name}: {value!r}.*(cho|give)'
        ):
            restore(task, image, **{name: value})

    def test_no_free_memory_is_said_in_words(self, task, image, monkeypatch):
        monkeypatch.setattr(Fit, '_iterate', no_memory)
        with pytest.raises(MemoryError, match=r'^Not enough memory on .*cr'):
            restore(task, image)

    def test_every_choice_is_taken(self, task, image):
        for argument in task.own:
            if argument.kind != 'value' or not argument.field.choices:
                continue
            for value in argument.field.choices:
                restore(task, image, **{argument.name: value})
            with pytest.raises(ValueError, match=f"^{argument.name}: 'odd'"):
                restore(task, image, **{argument.name: 'odd'})

    def test_it_is_told_in_the_docstring(self, task):
        assert task.summary.endswith('.')
        for argument in task.arguments:
            assert argument.name in task.function.__doc__
            assert argument.field.help.endswith('.')

    def test_its_command_does_the_same(
        self, task, image, tmp_path, monkeypatch, capsys
    ):
        files = {'input': image, **PIXELS}
        for name, array in files.items():
            np.save(tmp_path / f'{name}.npy', array)
        call = [task.name.replace('_', '-'), tmp_path / 'input.npy']
        entries = [input_of(one) for one in task.own]
        call += [
            tmp_path / f'{entry.argument.kind}.npy'
            for entry in entries
            for _ in entry.positional()
        ]
        call.append(tmp_path / 'output.npy')
        for name, value in (needed(task) | QUICK).items():
            if not isinstance(value, np.ndarray):
                call += [f'--{name.replace("_", "-")}', value]
        assert run(call, monkeypatch) == 0, capsys.readouterr().err
        np.testing.assert_array_equal(
            np.load(tmp_path / 'output.npy'), plain(task, image)
        )
        assert run([call[0], '--help'], monkeypatch) == 0
        told = capsys.readouterr().out
        for argument in task.arguments:
            if argument.kind not in _FILES:
                assert input_of(argument).spelled in told

    def test_its_form_does_the_same(
        self, task, image, plugin_settings, npe2pm, viewer, qtbot
    ):
        layer = viewer.add_image(image, name='cells')
        viewer.add_image(GUIDE, name='guide')
        viewer.add_labels(MASK.astype(np.uint8), name='holes')
        form = form_of(task.name)(viewer)
        qtbot.add_widget(form.native)
        form.outlook.ask = lambda question, read: None
        form.outlook.say('')
        form.image.value = layer
        names = {entry.name for entry in form.inputs}
        asked = {a.name for a in task.arguments if a.kind not in BUILT_IN}
        assert names == asked
        form.preset.value, form.device.value = 'fast', 'cpu'
        form.max_num_iter.value = '3'
        for name, value in given(task).items():
            getattr(form, name).value = str(value)
        form.start()
        qtbot.wait_until(lambda: not Run.any_active(), timeout=60_000)
        # The labels stay above it.
        result = viewer.layers[-2]
        assert '[DIP ' in result.name
        told = result.metadata[METADATA_KEY]
        assert told['task'] == task.name
        shown = result.data.copy()
        # Its script makes the result again, and adds it.
        names = {}
        exec(as_python(told), names)
        np.testing.assert_array_equal(names['restored'], shown)
        form.panel.release()
        qtbot.wait_until(lambda: form.outlook._worker is None)


def run(call, monkeypatch):
    from napari_dip.cli import main

    monkeypatch.setattr('sys.argv', ['napari-dip', *map(str, call)])
    with pytest.raises(SystemExit) as done:
        main()
    return done.value.code or 0
