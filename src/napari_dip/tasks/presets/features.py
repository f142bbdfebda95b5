"""What the presets of images made for features stand for."""

from __future__ import annotations

from dataclasses import replace

from napari_dip.engine.early_stopping import NoRule
from napari_dip.engine.settings import FitSettings
from napari_dip.filters.chains.features import MatchFeatures
from napari_dip.images.validation import check_choice
from napari_dip.latents.noise import UniformNoiseSpec
from napari_dip.networks import SkipSpec
from napari_dip.networks.skip import Upsampling
from napari_dip.noise.intensity import Unit
from napari_dip.presets.choices import PRESETS
from napari_dip.presets.published import noise, publish
from napari_dip.presets.settings import Settings

_WIDTHS = (16, 32, 64, 128, 128, 128)
_NEAREST: tuple[Upsampling, ...] = ('nearest',) * 6

# As the notebooks of feature inversion and of activation maximisation.
_INVERT = publish(
    SkipSpec(
        down=_WIDTHS,
        up=_WIDTHS,
        skip=(4,) * 6,
        down_kernel=(7, 7, 5, 5, 3, 3),
        up_kernel=(7, 7, 5, 5, 3, 3),
        upsampling=_NEAREST,
        downsampling='average',
        padding='zeros',
    ),
    noise(0.0),
    3100,
    learning_rate=0.001,
)
_MAXIMISE = publish(
    SkipSpec(
        down=_WIDTHS,
        up=_WIDTHS,
        skip=(0, 4, 4, 4, 4, 4),
        down_kernel=(5, 3, 5, 5, 3, 5),
        up_kernel=(5, 3, 5, 3, 5, 3),
        upsampling=('bilinear',) * 6,
        downsampling='average',
    ),
    noise(0.03),
    3100,
    learning_rate=0.001,
)


def _light(num_iter: int) -> Settings:
    """A network small enough for a CPU; most of the time is the model's."""
    return Settings(
        network=SkipSpec(
            down=(16, 32, 64, 64),
            up=(16, 32, 64, 64),
            skip=(4,) * 4,
            down_kernel=(3,) * 4,
            up_kernel=(3,) * 4,
            upsampling=('bilinear',) * 4,
        ),
        latent=UniformNoiseSpec(16),
        fit=FitSettings(
            num_iter=num_iter, optimiser='muon', learning_rate=0.01, decay=0.9
        ),
        stopping=NoRule(),
        range_=Unit(),
        filters=(MatchFeatures(),),
    )


SETTINGS = {
    'fast': _light(300),
    'balanced': _light(1000),
    'best': _light(3000),
}


def invert_settings(preset: str) -> Settings:
    """Return the settings of feature inversion that a preset stands for."""
    check_choice(preset, PRESETS, 'preset')
    return SETTINGS.get(preset, _INVERT)


def count_starts(preset: str) -> int:
    """Return how many networks are fitted, of which the best is taken.

    Deep layers have local minima, and which one a network ends in is chance.
    """
    return 2 if preset in SETTINGS else 1


def maximise_settings(preset: str) -> Settings:
    """Return the settings of activation maximisation."""
    check_choice(preset, PRESETS, 'preset')
    found = SETTINGS.get(preset)
    if found is None:
        return _MAXIMISE
    return replace(
        found,
        latent=UniformNoiseSpec(16, 0.03),
        fit=replace(found.fit, optimiser='adam'),
        filters=(),
    )
