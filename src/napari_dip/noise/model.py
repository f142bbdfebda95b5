"""What is known of the noise of an image, measured once."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.device.clock import go_on
from napari_dip.noise.autocorrelation import (
    TOLD,
    Correlation,
    find_correlation,
)
from napari_dip.noise.defects import find_defects, find_saturated
from napari_dip.noise.detector import Detector, NoiseName
from napari_dip.noise.snr import (
    mean_variance,
    measure_snr,
    photon_bins,
    structure_bins,
)
from napari_dip.noise.stripes.find import Stripes
from napari_dip.noise.variance import (
    VarianceModel,
    estimate_variance,
    is_predictable,
)

Lines = tuple[VarianceModel, ...]


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
    stripes : Stripes or None
        Offsets of whole rows and columns. All else is of the image without
        them.
    """

    variance: tuple[VarianceModel, ...]
    correlation: Correlation
    snr: tuple[float, ...]
    predictable: tuple[bool, ...]
    binning: int
    defects: NDArray[np.bool_]
    saturated: NDArray[np.bool_]
    detector: Detector | None = None
    stripes: Stripes | None = None

    @property
    def exists(self) -> bool:
        """Whether any channel has noise."""
        return _exists(self.variance)

    def mean_variance(self, planes: NDArray[Any]) -> NDArray[np.float64]:
        """Return the variance of each channel, its mean over the pixels.

        Parameters
        ----------
        planes : (C, ...) ndarray
            The image; pixels that are not finite are left out.
        """
        return np.array(list(map(mean_variance, planes, self.variance)))

    def of_one_variance(self, planes: NDArray[Any]) -> NoiseModel:
        """Return the same noise without its dependence on the mean."""
        mean = self.mean_variance(planes)
        lines = tuple(VarianceModel(0.0, float(one)) for one in mean)
        return replace(self, variance=lines, detector=None)

    def told(self, correlation: str) -> NoiseModel:
        """Return the same noise with a correlation that was told by name."""
        if correlation not in TOLD:
            return self
        axes = self.defects.ndim - 1
        return replace(self, correlation=Correlation.told(correlation, axes))

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
        elif self.stripes is not None:
            return f'no noise but {self.stripes.describe()}'
        else:
            return 'no noise'
        ratios = ', '.join(f'{ratio:.2g}' for ratio in self.snr)
        text += f'; {self.correlation.describe()}; SNR {ratios}'
        if self.binning > 1:
            text += f', shows in bins of {self.binning} × {self.binning}'
        if self.stripes is not None:
            text += f'; {self.stripes.describe()}'
        for what, one in (
            (self.defects, 'hot or dead pixel'),
            (self.saturated, 'saturated pixel'),
        ):
            count = int(what.sum())
            text += f'; {count} {one}{"s" * (count > 1)}' if count else ''
        return text

    def parts(self) -> dict[str, str]:
        """Return in words what a user may set, by name.

        Offset and read noise tell one number, where the variance begins:
        one of them is taken for 0.
        """
        numbers = [
            (line.gain, -line.read_variance / line.gain, 0.0)
            if line.gain and line.read_variance < 0
            else (line.gain, 0.0, math.sqrt(max(line.read_variance, 0.0)))
            for line in self.variance
        ]
        if self.detector is not None:
            told = self.detector
            numbers = [(told.gain, told.offset, told.read_noise)]
        words = {
            name: ', '.join(f'{value:.3g}' for value in values)
            for name, values in zip(
                ('gain', 'offset', 'read_noise'),
                zip(*numbers, strict=True),
                strict=True,
            )
        }
        stripes = '' if self.stripes is None else self.stripes.name
        return {
            **words,
            'correlation': self.correlation.name,
            'stripes': stripes,
        }

    def to_dict(self) -> dict[str, Any]:
        """Return what a record can hold of it."""
        return {
            'gain': [line.gain for line in self.variance],
            'read_variance': [line.read_variance for line in self.variance],
            'reach': list(self.correlation.reach),
            'binning': self.binning,
            'defects': int(self.defects.sum()),
            'stripes': self.stripes and self.stripes.to_dict(),
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
    ('independent from pixel to pixel', 4)
    """
    known = np.where(np.isfinite(planes), planes, np.nan).astype(float)
    lines = _variance(known, frames, detector)
    photons = min(map(photon_bins, known, lines))
    axes = planes.ndim - 1
    how_far = Correlation.told(correlation, axes)
    # How far it reaches all around is measured even if that it does is told.
    is_known = correlation in TOLD and not how_far.all_around
    # Single photons tell nothing of it, nor does what has no noise.
    if not is_known and photons == 1 and _exists(lines):
        go_on()
        found = _correlation(known, frames)
        if found.all_around or correlation not in TOLD:
            how_far = found
    variance = _of_all_frequencies(lines, how_far, detector)
    defects = np.zeros(planes.shape, bool)
    # Photons stand out of what JPEG has left of them.
    if exclude_defects and not how_far.compressed:
        go_on()
        # They are told by what neighbours differ by.
        defects = np.stack(list(map(find_defects, planes, lines)))
        if defects.any():
            known = np.where(defects, np.nan, known)
            lines = _variance(known, frames, detector)
            variance = _of_all_frequencies(lines, how_far, detector)
    binning = photons
    if photons == 1 and frames is None:
        go_on()
        binning = _binning(known, variance, how_far)
    if saturated is None:
        saturated = np.stack([find_saturated(plane) for plane in planes])
    return NoiseModel(
        variance,
        how_far,
        tuple(map(measure_snr, known, variance)),
        tuple(map(is_predictable, known)),
        binning,
        defects,
        saturated,
        detector,
    )


def _variance(
    planes: NDArray[np.float64],
    frames: NDArray[Any] | None,
    detector: Detector | None,
) -> Lines:
    """Return the variance against the mean, as differences show it."""
    if detector is not None:
        count = 1 if frames is None else len(frames)
        return (detector.averaged(count).variance_model(),) * len(planes)
    lines = []
    for plane in planes:
        # It takes seconds on a large image.
        go_on()
        lines.append(estimate_variance(plane))
    return tuple(lines)


def _of_all_frequencies(
    lines: Lines, correlation: Correlation, detector: Detector | None
) -> Lines:
    """Return the whole variance, of which differences show a part."""
    if detector is not None:
        return lines
    return tuple(line.averaged(correlation.share) for line in lines)


def _correlation(
    planes: NDArray[np.float64], frames: NDArray[Any] | None
) -> Correlation:
    if frames is None:
        return find_correlation(planes)
    # Unlike an image, the difference of two holds nothing but noise.
    return find_correlation(frames[1] - frames[0])


def _binning(
    planes: NDArray[np.float64], lines: Lines, correlation: Correlation
) -> int:
    measured = correlation.coefficients is not None
    if correlation.independent or (correlation.all_around and measured):
        return structure_bins(planes, lines, correlation)
    return 1


def _exists(lines: Lines) -> bool:
    return any(line.gain or line.read_variance for line in lines)


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
