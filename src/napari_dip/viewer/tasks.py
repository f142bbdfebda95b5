"""What a form asks for: one small class a task, without Qt.

A task is made when Start is pressed and carried to the worker, where it
loads torch and becomes a session.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from napari_dip.images.acquired import AcquiredImage, acquire
from napari_dip.images.masks import read_mask
from napari_dip.images.repeats import read_repeats
from napari_dip.images.validation import check_factor
from napari_dip.presets.choices import DEFAULT_PRESET, DEFECTS
from napari_dip.viewer.layers.layers import ImageSource, MaskSource
from napari_dip.viewer.layers.placement import enlarge, place_of
from napari_dip.viewer.runs.warm_up import load_engine

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from napari_dip.noise.detector import Noise
    from napari_dip.presets.options import Options
    from napari_dip.session.base import Restoration


# A number after it is napari's, for a name that was taken.
_RESULT = re.compile(
    r'(?P<source>.*) \[DIP (?P<steps>[^\[\]]+)\](?: \[\d+\])?', re.DOTALL
)


@dataclass(frozen=True)
class Choices:
    """Options of a run as the form gives them, before torch is loaded.

    The fields are those of :class:`~napari_dip.presets.options.Options` that
    are not for experiments.
    """

    preset: str = DEFAULT_PRESET
    seed: int = 0
    device: str = 'auto'
    max_num_iter: int | None = None
    time_limit: float | None = None
    uncertainty: bool = False

    def to_options(self) -> Options:
        """Return them as the engine takes them."""
        from napari_dip.presets.options import Options

        # The window has to live on a core.
        return Options(**asdict(self), spare_cores=1)


@dataclass(frozen=True)
class Task(ABC):
    """A restoration of one image layer.

    Parameters
    ----------
    image : ImageSource
        What to restore.
    choices : Choices
        Options.
    """

    image: ImageSource
    choices: Choices

    #: Name of the public function.
    function: ClassVar[str]

    @property
    @abstractmethod
    def step(self) -> str:
        """What is done, as the name of the result says it."""

    @abstractmethod
    def start(self) -> Restoration:
        """Check everything, load torch and prepare; in the worker."""

    def layers_beside(self) -> dict[str, Any]:
        """Layers besides the image, for the record."""
        return {}

    def layer_attributes(self) -> dict[str, Any]:
        """Attributes of a layer over the rectangle of the source."""
        return dict(self.image.attributes)

    def title(self) -> str:
        """Say what is done to which layer."""
        verb = self.function.replace('_', '-').capitalize()
        return f'{verb} "{self.image.name}"'

    def result_name(self) -> str:
        """Name of the result; the layer list makes it unique."""
        return name_result(self.image.name, self.step)

    def uncertainty_attributes(self) -> dict[str, Any]:
        """Attributes of the layer of the uncertainty, which is no colour."""
        attributes = place_of(self.layer_attributes())
        # On top of the result it would hide what was asked for.
        return attributes | {'colormap': 'inferno', 'visible': False}

    def uncertainty_name(self) -> str:
        """Name of the layer of the uncertainty."""
        return f'{self.result_name()} uncertainty'

    def read_image(self) -> AcquiredImage:
        """Read and check the image, so that a message can name its layer."""
        image = self.image
        axis = None if image.has_alpha else image.channel_axis
        return acquire(image.pixels, axis, f'layer "{image.name}"')


def name_result(source: str, step: str) -> str:
    """Name the result of a step; steps on a result share its brackets.

    Examples
    --------
    >>> name_result('cells', 'denoised')
    'cells [DIP denoised]'
    >>> name_result('cells [DIP denoised] [1]', 'denoised')
    'cells [DIP denoised]'
    >>> name_result('cells [DIP denoised]', '×2')
    'cells [DIP denoised, ×2]'
    """
    found = _RESULT.fullmatch(source)
    if found is None:
        return f'{source} [DIP {step}]'
    steps = found['steps'].split(', ')
    if steps[-1] != step:
        steps.append(step)
    return f'{found["source"]} [DIP {", ".join(steps)}]'


def tell_source(image: ImageSource) -> dict[str, Any]:
    """Say which pixels an image is, as JSON can hold it."""
    return {
        'layer': image.name,
        'id': image.identity,
        'file': image.path,
        'dtype': str(image.data.dtype),
        'plane': list(image.plane.index),
        'multiscale': image.multiscale,
        'has_alpha': image.has_alpha,
    }


@dataclass(frozen=True)
class Denoise(Task):
    """Take the noise out of a layer.

    Parameters
    ----------
    noise : Noise
        What noise to assume.
    defects : str
        What to do about hot and dead pixels.
    repeats : ImageSource or None
        Further frames of the field.
    """

    noise: Noise = 'auto'
    defects: str = DEFECTS[0]
    repeats: ImageSource | None = None

    function = 'denoise'
    step = 'denoised'

    def start(self) -> Restoration:
        """Check image and repeats, load torch and prepare."""
        image = self.read_image()
        repeats = self._read_repeats(image)
        load_engine()
        from napari_dip.tasks.denoise import start_denoising

        return start_denoising(
            image,
            repeats=repeats,
            noise=self.noise,
            defects=self.defects,
            options=self.choices.to_options(),
        )

    def layers_beside(self) -> dict[str, Any]:
        """Name of the layer of further frames, and how to read it."""
        source = self.repeats
        if source is None:
            return {}
        return {'repeats': tell_source(source)}

    def _read_repeats(self, image: AcquiredImage) -> NDArray[Any] | None:
        source = self.repeats
        if source is None:
            return None
        array = source.array()
        read_repeats(array, image, f'layer "{source.name}"')
        return array


@dataclass(frozen=True)
class Inpaint(Task):
    """Fill the labelled pixels of a layer.

    Parameters
    ----------
    mask : MaskSource
        Where pixels are missing.
    """

    mask: MaskSource

    function = 'inpaint'
    step = 'inpainted'

    def start(self) -> Restoration:
        """Check image and mask, load torch and prepare."""
        image = self.read_image()
        mask = self.mask.array()
        read_mask(mask, image, f'layer "{self.mask.name}"')
        load_engine()
        from napari_dip.tasks.inpaint import start_inpainting

        return start_inpainting(
            image,
            mask,
            options=self.choices.to_options(),
        )

    def layers_beside(self) -> dict[str, Any]:
        """Name of the labels layer and the label that is filled."""
        return {
            'mask': {
                'layer': self.mask.name,
                'id': self.mask.identity,
                'plane': list(self.mask.plane.index),
                'label': self.mask.label,
                'inverted': self.mask.inverted,
            }
        }


@dataclass(frozen=True)
class SuperResolve(Task):
    """Give a layer more pixels.

    Parameters
    ----------
    factors : tuple of int
        Pixels of the result a pixel of the source, along rows and columns.
    """

    factors: tuple[int, int]

    function = 'super_resolve'

    @property
    def step(self) -> str:
        """Say the factor, or both where they differ."""
        rows, columns = self.factors
        return f'×{rows}' + ('' if rows == columns else f'×{columns}')

    def start(self) -> Restoration:
        """Check image and factor, load torch and prepare."""
        image = self.read_image()
        check_factor(self.factors)
        load_engine()
        from napari_dip.tasks.super_resolve import start_super_resolution

        return start_super_resolution(
            image,
            self.factors,
            options=self.choices.to_options(),
        )

    def layer_attributes(self) -> dict[str, Any]:
        """Attributes of a layer with smaller pixels."""
        return enlarge(self.image.attributes, self._layer_factors())

    def _layer_factors(self) -> list[int]:
        """Factor for every axis of the layer: 1 for channels."""
        factors = [1] * len(self.image.data.shape)
        for axis, factor in zip(
            self.image.spatial_axes, self.factors, strict=True
        ):
            factors[axis] = factor
        # An RGB layer has no axis for its channels.
        return factors[: len(self.image.attributes['scale'])]
