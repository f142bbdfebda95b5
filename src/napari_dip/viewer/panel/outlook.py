"""What a restoration will take, told before it starts."""

from __future__ import annotations

import logging
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple

from magicgui.widgets import Label
from napari.qt.threading import create_worker
from qtpy.QtCore import QTimer
from superqt.utils import FunctionWorker

from napari_dip.images.stacks.depth import as_volumes
from napari_dip.images.stacks.stack import settle_stack
from napari_dip.tasks.base import find_task
from napari_dip.viewer.errors import EXPECTED, describe_error
from napari_dip.viewer.panel.text import prepare_label
from napari_dip.viewer.panel.words import (
    describe_bytes,
    describe_seconds,
    describe_shape,
)
from napari_dip.viewer.preferences import Preferences
from napari_dip.viewer.runs.job import preview_pause
from napari_dip.viewer.runs.run import Run
from napari_dip.viewer.runs.warm_up import load_engine
from napari_dip.viewer.runs.work import Work

if TYPE_CHECKING:
    from napari_dip.images.stacks.stack import Stack
    from napari_dip.tasks.base import Task
    from napari_dip.tasks.forecast import Forecast

#: Reads the arrays that a forecast takes, by the names of its arguments.
Read = Callable[[], Mapping[str, Any]]

_logger = logging.getLogger(__name__)

#: What is said where the time could not be told.
UNKNOWN = 'the time it takes is not known; you can start all the same'

# Milliseconds without a change before it is worth measuring.
_SETTLED = 400


@dataclass(frozen=True)
class Question:
    """What the forecast depends on.

    Parameters
    ----------
    task : str
        Name of the public function.
    shape : tuple of int
        Shape of the image.
    channel_axis : int or None
        Its channel axis.
    arguments : tuple of (str, object)
        Arguments of the public function, as far as it depends on them.
    preview_rate : float
        Most previews a second.
    content : hashable
        What tells one content of the layers from another.
    axes : str
        Letters of the axes of a series; empty for one plane.
    """

    task: str
    shape: tuple[int, ...]
    channel_axis: int | None
    arguments: tuple[tuple[str, Hashable], ...] = ()
    preview_rate: float = Preferences.preview_rate
    content: Hashable = None
    axes: str = ''


class Answer(NamedTuple):
    """What is said, and what was found, by the names of entries."""

    text: str
    found: Mapping[str, str] = {}


_UNTOLD = Answer('estimating time …')


class Outlook(Label):
    """Size, device, time and memory, measured in a worker.

    The first measurement also loads torch, so that Start need not wait for
    it.
    """

    _answers: ClassVar[dict[Question, Answer]] = {}

    def __init__(self) -> None:
        tooltip = (
            'What the restoration will take: the size of the image, at most '
            'how long and on which device, and how much memory.'
        )
        super().__init__(name='outlook', tooltip=tooltip)
        #: Is given what was found of the noise, by the names of entries.
        self.show_found: Callable[[Mapping[str, str]], object] = dict
        prepare_label(self, lines=3)
        self._question: Question | None = None
        self._read: Read = dict
        self._is_quiet = False
        self._worker: FunctionWorker | None = None
        self._timer = QTimer(self.native)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SETTLED)
        self._timer.timeout.connect(self._measure)

    def say(self, text: str) -> None:
        """Show a sentence and no forecast."""
        self._question = None
        self._timer.stop()
        self.value = text

    def be_quiet(self, quiet: bool) -> None:
        """Leave time and memory to the monitor while a run goes on."""
        self._is_quiet = quiet
        self._show()

    def ask(self, question: Question, read: Read = dict) -> None:
        """Show what a restoration would take, as soon as it is known.

        Parameters
        ----------
        question : Question
            What the answer depends on.
        read : callable
            Returns the arrays that :func:`~napari_dip.tasks.forecast.\
forecast` takes; called in the worker.
        """
        self._question, self._read = question, read
        self._show()
        if question not in self._answers:
            self._timer.start()

    def _show(self) -> None:
        if self._question is None:
            return
        lines = [describe_size(self._question)]
        answer = self._answers.get(self._question, _UNTOLD)
        if not self._is_quiet:
            lines.append(answer.text)
        self.value = '\n'.join(lines)
        self.show_found(answer.found)

    def _measure(self) -> None:
        if self._worker is not None or self._question is None:
            return
        if Run.any_active():
            # It would measure, and slow down, the run.
            self._timer.start()
            return
        question = self._question
        work = Work(_answer, question, self._read)
        work.words = 'a forecast of the time that a restoration takes'
        self._worker = create_worker(
            work,
            _worker_class=FunctionWorker,
            _connect={
                'returned': lambda answer: self._receive(question, answer),
                'finished': self._rest,
            },
        )

    def _receive(self, question: Question, answer: Answer) -> None:
        self._answers[question] = answer

    def _rest(self) -> None:
        self._worker = None
        self._show()
        if self._question is not None and self._question not in self._answers:
            self._timer.start()


