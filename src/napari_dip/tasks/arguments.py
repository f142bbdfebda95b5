"""What a task asks its user for: arguments and what is said about them.

Nothing here loads torch or NumPy before a restoration starts: help and forms
are made from the signatures of functions.
"""

from __future__ import annotations

import inspect
import math
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from numbers import Real
from typing import Any, Literal, get_args

#: What an argument is: pixels from elsewhere, or something to enter.
#: 'value' is a number, a choice or a yes; 'factor' a whole number for each
#: spatial axis.
#: 'output' is a folder that the result goes to.
#: 'model' is a file of a trained network, 'origin' the one that the image was
#: read from.
#: 'method' is a name, or options that each have a :class:`Field`.
Kind = Literal[
    'image',
    'mask',
    'guide',
    'repeats',
    'axes',
    'fit',
    'planes',
    'channel_axis',
    'noise',
    'factor',
    'method',
    'output',
    'model',
    'origin',
    'value',
]

#: Section of a form for what most people never touch.
ADVANCED = 'Advanced'


@dataclass(frozen=True)
class Field:
    """What an interface says about an argument; its metadata in a signature.

    Name, type and default are those of the parameter.

    Parameters
    ----------
    help : str
        A sentence or two for the help of the command line and the tooltip.
    kind : Kind
        How it is entered.
    label : str
        What it is called in a form; the name unless given.
    unit : str
        Unit of a number, such as 'seconds'.
    least, most : int or float, optional
        Smallest and greatest number.
    choices : mapping of str to str
        Values to choose from, and how a form calls each.
    example : str
        A value that makes sense, for messages and help.
    empty : str
        What an empty entry of a form means.
    section : str
        Section of a form that it is folded away in; '' is always in sight.
    told : str
        How a form says what was entered, ``{}``; unless given, its label,
        the value and the unit.
    """

    help: str
    kind: Kind = 'value'
    label: str = ''
    unit: str = ''
    least: float | None = None
    most: float | None = None
    choices: Mapping[str, str] = field(default_factory=dict)
    example: str = ''
    empty: str = ''
    section: str = ''
    told: str = ''


@dataclass(frozen=True)
class Argument:
    """A parameter of a task's public function, as it is told there.

    Parameters
    ----------
    name : str
        Its name in Python.
    type : type
        What it takes.
    default : object
        `inspect.Parameter.empty` if it has to be given.
    field : Field
        What there is to say about it.
    is_keyword : bool
        Whether it is given by name only.
    """

    name: str
    type: Any
    default: Any
    field: Field
    is_keyword: bool

    @property
    def kind(self) -> Kind:
        """How it is entered."""
        return self.field.kind

    @property
    def label(self) -> str:
        """What a form calls it."""
        return self.field.label or self.name.replace('_', ' ')

    def say(self, value: Any) -> str:
        """Say in words what was entered.

        Examples
        --------
        >>> from napari_dip.tasks.base import find_task
        >>> named = {one.name: one for one in find_task('denoise').arguments}
        >>> named['max_num_iter'].say(60), named['seed'].say(3)
        ('60 iterations at most', 'seed 3')
        """
        told = self.field.told or f'{self.label} {{}} {self.field.unit}'
        return told.rstrip().format(self.field.choices.get(value, value))

    @property
    def plain_type(self) -> type:
        """Its type if it is given: int for ``int | None``."""
        kinds = [t for t in get_args(self.type) if t is not type(None)]
        plain: type = kinds[0] if kinds else self.type
        return plain

    @property
    def is_optional(self) -> bool:
        """Whether it may be None."""
        return type(None) in get_args(self.type)

    @property
    def is_needed(self) -> bool:
        """Whether it has to be given."""
        return self.default is inspect.Parameter.empty

    def check(self, value: object) -> None:
        """Refuse a value that is none of the choices or out of range.

        Raises
        ------
        ValueError
            If it is.
        """
        field, kind = self.field, self.plain_type
        if field.choices:
            from napari_dip.images.validation import check_choice

            check_choice(value, tuple(field.choices), self.name)
        elif kind in (int, float) and not _is_within(value, field, kind):
            limits = [
                f'{word} {limit:g}'
                for word, limit in (
                    ('at least', field.least),
                    ('at most', field.most),
                )
                if limit is not None
            ]
            number = 'a whole number' if kind is int else 'a number'
            raise ValueError(
                f'{self.name}: {value!r} is not {number} of '
                f'{" and ".join(limits)}; give for example {field.example}.'
            )


def _is_within(value: object, field: Field, kind: type) -> bool:
    """Whether it is a number of a kind between the limits."""
    if isinstance(value, bool) or not isinstance(value, Real):
        return False
    number = float(value)
    least = -math.inf if field.least is None else field.least
    most = math.inf if field.most is None else field.most
    whole = kind is not int or number.is_integer()
    return whole and math.isfinite(number) and least <= number <= most


def read_arguments(function: Callable[..., Any]) -> tuple[Argument, ...]:
    """Read the arguments of a function that have a :class:`Field`."""
    found = []
    for name, parameter in inspect.signature(function).parameters.items():
        annotation = _evaluate(parameter.annotation, function)
        told = getattr(annotation, '__metadata__', ())
        fields = [one for one in told if isinstance(one, Field)]
        if fields:
            found.append(
                Argument(
                    name,
                    annotation.__origin__,
                    parameter.default,
                    fields[0],
                    parameter.kind is inspect.Parameter.KEYWORD_ONLY,
                )
            )
    return tuple(found)


def _evaluate(annotation: Any, function: Callable[..., Any]) -> Any:
    """Evaluate an annotation; None if it names what is not loaded."""
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, _names_around(function))
    except NameError:
        return None


def _names_around(function: Callable[..., Any]) -> dict[str, Any]:
    """Names that its annotations can use; of a class those of its module."""
    plain = inspect.unwrap(function)
    if isinstance(plain, type):
        return vars(sys.modules[plain.__module__])
    names: dict[str, Any] = plain.__globals__
    return names
