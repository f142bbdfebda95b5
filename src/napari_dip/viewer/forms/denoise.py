"""The form of denoising."""

from __future__ import annotations

from typing import TYPE_CHECKING

from napari.layers import Image

from napari_dip.viewer.forms.base import RestorationForm
from napari_dip.viewer.forms.noise import NoiseFields
from napari_dip.viewer.layers.layers import describe_repeats
from napari_dip.viewer.layers.metadata import read_detector
from napari_dip.viewer.tasks import Denoise

if TYPE_CHECKING:
    from collections.abc import Hashable

    from magicgui.widgets.bases import ValueWidget
    from napari.viewer import Viewer

    from napari_dip.noise.detector import Detector
    from napari_dip.viewer.forms.folding import Section
    from napari_dip.viewer.layers.layers import ImageSource
    from napari_dip.viewer.panel.outlook import Read


class DenoiseForm(RestorationForm):
    """Take the noise out of an image layer."""

    function = 'denoise'

    def __init__(self, napari_viewer: Viewer) -> None:
        super().__init__(napari_viewer)
        self.repeat.changed.connect(self.show_outlook)

    def make_fields(self) -> list[ValueWidget]:
        """Make the fields of the noise; nothing that everybody needs."""
        self.repeat = self.layer_choice(
            Image,
            'repeat',
            'Another frame of the same field, or a stack of them, whose '
            'noise is its own: less noise is left where there are more '
            'frames. A difference in brightness is evened out.',
            nullable=True,
        )
        self.noise = NoiseFields(self.repeat)
        return []

    def make_sections(self) -> list[Section]:
        """Put the section of the noise before that of advanced options."""
        return [self.noise, *super().make_sections()]

    def make_task(self) -> Denoise:
        """Make the task from the entries.

        Raises
        ------
        ValueError
            If an entry does not fit, or the metadata of the layer.
        """
        source = self.image_source()
        return Denoise(
            source,
            self.choices(),
            self.noise.read(self._known_detector()),
            self.noise.defects.value,
            self._repeats(source),
        )

    def content(self, source: ImageSource) -> tuple[Hashable, Read]:
        """Return image and repeats, whose noise decides how they are fitted.

        Raises
        ------
        ValueError
            If the repeats are none of the image.
        """
        sources = {'image': source, 'repeats': self._repeats(source)}
        given = {name: one for name, one in sources.items() if one is not None}
        key = tuple(
            (one.name, id(one.data), one.plane) for one in given.values()
        )
        return key, lambda: {name: one.array() for name, one in given.items()}

    def _repeats(self, image: ImageSource) -> ImageSource | None:
        layer = self.repeat.value
        return None if layer is None else describe_repeats(layer, image)

    def _known_detector(self) -> Detector | None:
        return read_detector(self.chosen_image())

    def _show_image(self) -> None:
        super()._show_image()
        try:
            known = self._known_detector()
        except ValueError:
            # There is no layer, or Start will say what is wrong.
            known = None
        self.noise.tell(known)

    def _entries(self) -> dict[str, ValueWidget]:
        noise = self.noise
        own = (noise.gain, noise.offset, noise.read_noise, noise.defects)
        return super()._entries() | {entry.name: entry for entry in own}
