from __future__ import annotations

import pytest

import napari_dip
from napari_dip.tasks.base import find_task, register, tasks
from tests.tasks.contract import Contract

pytestmark = pytest.mark.usefixtures('tiny')


@pytest.mark.parametrize('task', tasks(), ids=lambda task: task.name)
class TestEveryTask(Contract):
    def test_it_is_public(self, task):
        assert getattr(napari_dip, task.name) is task.function


def test_an_unknown_task():
    with pytest.raises(ValueError, match=r"'polish' is unknown.*'inpaint'"):
        find_task('polish')


def test_a_name_is_taken_once():
    task = find_task('denoise')
    assert register(task) is task
    copy = type(task)(task.function, task.start, task.outline, task.step)
    with pytest.raises(ValueError, match="there is a 'denoise' already"):
        register(copy)
