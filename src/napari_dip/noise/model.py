"""What is known of the noise of an image, measured once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.device.pace import go_on
from napari_dip.noise.autocorrelation import (
    Correlation,
    measure_autocorrelation,
)
from napari_dip.noise.correlated import GIVEN, Recipe, find_recipe
from napari_dip.noise.defects import find_defects, find_saturated
from napari_dip.noise.detector import Detector
from napari_dip.noise.low_counts import photon_squares
from napari_dip.noise.low_snr import faint_squares
from napari_dip.noise.names import NoiseName
from napari_dip.noise.texture import noise_texture
from napari_dip.noise.variance import (
    VarianceModel,
    estimate_variance,
    is_predictable,
)

# Below this the autocorrelation of too few pixels is too little known.
_LEAST_SIDE = 128


@dataclass(frozen=True, eq=False)
class NoiseModel:
    """Noise of all channels of an image.

    Parameters
    ----------
    variance : tuple of VarianceModel
        Variance against the mean, for each channel.
    correlation : Correlation
        How far it reaches along each axis.
    snr : tuple of float
        Standard deviation of the structure of each channel by that of its
        noise; infinite without any.
    predictable : tuple of bool
        Whether neighbours tell each pixel of a channel as those of
        independent noise never do.
    binning : int
        Side of the binned pixels in which photons meet, or structure shows
        beside the noise; 1 where they do in pixels.
    defects : (C, ...) ndarray of bool
        Hot and dead pixels, which tell nothing.
    saturated : (C, ...) ndarray of bool
        Pixels at the ceiling of the detector.
    detector : Detector or None
        What the user has told, if that is where the variance is from.
    """

    variance: tuple[VarianceModel, ...]
    correlation: Correlation
    snr: tuple[float, ...]
    predictable: tuple[bool, ...]
    binning: int
    defects: NDArray[np.bool_]
    saturated: NDArray[np.bool_]
    detector: Detector | None = None
    recipe: Recipe | None = None
    few_photons: bool = False

    @property
    def exists(self) -> bool:
        """Whether any channel has noise."""
        return any(line.gain or line.read_variance for line in self.variance)

    def mean_variance(self, planes: NDArray[Any]) -> NDArray[np.float64]:
        """Return the variance of each channel, its mean over the pixels.

        Parameters
        ----------
        planes : (C, ...) ndarray
            The image; pixels that are not finite are left out.
        """
        return np.array(list(map(_mean_variance, planes, self.variance)))

    def of_one_variance(self, planes: NDArray[Any]) -> NoiseModel:
        """Return the same noise without its dependence on the mean."""
        mean = self.mean_variance(planes)
        lines = tuple(VarianceModel(0.0, float(one)) for one in mean)
        return replace(self, variance=lines, detector=None)

    def told(self, correlation: str) -> NoiseModel:
        """Return the same noise with a correlation that was told by name."""
        if correlation not in GIVEN:
            return self
        recipe = GIVEN[correlation]
        reach = recipe.block if recipe else (1,) * (self.defects.ndim - 1)
        return replace(self, recipe=recipe, correlation=Correlation(reach))

    def describe(self) -> str:
        """Say what it is, in words."""
        gains = [line.gain for line in self.variance]
        if self.detector is not None:
            text = f'Poisson-Gaussian noise, {self.detector.describe()}'
        elif any(gains):
            numbers = ', '.join(f'{gain:.3g}' for gain in gains)
            text = f'Poisson-Gaussian noise, gain {numbers}'
        elif self.exists:
            numbers = ', '.join(
                f'{math.sqrt(max(line.read_variance, 0)):.3g}'
                for line in self.variance
            )
            text = f'Gaussian noise, standard deviation {numbers}'
        else:
            return 'no noise'
        ratios = ', '.join(f'{ratio:.2g}' for ratio in self.snr)
        text += f'; {self.correlation.describe()}; SNR {ratios}'
        if self.binning > 1:
            text += f', shows in bins of {self.binning} × {self.binning}'
        for what, one in (
            (self.defects, 'hot or dead pixel'),
            (self.saturated, 'saturated pixel'),
        ):
            count = int(what.sum())
            text += f'; {count} {one}{"s" * (count > 1)}' if count else ''
        return text

    def to_dict(self) -> dict[str, Any]:
        """Return what a record can hold of it."""
        return {
            'gain': [line.gain for line in self.variance],
            'read_variance': [line.read_variance for line in self.variance],
            'reach': list(self.correlation.reach),
            'binning': self.binning,
            'defects': int(self.defects.sum()),
        }


#: Noise that a user may ask for: found from the image, of one variance,
#: that of a detector, or all of it.
Noise = NoiseName | Detector | NoiseModel


def measure_noise(
    planes: NDArray[Any],
    *,
    frames: NDArray[Any] | None = None,
    detector: Detector | None = None,
    correlation: str = 'auto',
    saturated: NDArray[np.bool_] | None = None,
    exclude_defects: bool = False,
) -> NoiseModel:
    """Measure the noise of an image.

    Parameters
    ----------
    planes : (C, M, N) or (C, L, M, N) ndarray
        The image; pixels that are not finite are missing.
    frames : (F, C, ...) ndarray, optional
        Frames of one field that the image is the mean of.
    detector : Detector, optional
        That of a frame, which tells the variance; measured unless given.
    correlation : {'auto', 'independent', 'rows', 'columns', 'around'}
        What is known of it; 'auto' measures it.
    saturated : ndarray of bool, optional
        Saturated pixels, if they are not to be looked for in `planes`.
    exclude_defects : bool
        Whether hot and dead pixels tell nothing of the noise.

    Examples
    --------
    >>> photons = np.random.default_rng(0).poisson(50.0, (1, 128, 128))
    >>> noise = measure_noise(photons)
    >>> noise.correlation.describe(), noise.binning
    ('independent from pixel to pixel', 2)
    """
    known = np.where(np.isfinite(planes), planes, np.nan)
    if detector is None:
        variance = tuple(map(_estimate, known))
    else:
        count = 1 if frames is None else len(frames)
        line = detector.averaged(count).variance_model()
        variance = (line,) * len(planes)
    if saturated is None:
        saturated = np.stack([find_saturated(plane) for plane in planes])
    photons = min(map(photon_squares, known, variance))
    found = NoiseModel(
        variance,
        Correlation((1,) * (planes.ndim - 1)),
        tuple(map(_snr, known, variance)),
        tuple(map(is_predictable, known)),
        photons,
        np.zeros(planes.shape, bool),
        saturated,
        detector,
        few_photons=photons > 1,
    )
    go_on()
    recipe = _recipe(found, known, frames, correlation)
    found = replace(
        found,
        recipe=recipe,
        correlation=_correlation(recipe, known, found.exists),
    )
    if frames is None and found.binning == 1:
        found = replace(found, binning=_faint(found, known))
    go_on()
    # Of compressed noise the variance is told too small, and photons stand
    # out of it.
    if exclude_defects and not (recipe is not None and recipe.rounded):
        found = _without_defects(found, planes)
    return found


def _estimate(plane: NDArray[np.float64]) -> VarianceModel:
    # It takes seconds on a large image.
    go_on()
    return estimate_variance(plane)


def _mean_variance(plane: NDArray[Any], line: VarianceModel) -> float:
    values = plane[np.isfinite(plane)].astype(float)
    return float(line.variance(values).mean()) if values.size else 0.0


def _snr(plane: NDArray[np.float64], line: VarianceModel) -> float:
    noise = _mean_variance(plane, line)
    if not noise:
        return math.inf
    return math.sqrt(max(float(np.nanvar(plane)) / noise - 1, 0.0))


def _correlation(
    recipe: Recipe | None, planes: NDArray[Any], exists: bool
) -> Correlation:
    reach = (1,) * (planes.ndim - 1)
    if recipe is not None:
        reach = tuple(recipe.binning * side for side in recipe.block)
    measured = None
    if exists:
        measured = np.stack(
            [measure_autocorrelation(plane).coefficients for plane in planes]
        )
    return Correlation(reach, measured)


def _recipe(
    found: NoiseModel,
    planes: NDArray[Any],
    frames: NDArray[Any] | None,
    told: str,
) -> Recipe | None:
    given = GIVEN.get(told)
    if told in GIVEN and (given is None or not given.all_around):
        return given
    measured = None
    if planes.ndim == 3 and min(planes.shape[1:]) >= _LEAST_SIDE:
        measured = _measured_recipe(found, planes, frames)
    # How far it reaches all around is measured even if that it does is told.
    agrees = measured is not None and measured.all_around
    return measured if given is None or agrees else given


def _measured_recipe(
    found: NoiseModel, planes: NDArray[Any], frames: NDArray[Any] | None
) -> Recipe | None:
    if frames is not None:
        # Unlike an image, the difference of two holds nothing but noise.
        differences = frames[1] - frames[0]
        alone = all(noise_texture(d).independent for d in differences)
        return None if alone else GIVEN['around']
    if found.binning > 1 or not found.exists:
        return None
    return find_recipe(planes)


def _faint(found: NoiseModel, planes: NDArray[Any]) -> int:
    if found.recipe is not None or min(planes.shape[1:]) < _LEAST_SIDE:
        return 1
    if not found.exists or planes.ndim != 3:
        return 1
    return min(map(faint_squares, planes, found.variance))


def _without_defects(found: NoiseModel, planes: NDArray[Any]) -> NoiseModel:
    """Find defects, and measure the variance without them."""
    defects = np.stack(list(map(find_defects, planes, found.variance)))
    known = np.where(np.isfinite(planes) & ~defects, planes, np.nan)
    variance = tuple(
        estimate_variance(plane)
        if left_out.any() and found.detector is None
        else line
        for line, plane, left_out in zip(
            found.variance, known, defects, strict=True
        )
    )
    return replace(found, variance=variance, defects=defects)


def check_model(noise: NoiseModel, shape: Sequence[int]) -> None:
    """Check that a model that was given is one of the image.

    Raises
    ------
    ValueError
        If its channels or its defects are not those of the image.
    """
    if noise.defects.shape != tuple(shape):
        raise ValueError(
            f'noise: the model is of {_words(noise.defects.shape)} pixels, '
            f'the image of {_words(shape)}; measure that of the image, or '
            'give its parts.'
        )


def _words(shape: Sequence[int]) -> str:
    return ' × '.join(map(str, shape))
