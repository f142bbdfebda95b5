"""All tasks that there are: every module here and in prior/ brings one."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from napari_dip import tasks as folder
from napari_dip.tasks import prior
from napari_dip.tasks.base import Task

# Modules that serve the tasks.
_SERVE = (
    'arguments',
    'base',
    'fields',
    'fits',
    'forecast',
    'method',
    'models',
    'noise',
    'outline',
    'registry',
)

_known: dict[str, Task] = {}


def register(task: Task) -> Task:
    """Make a task known to command line, forms and tests.

    Raises
    ------
    ValueError
        If another has its name.
    """
    if _known.setdefault(task.name, task) is not task:
        raise ValueError(f'task: there is a {task.name!r} already.')
    return task


def tasks() -> list[Task]:
    """Return all tasks, in the order of their names."""
    _find_own()
    return [_known[name] for name in sorted(_known)]


def find_task(name: str) -> Task:
    """Return the task of a name.

    Raises
    ------
    ValueError
        If there is none.
    """
    _find_own()
    if name not in _known:
        known = ', '.join(map(repr, sorted(_known)))
        raise ValueError(f'task: {name!r} is unknown; choose one of {known}.')
    return _known[name]


@cache
def _find_own() -> None:
    for found in (folder, prior):
        for module in pkgutil.iter_modules(found.__path__):
            if not module.ispkg and module.name not in _SERVE:
                import_module(f'{found.__name__}.{module.name}')
