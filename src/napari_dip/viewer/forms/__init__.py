"""Forms of all tasks; each is a widget of the manifest, by its name.

``DenoiseForm`` is the form of the task 'denoise', and so on.
"""

from __future__ import annotations

from functools import cache

from napari_dip.tasks.base import find_task, tasks
from napari_dip.viewer.forms.form import RestorationForm

__all__ = ['RestorationForm', 'form_of']


@cache
def form_of(name: str) -> type[RestorationForm]:
    """Return the form of a task, a class as napari asks for one.

    Parameters
    ----------
    name : str
        Name of the task.
    """
    task = find_task(name)
    members = {'task': task, '__doc__': task.summary, '__module__': __name__}
    return type(class_name(name), (RestorationForm,), members)


def class_name(name: str) -> str:
    """Return what the manifest calls the form of a task.

    Examples
    --------
    >>> class_name('super_resolve')
    'SuperResolveForm'
    """
    return f'{name.title().replace("_", "")}Form'


def __getattr__(name: str) -> type[RestorationForm]:
    for task in tasks():
        if class_name(task.name) == name:
            return form_of(task.name)
    raise AttributeError(f'module {__name__!r} has no attribute {name!r}')
