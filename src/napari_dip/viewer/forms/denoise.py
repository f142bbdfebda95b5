"""The form of denoising."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari_dip.viewer.forms.base import RestorationForm
from napari_dip.viewer.tasks import Denoise

if TYPE_CHECKING:
    from magicgui.widgets.bases import ValueWidget


class DenoiseForm(RestorationForm):
    """Take the noise out of an image layer."""

    function = 'denoise'

    def make_fields(self) -> list[ValueWidget]:
        """Denoising has no entries of its own."""
        return []

    def make_task(self) -> Denoise:
        """Make the task from the entries."""
        return Denoise(self.image_source(), self.choices())