def describe_size(question: Question) -> str:
    """Say how many pixels go in and come out."""
    sides = [
        length
        for axis, length in enumerate(question.shape)
        if axis != question.channel_axis
    ]
    if question.axes:
        return _describe_stack(question)
    text = f'{describe_shape(sides)} pixels'
    if question.channel_axis is not None:
        text += f', {question.shape[question.channel_axis]} channels'
    factors = find_task(question.task).scale_of(dict(question.arguments))
    if set(factors) != {1}:
        # What has one for depths is refused of a plane.
        pairs = zip(sides, factors[-len(sides) :], strict=True)
        text += f' → {describe_shape([n * factor for n, factor in pairs])}'
    return text


def _describe_stack(question: Question) -> str:
    stack = settle_stack(question.shape, question.axes, question.channel_axis)
    task, arguments = find_task(question.task), dict(question.arguments)
    factors, fit = task.scale_of(arguments), arguments.get('fit')
    if fit == 'volume' or len(factors) > len(stack.plane_axes):
        stack = as_volumes(stack)
    sides, text = stack.plane_sides, stack.describe()
    if not stack.deep:
        text += f', {describe_shape(sides)} pixels'
    if set(factors) != {1}:
        pairs = zip(sides, factors, strict=True)
        text += f' → {describe_shape([n * factor for n, factor in pairs])}'
    if fit == 'series':
        # It is asked for only where nobody has named the axes.
        text += '\nThe axes are a guess: correct the letters above.'
    elif fit == 'auto' and _may_be_deep(task, stack, arguments):
        text += '\nOne volume, if its Z step resolves the structure.'
    return text


def _may_be_deep(task: Task, stack: Stack, arguments: dict[str, Any]) -> bool:
    """Whether the depths of a series decide how it is fitted."""
    own = task.own_of(arguments)
    try:
        one = as_volumes(stack).num_planes == 1
    except ValueError:
        return False
    return one and task.prefers_volumes(arguments.get('preset', ''), **own)


def describe_forecast(found: Forecast, preview_rate: float) -> str:
    """Say time, device and memory; warn where the memory is short.

    Parameters
    ----------
    found : Forecast
        What a fit takes that nobody watches.
    preview_rate : float
        Most previews a second.
    """
    pause = preview_pause(found.preview, preview_rate)
    seconds = found.seconds * (1 + found.preview / pause)
    text = f'about {describe_seconds(max(seconds, 1))} on {found.device}'
    if pause > 1 / preview_rate:
        every = describe_seconds(max(pause + found.preview, 1))
        text += f', a preview every {every}'
    text += (
        f'\n{describe_bytes(found.memory)} of '
        f'{describe_bytes(found.free_memory)} free memory'
    )
    if found.memory > found.free_memory:
        text += ': not enough, choose a smaller preset or crop the image'
    if found.outline.found:
        text += f'\nfound: {found.outline.found}'
    return text


def _answer(question: Question, read: Read) -> Answer:
    """Say what a restoration will take, or why there can be none."""
    try:
        content = read()
    except EXPECTED as error:
        return Answer(describe_error(error))
    try:
        found = _forecast_any(question, content)
        text = describe_forecast(found, question.preview_rate)
        return Answer(text, found.outline.parts)
    except (MemoryError, ValueError) as error:
        return Answer(describe_error(error))
    except Exception:
        # Whatever is wrong with a forecast, the run may be right.
        _logger.debug('No forecast', exc_info=True)
        return Answer(UNKNOWN)


def _forecast_any(question: Question, content: Mapping[str, Any]) -> Forecast:
    try:
        return _forecast(question, content)
    except ValueError:
        # The plane that is shown may be blank, and others not.
        if not question.axes or not content:
            raise
        return _forecast(question, {})


def _forecast(question: Question, content: Mapping[str, Any]) -> Forecast:
    load_engine()
    from napari_dip.tasks.forecast import forecast

    known: dict[str, Any] = {**dict(question.arguments), **content}
    if question.axes:
        known['axes'] = question.axes
    return forecast(
        question.task,
        question.shape,
        channel_axis=question.channel_axis,
        spare_cores=1,
        **known,
    )
