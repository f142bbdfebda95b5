"""An argument of a task, as a form asks for it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any

from napari_dip.viewer.forms.departures import Setting

if TYPE_CHECKING:
    from magicgui.widgets import Label
    from magicgui.widgets.bases import ValueWidget

    from napari_dip.tasks.base import Argument
    from napari_dip.viewer.forms.form import RestorationForm
    from napari_dip.viewer.layers.layers import ImageSource


class Entry(ABC):
    """One or more widgets that give an argument its value.

    Parameters
    ----------
    argument : Argument
        What the task's function says about it.
    form : RestorationForm
        The form that it is in, with its image and layers.
    """

    #: Shown below all fields, if there is something to say.
    below: Label | None = None

    def __init__(self, argument: Argument, form: RestorationForm) -> None:
        self.argument = argument
        self.form = form
        #: Entries of its options, each in a section of its own.
        self.options: list[Entry] = []
        self.widgets: list[ValueWidget] = self.make_widgets()

    @property
    def name(self) -> str:
        """Name of the argument."""
        return self.argument.name

    @abstractmethod
    def make_widgets(self) -> list[ValueWidget]:
        """Make the widgets, in their order."""

    @abstractmethod
    def read(self, image: ImageSource) -> Any:
        """Return the value; of a layer its description.

        Parameters
        ----------
        image : ImageSource
            The image to be restored.

        Raises
        ------
        ValueError
            If what was entered makes no sense, or does not fit the image.
        """

    def content(
        self, image: ImageSource
    ) -> tuple[Hashable, Callable[[], Any]] | None:
        """Return what a forecast is to know of a layer, if there is one.

        Returns
        -------
        key : hashable
            Another one where the layer holds something else.
        read : callable
            Returns its pixels; called in a worker.
        """
        return None

    def settings(self) -> list[Setting]:
        """Return what can be set, to be told where it is folded away."""
        say = self.argument.say
        return [Setting(one, one.value, say) for one in self.widgets]

    def remembered(self) -> list[ValueWidget]:
        """Return the widgets whose values the next form begins with."""
        return self.widgets

    def show_found(self, found: Mapping[str, str]) -> None:  # noqa: B027
        """Show what was found in the image, by the names of entries."""

    def begin(self) -> None:  # noqa: B027
        """Make way for what a run that has begun is to show."""

    def show_image(self) -> None:  # noqa: B027 (most need nothing)
        """Suit the entry to the chosen image."""
