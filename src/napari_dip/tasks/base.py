"""What a task is.

Nothing here or in a task's file loads torch or NumPy before a restoration
starts: help and forms are made from the signatures of functions.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from napari_dip.tasks.arguments import (
    ADVANCED,
    Argument,
    Field,
    Kind,
    read_arguments,
)

if TYPE_CHECKING:
    from napari_dip.session.base import Callback, Restoration, Restored
    from napari_dip.tasks.outline import Outline


import pkgutil
from functools import cache
from importlib import import_module

from napari_dip import tasks as folder
from napari_dip.tasks import prior

__all__ = [
    'ADVANCED',
    'OPTIONS',
    'Argument',
    'Field',
    'Kind',
    'Task',
    'read_arguments',
]

#: Arguments that become :class:`~napari_dip.presets.options.Options`.
OPTIONS = (
    'preset',
    'seed',
    'device',
    'max_num_iter',
    'time_limit',
    'uncertainty',
)


# Options that any forecast depends on.
_FORESEEN = ('preset', 'device', 'max_num_iter', 'uncertainty', 'fit')


def _nothing(**arguments: Any) -> Sequence[str]:
    return ()


#: Arguments that tell what the planes of an image are.
OF_STACKS = ('axes', 'fit', 'planes', 'channel_axis')


def _unchanged(**arguments: Any) -> tuple[int, ...]:
    return 1, 1


def _never(preset: str, **arguments: Any) -> bool:
    return False


@dataclass(frozen=True)
class Task:
    """What a person can ask for.

    Parameters
    ----------
    function : callable
        Public function: image in, restored image out. Its parameters that
        are annotated with a :class:`Field` are the entries of form and
        command line, the first line of its docstring their summary.
    start : callable
        Begins the restoration: takes the image, what is the task's own by
        name, `channel_axis` and `options`, and returns a session.
    outline : callable
        Tells beforehand what `start` would fit: takes the axes of the image,
        the name of the preset and, as far as they are known, the task's own
        arguments by name, and returns an
        :class:`~napari_dip.tasks.outline.Outline`.
    step : str or callable
        What was done, for the name of the result, or a function of the
        task's own arguments that says it.
    scale : callable
        From the task's own arguments to the pixels of the result along rows
        and columns for each of the image, or along depths, rows and columns
        of a volume.
    title : str
        Name for people; made of that of the function unless given.
    takes_volumes : bool
        Whether depths may be a spatial axis.
    prefers_volumes : callable
        From the preset and the task's own arguments to whether they are one
        unless something else is asked for, if their step resolves the
        structure.

    Examples
    --------
    >>> from napari_dip.tasks.base import find_task
    >>> find_task('remove_compression').title
    'Remove compression'
    """

    function: Callable[..., Any]
    start: Callable[..., Restoration]
    outline: Callable[..., Outline]
    step: str | Callable[..., str]
    scale: Callable[..., tuple[int, ...]] = _unchanged
    companions: Callable[..., Sequence[str]] = _nothing
    title: str = ''
    takes_volumes: bool = False
    prefers_volumes: Callable[..., bool] = _never

    def __post_init__(self) -> None:
        """Make the title."""
        title = self.title or self.name.replace('_', ' ').capitalize()
        object.__setattr__(self, 'title', title)

    @property
    def name(self) -> str:
        """Name of the public function."""
        return self.function.__name__

    @property
    def summary(self) -> str:
        """What it does, in a sentence."""
        return (inspect.getdoc(self.function) or '').partition('\n')[0]

    @cached_property
    def arguments(self) -> tuple[Argument, ...]:
        """What it takes from its user, in the order of the signature."""
        return read_arguments(self.function)

    @property
    def own(self) -> tuple[Argument, ...]:
        """Arguments that are neither the image nor options of all tasks."""
        shared = ('image', 'axes', 'planes', 'channel_axis', 'output')
        return tuple(
            one
            for one in self.arguments
            if one.kind not in shared
            and one.name not in (*OPTIONS, *OF_STACKS)
        )

    def argument(self, name: str) -> Argument:
        """Return the argument of a name."""
        [found] = [one for one in self.arguments if one.name == name]
        return found

    def takes(self, kind: Kind) -> bool:
        """Whether one of the arguments is of a kind."""
        return any(one.kind == kind for one in self.arguments)

    def foresees(self, name: str) -> bool:
        """Whether a forecast depends on an argument."""
        of_outline = inspect.signature(self.outline).parameters
        return name in of_outline or name in _FORESEEN

    def say_step(self, arguments: Mapping[str, Any]) -> str:
        """Say what is done, for the name of a result."""
        if isinstance(self.step, str):
            return self.step
        return self.step(**self.own_of(arguments))

    def scale_of(self, arguments: Mapping[str, Any]) -> tuple[int, ...]:
        """Return rows and columns of the result for each of the image.

        Depths come first where they have a factor.
        """
        return self.scale(**self.own_of(arguments))

    def companions_of(self, arguments: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the names of further images beside the result."""
        return tuple(self.companions(**self.own_of(arguments)))

    def own_of(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """Return those of some arguments that are the task's own."""
        names = {one.name for one in self.own}
        return {k: value for k, value in arguments.items() if k in names}

    def begin(
        self,
        *,
        spare_cores: int = 0,
        target: Any = None,
        **arguments: Any,
    ) -> Restoration:
        """Prepare the restoration as a session, to be run step by step.

        Parameters
        ----------
        spare_cores : int
            As in :class:`~napari_dip.presets.options.Options`.
        target : callable, optional
            From the shape of a series to where its planes go; memory unless
            given.
        **arguments
            As the public function takes them.
        """
        from napari_dip.presets.options import Options
        from napari_dip.tasks.series.acquisition import begin_any

        given = {n: arguments.pop(n) for n in OPTIONS if n in arguments}
        options = Options(**given, spare_cores=spare_cores)
        restoration = begin_any(
            self, options=options, target=target, **arguments
        )
        # What its function does not take is no argument of it.
        names = {one.name for one in self.arguments}
        for name in set(OPTIONS) - names:
            restoration.brief.arguments.pop(name, None)
        return restoration

    def run(
        self,
        *,
        callback: Callback | None,
        return_info: bool,
        **arguments: Any,
    ) -> Restored:
        """Restore an image; what the public function does.

        Parameters
        ----------
        callback, return_info
            As in :func:`~napari_dip.denoise`.
        **arguments
            All others of the public function.
        """
        from napari_dip.images.validation import (
            check_callback,
            check_uncertainty,
        )
        from napari_dip.session.base import run
        from napari_dip.tasks.series.acquisition import as_given

        check_callback(callback)
        check_uncertainty(arguments.get('uncertainty', False), return_info)
        found = run(self.begin(**arguments), callback, return_info)
        given = arguments['image']
        if isinstance(found, tuple):
            return as_given(found[0], given), found[1]
        image: Restored = as_given(found, given)
        return image


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
