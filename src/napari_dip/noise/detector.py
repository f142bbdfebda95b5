"""What a user knows of the detector."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from napari_dip.noise.variance import VarianceModel

#: Noise by name.
NoiseName = Literal['auto', 'gaussian']
NOISES: tuple[NoiseName, ...] = ('auto', 'gaussian')


@dataclass(frozen=True)
class Detector:
    """A linear detector that counts photo-electrons.

    The intensity of a pixel that `n` photo-electrons are expected in is
    ``offset + gain * n`` on average, with the variance ``gain**2 * n +
    read_noise**2``.

    Parameters
    ----------
    gain : float
        Intensity units for each photo-electron, more than 0. Data sheets of
        cameras often give its inverse, electrons for each count.
    offset : float
        Mean intensity without any light, in intensity units.
    read_noise : float
        Standard deviation of the intensity without any light, in intensity
        units, at least 0: the electrons of a data sheet times `gain`.
    origin : str
        Where the numbers come from, for the record.

    Raises
    ------
    ValueError
        If a number is not finite or out of range.

    Examples
    --------
    >>> camera = Detector(gain=2.2, offset=100, read_noise=3.5)
    >>> float(camera.variance_model().variance(320.0))
    496.25
    """

    gain: float
    offset: float = 0.0
    read_noise: float = 0.0
    origin: str = 'given'

    def __post_init__(self) -> None:
        """Refuse what no detector has; make Python's numbers of NumPy's."""
        _check(
            'gain',
            self.gain,
            'a positive number; give the intensity units for each '
            'photo-electron, such as 2.2',
            least=math.ulp(0.0),
        )
        _check(
            'offset',
            self.offset,
            'a number; give the mean intensity without any light, such as '
            '100, or 0',
        )
        _check(
            'read_noise',
            self.read_noise,
            'a number of at least 0; give the standard deviation without '
            'any light in intensity units, such as 3.5, or 0',
            least=0.0,
        )
        for name in ('gain', 'offset', 'read_noise'):
            object.__setattr__(self, name, float(getattr(self, name)))

    def variance_model(self) -> VarianceModel:
        """Return the straight line of variance over mean."""
        # A product may be infinite, a power raises an error.
        read_variance = self.read_noise * self.read_noise
        return VarianceModel(
            self.gain, read_variance - self.gain * self.offset
        )

    def averaged(self, count: float) -> Detector:
        """Return the detector that a mean of `count` images seems made by.

        That of one of them is the inverse, ``averaged(1 / count)``.
        """
        return replace(
            self,
            gain=self.gain / count,
            read_noise=self.read_noise / math.sqrt(count),
        )

    def describe(self) -> str:
        """Say the numbers."""
        return (
            f'gain {self.gain:.4g}, offset {self.offset:.4g}, read noise '
            f'{self.read_noise:.4g} ({self.origin})'
        )


def check_detector(noise: Detector, planes: NDArray[Any]) -> None:
    """Check that a detector can have made an image.

    Parameters
    ----------
    noise : Detector
        What was told.
    planes : (C, ...) ndarray
        The image.

    Raises
    ------
    ValueError
        If it cannot.
    """
    values = planes[np.isfinite(planes)].astype(float)
    bright = float(values.max())
    if noise.variance_model().variance(bright) <= 0:
        raise ValueError(
            f'offset: {noise.offset:.4g} is above the brightest pixel, '
            f'{bright:.4g}, so that no pixel would have any noise; give the '
            'mean intensity without any light.'
        )
    _check_size(noise, values)


def _check_size(noise: Detector, values: NDArray[np.float64]) -> None:
    """Check that an image can have so much noise, and so little.

    The deviation of any values is at most half of their range, and the noise
    is but a part of it. Below the steps of float32 there is none, for which
    an offset and a read noise of 0 stand.
    """
    low, mean, high = values.min(), values.mean(), values.max()
    with np.errstate(over='ignore', invalid='ignore'):
        typical = math.sqrt(noise.variance_model().variance(mean))
        light = math.sqrt(noise.gain * abs(high - noise.offset))
    # Smaller numbers lose digits in float32, and more is lost below.
    smallest = float(np.finfo(np.float32).smallest_normal)
    step = float(np.spacing(np.float32(max(abs(low), abs(high)))))
    parts = {
        'photon noise': (light, step),
        'read noise': (noise.read_noise, step),
        'offset': (abs(noise.offset), smallest),
    }
    problems = [
        f'{name} of {size:.3g}, less than float32 can tell, {least:.3g}'
        for name, (size, least) in parts.items()
        if 0 < size < least
    ]
    if not typical <= high - low:
        most = f'more than the {high - low:.4g} that all its values differ by'
        problems = [f'noise of {typical:.3g} at its mean, {most}']
    if problems:
        raise ValueError(
            f'noise: a detector with gain {noise.gain:.4g}, offset '
            f'{noise.offset:.4g} and read noise {noise.read_noise:.4g} would '
            f'have given the image {problems[0]}; give the three in the '
            'units of the image.'
        )


def check_name(noise: object) -> NoiseName:
    """Check the name of a noise.

    Raises
    ------
    ValueError
        If it is none.
    """
    for name in NOISES:
        # An array could not even be compared.
        if isinstance(noise, str) and noise == name:
            return name
    raise ValueError(
        f'noise: {noise!r} is unknown; give '
        f'{", ".join(repr(name) for name in NOISES)}, a detector or a noise '
        'model.'
    )


def _check(
    name: str, value: object, wanted: str, least: float = -math.inf
) -> None:
    is_number = isinstance(
        value, (int, float, np.integer, np.floating)
    ) and not isinstance(value, bool)
    if not is_number or not (
        math.isfinite(value) and value >= least  # type: ignore[arg-type, operator]
    ):
        raise ValueError(f'{name}: {value!r} is not {wanted}.')
