"""Options that all tasks share, and what like images have learnt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from napari_dip.device.clock import now
from napari_dip.device.threads import Load
from napari_dip.engine.metrics import Metric
from napari_dip.engine.state import Trained
from napari_dip.images.validation import check_limits
from napari_dip.noise.intensity import Intensity
from napari_dip.presets.choices import DEFAULT_PRESET
from napari_dip.presets.settings import Settings


@dataclass(frozen=True)
class LearntFit:
    """What one of its fits has learnt.

    Parameters
    ----------
    trained : Trained
        Of the fit.
    intensity : Intensity
        The scale of intensities that it was done in.
    """

    trained: Trained
    intensity: Intensity


@dataclass(frozen=True)
class Learnt:
    """What all of them have.

    Parameters
    ----------
    settings : Settings
        How they were done.
    fits : tuple of LearntFit
        In their order.
    """

    settings: Settings
    fits: tuple[LearntFit, ...]


@dataclass(frozen=True)
class Options:
    """Options that all tasks share.

    Parameters
    ----------
    preset : str
        Name of the settings.
    seed : int
        Seed of every random draw.
    device : str
        Name of the device.
    max_num_iter : int or None
        Most iterations.
    time_limit : float or None
        Most seconds.
    adjust : callable, optional
        Called with the settings that the preset stands for; returns those to
        use instead. For experiments and the benchmark.
    metrics : tuple of Metric
        Further stopping metrics that observe the fit, the first where there
        are two, and none of tiles. They end nothing.
    uncertainty : bool
        Whether the record of the result holds its uncertainty.
    tile : int, optional
        Largest side of a tile, where not windows but whole images are fitted,
        and of the largest square that is fitted at once. For experiments and
        the benchmark.
    begun : float
        When it was asked for, by the clock of a
        :class:`~napari_dip.device.clock.Clock`: the preparation counts.
    learnt : Learnt, optional
        What like images have learnt, to be taken over instead of a fit.
    before : Learnt, optional
        What a like image has learnt, for the first fit to go on from.
    load : Load
        What others leave of the processor since then.
    spare_cores : int
        Idle cores that a fit leaves to others, such as who draws the window.
    """

    preset: str = DEFAULT_PRESET
    seed: int = 0
    device: str = 'auto'
    max_num_iter: int | None = None
    time_limit: float | None = None
    adjust: Callable[[Settings], Settings] | None = None
    metrics: tuple[Metric, ...] = ()
    uncertainty: bool = False
    tile: int | None = None
    begun: float = field(default_factory=now, compare=False)
    learnt: Learnt | None = field(default=None, repr=False)
    before: Learnt | None = field(default=None, repr=False)
    load: Load = field(default_factory=Load, compare=False, repr=False)
    spare_cores: int = 0

    def __post_init__(self) -> None:
        """Refuse numbers that bound nothing; make Python's of NumPy's."""
        check_limits(self.seed, self.max_num_iter, self.time_limit)
        object.__setattr__(self, 'seed', int(self.seed))
        if self.max_num_iter is not None:
            object.__setattr__(self, 'max_num_iter', int(self.max_num_iter))
        if self.time_limit is not None:
            object.__setattr__(self, 'time_limit', float(self.time_limit))
