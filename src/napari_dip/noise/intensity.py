"""Detector units to the range of a network, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from napari_dip.noise.clipping import Clipping, find_clipping
from napari_dip.noise.detector import Detector
from napari_dip.noise.variance import NoiseLevel, VarianceModel
from napari_dip.noise.variance_stabilisation import invert, stabilise

Array = NDArray[np.float64]

# Gain times span below this part of the noise's standard deviation squared:
# the noise hardly depends on the signal, and a transform would only bend
# the intensities.
_LEAST_DEPENDENCE = 0.5
#: Quantiles between which lies all but hot and dead pixels.
BULK = (0.001, 0.999)
# Of the darkest hundredth, read noise counted too: in fewer photons the noise
# is not of one variance once it is stabilised.
_LEAST_PHOTONS = 10.0
# Noise that is a greater part of all that the data vary by leaves a fit noise
# enough to be taken for what it has missed.
_MOST_NOISE = 0.75


@dataclass(frozen=True)
class Standard:
    """Range of mean 0 and standard deviation 1."""

    #: Whether noise may be stabilised before.
    stabilises: ClassVar[bool] = True
    #: Whether no single pixel sets it.
    is_robust: ClassVar[bool] = True

    def map(self, values: Array, dtype: np.dtype[Any]) -> tuple[float, float]:
        """Return offset and factor for values of a dtype."""
        # A single hot pixel must not set the scale of all the others.
        values = np.clip(values, *np.quantile(values, BULK))
        return float(values.mean()), float(values.std()) or 1.0


@dataclass(frozen=True)
class Unit:
    """Range of 0 to 1, as networks that end in a sigmoid need.

    8-bit images are divided by 255, others go from least to greatest.
    """

    stabilises: ClassVar[bool] = False
    is_robust: ClassVar[bool] = False

    def map(self, values: Array, dtype: np.dtype[Any]) -> tuple[float, float]:
        """Return offset and factor for values of a dtype."""
        if dtype == np.uint8:
            return 0.0, 255.0
        return float(values.min()), float(np.ptp(values)) or 1.0


Range = Standard | Unit


@dataclass(frozen=True)
class ChannelScale:
    """Map between the intensities of a channel and a network's range.

    Parameters
    ----------
    offset, factor : float
        The network's range is ``(stabilised - offset) / factor``.
    noise : VarianceModel or None
        Noise whose variance is stabilised first; None leaves intensities
        as they are.
    low, high : float
        Least and greatest of the data, in their units.
    clipping : Clipping or None
        Clipped noise, whose mean is undone.
    deviation : float or None
        What the standard deviation of independent noise is at most in the
        network's range.
    even : bool
        Whether it is that everywhere, and less than the signal.
    """

    offset: float
    factor: float
    noise: VarianceModel | None
    low: float
    high: float
    clipping: Clipping | None = None
    deviation: float | None = None
    even: bool = False

    def forward(self, channel: Array) -> Array:
        """Bring intensities to the network's range."""
        if self.noise is not None:
            channel = stabilise(channel, self.noise)
        return (channel - self.offset) / self.factor

    def level_of(self, values: NDArray[Any], line: VarianceModel) -> float:
        """Return the mean variance of noise in the network's range."""
        if self.noise is not None:
            return 1 / self.factor**2
        mean = float(line.variance(values).mean()) if values.size else 0.0
        return mean / self.factor**2

    def backward(self, estimate: Array) -> Array:
        """Bring an estimate to the units of the data, clipping nothing."""
        values = estimate * self.factor + self.offset
        if self.clipping is not None:
            return self.clipping.undo(values)
        if self.noise is None:
            return values
        return invert(values, self.noise)


