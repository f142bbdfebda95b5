"""The noise of an image: what the user tells of it, and measured else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from napari_dip.images.acquired import AcquiredImage, acquire
from napari_dip.images.flat_areas import find_flat_areas
from napari_dip.images.validation import check_choice
from napari_dip.noise import model
from napari_dip.noise.autocorrelation import CORRELATIONS
from napari_dip.noise.defects import find_saturated
from napari_dip.noise.detector import Detector, check_detector, check_name
from napari_dip.noise.model import Noise, NoiseModel, check_model

if TYPE_CHECKING:
    from napari_dip.images.repeats import Repeats


def measure_noise(
    image: ArrayLike | AcquiredImage,
    *,
    channel_axis: int | None = None,
    noise: Noise = 'auto',
    correlation: str = 'auto',
    defects: str = 'auto',
) -> NoiseModel:
    """Measure the noise of one image, as :func:`~napari_dip.denoise` does.

    Parameters
    ----------
    image, channel_axis, noise, correlation, defects
        As in :func:`~napari_dip.denoise`.

    Returns
    -------
    NoiseModel
        In the units of the image: variance against the mean, correlation,
        SNR, defects and saturated pixels. ``denoise(image, noise=...)`` takes
        it, as it is or with changed parts.

    Examples
    --------
    >>> from napari_dip import measure_noise
    >>> light = np.linspace(20, 200, 128 * 128).reshape(128, 128)
    >>> measure_noise(np.random.default_rng(0).poisson(light)).describe()
    'Poisson-Gaussian noise, gain 1.11; independent from pixel to pixel; \
SNR 4.7'
    """
    acquired = acquire(image, channel_axis)
    planes = acquired.planes
    flat = find_flat_areas(planes)
    found = settle_noise(
        planes,
        flat.without(planes),
        noise=noise,
        correlation=correlation,
        defects=defects,
    )
    return replace(found, saturated=found.saturated & ~flat.all)


def settle_noise(
    acquired: NDArray[Any],
    shown: NDArray[Any],
    repeats: Repeats | None = None,
    *,
    noise: Noise = 'auto',
    correlation: str = 'auto',
    defects: str = 'auto',
) -> NoiseModel:
    """Return the noise of an image: what is told, and measured else.

    Parameters
    ----------
    acquired : (C, ...) ndarray
        The image as it was acquired.
    shown : (C, ...) ndarray
        What is fitted, NaN where it is missing.
    repeats : Repeats, optional
        What that is the mean of, where it is one.
    noise, correlation, defects
        As in :func:`~napari_dip.denoise`.

    Raises
    ------
    ValueError
        If one of them is unknown, or not of the image.
    """
    check_choice(defects, ('auto', 'keep'), 'defects')
    check_choice(correlation, CORRELATIONS, 'correlation')
    if isinstance(noise, NoiseModel):
        check_model(noise, shown.shape)
        told = noise.told(correlation)
        if defects == 'keep':
            told = replace(told, defects=np.zeros_like(told.defects))
        return told
    detector = noise if isinstance(noise, Detector) else None
    if detector is not None:
        check_detector(detector, acquired)
    else:
        check_name(noise)
    found = model.measure_noise(
        shown,
        frames=None if repeats is None else repeats.planes,
        detector=detector,
        correlation=correlation,
        saturated=np.stack([find_saturated(plane) for plane in acquired]),
        exclude_defects=defects != 'keep',
    )
    return found.of_one_variance(shown) if noise == 'gaussian' else found