class Intensity:
    """Map between the user's intensities and the network's, by channel.

    Parameters
    ----------
    image : ndarray
        ``(channels, rows, columns)``, any real dtype.
    known : ndarray of bool
        Same shape; only these pixels are looked at.
    range_ : Range
        That of the network.
    stabilise_noise : bool
        Whether to stabilise noise whose variance grows with the signal.
    undo_clipping : bool
        Whether to bring estimates of clipped Gaussian noise back to the mean
        before it was clipped.
    variance : sequence of VarianceModel, optional
        Noise of each channel; none is stabilised unless given.
    detector : Detector, optional
        What the user has told of it: it is stabilised however little it
        depends on the signal.
    """

    def __init__(
        self,
        image: NDArray[Any],
        known: NDArray[np.bool_],
        range_: Range,
        *,
        stabilise_noise: bool = False,
        undo_clipping: bool = False,
        variance: Sequence[VarianceModel] | None = None,
        detector: Detector | None = None,
    ) -> None:
        self.detector = detector
        self.stabilises = stabilise_noise
        lines: Sequence[VarianceModel | None]
        lines = [None] * len(image) if variance is None else variance
        told = detector is not None
        self._measured = lines if stabilise_noise else ()
        self.channels = [
            _scale(
                channel, mask, range_, line if stabilise_noise else None, told
            )
            for channel, mask, line in zip(image, known, lines, strict=True)
        ]
        if undo_clipping and variance is not None:
            self.channels = [
                _with_known_noise(*channel)
                for channel in zip(
                    self.channels, image, known, lines, strict=True
                )
            ]

    def forward(
        self, image: NDArray[Any], known: NDArray[np.bool_]
    ) -> NDArray[np.float32]:
        """Bring an image to the network's range; unknown pixels become 0."""
        planes = []
        for scale, channel, mask in zip(
            self.channels, image, known, strict=True
        ):
            clean = np.where(mask, channel, scale.low).astype(float)
            planes.append(np.where(mask, scale.forward(clean), 0))
        return np.stack(planes).astype(np.float32)

    def backward(self, estimate: NDArray[Any]) -> NDArray[np.float32]:
        """Bring an estimate to the units of the image, as float32."""
        planes = [
            scale.backward(channel.astype(float))
            for scale, channel in zip(self.channels, estimate, strict=True)
        ]
        return np.stack(planes).astype(np.float32)

    def deviation(self) -> NDArray[np.float32] | None:
        """Return what the deviation of the noise is at most in the range.

        Of each channel; None unless it is known of all.
        """
        found = [
            scale.deviation
            for scale in self.channels
            if scale.deviation is not None
        ]
        if len(found) < len(self.channels):
            return None
        return np.array(found, np.float32)

    @property
    def even(self) -> bool:
        """Whether the noise of all channels is that strong everywhere."""
        return all(scale.even for scale in self.channels)

    def levels(
        self,
        image: NDArray[Any],
        known: NDArray[np.bool_],
        variance: Sequence[VarianceModel],
        certain: Sequence[bool],
    ) -> tuple[NoiseLevel, ...]:
        """Return how strong the noise of each channel is.

        Parameters
        ----------
        image, known
            As the map was made of.
        variance, certain
            Of the noise of each channel, and whether it is no more.
        """
        return tuple(
            NoiseLevel(scale.level_of(channel[mask], line), sure)
            for scale, channel, mask, line, sure in zip(
                self.channels, image, known, variance, certain, strict=True
            )
        )

    def describe(self, averaged: int = 1) -> str:
        """Say what noise was assumed, in words.

        Parameters
        ----------
        averaged : int
            Pixels of the detector that each pixel is the mean of.
        """
        if self.detector is not None and self.stabilises:
            return f'Poisson-Gaussian noise, {self.detector.describe()}'
        models = [scale.noise for scale in self.channels]
        if not any(models):
            clipped = any(scale.clipping for scale in self.channels)
            text = 'Gaussian noise of one variance' + clipped * ', clipped'
            if any(line and line.gain for line in self._measured):
                gains = _gains(self._measured, averaged)
                text += f' (which the gain of {gains} hardly changes)'
            return text
        gains = _gains(models, averaged)
        return f'Poisson-Gaussian noise, gain {gains} (estimated)'


def _gains(models: Sequence[VarianceModel | None], averaged: int) -> str:
    return ', '.join(
        'none' if model is None else f'{averaged * model.gain:.3g}'
        for model in models
    )


def _scale(
    channel: NDArray[Any],
    known: NDArray[np.bool_],
    range_: Range,
    line: VarianceModel | None,
    told: bool,
) -> ChannelScale:
    values = channel[known].astype(float)
    if values.size == 0:
        return ChannelScale(0.0, 1.0, None, 0.0, 0.0)
    low, high = float(values.min()), float(values.max())
    noise = line if told or _depends(line, values) else None
    if noise is not None and range_.stabilises:
        values = stabilise(values, noise)
    else:
        noise = None
    offset, factor = range_.map(values, channel.dtype)
    return ChannelScale(offset, factor, noise, low, high)


def _with_known_noise(
    scale: ChannelScale,
    channel: NDArray[Any],
    known: NDArray[np.bool_],
    measured: VarianceModel | None,
) -> ChannelScale:
    """Find how strong the noise of a channel is, and whether it is clipped."""
    if scale.low == scale.high:
        return scale
    plane = np.where(known, channel, np.nan).astype(float)
    if scale.noise is not None:
        most = 1 / scale.factor
        return replace(
            scale,
            deviation=most,
            even=most <= _MOST_NOISE and _has_light(plane, scale.noise),
        )
    middle = (scale.low + scale.high) / 2
    assert measured is not None
    deviation = float(measured.variance(middle)) ** 0.5
    return replace(
        scale,
        clipping=find_clipping(plane, deviation),
        deviation=deviation / scale.factor or None,
        even=0 < deviation / scale.factor <= _MOST_NOISE,
    )


def _has_light(plane: Array, noise: VarianceModel) -> bool:
    """Whether stabilised noise is as strong in the dark."""
    dark = float(noise.variance(_darkest_and_brightest(plane)[0]))
    return dark >= _LEAST_PHOTONS * noise.gain**2


def _darkest_and_brightest(plane: Array) -> tuple[float, float]:
    low, high = np.nanquantile(plane, [0.01, 0.99])
    return float(low), float(high)


def _depends(noise: VarianceModel | None, values: Array) -> bool:
    """Whether the variance depends on the signal."""
    if noise is None:
        return False
    dim, bright = noise.variance(_darkest_and_brightest(values))
    return bool(bright > 0 and bright - dim >= _LEAST_DEPENDENCE * bright)
