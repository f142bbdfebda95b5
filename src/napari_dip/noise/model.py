"""What is known of the noise of an image, measured once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from napari_dip.device.pace import go_on
from napari_dip.noise.autocorrelation import noise_texture
from napari_dip.noise.correlated import (
    GIVEN,
    Correlation,
    find_correlation,
)
from napari_dip.noise.defects import find_defects
from napari_dip.noise.low_counts import photon_squares
from napari_dip.noise.low_snr import faint_squares
from napari_dip.noise.variance import VarianceModel, estimate_variance

# Below this the autocorrelation of too few pixels is too little known.
_LEAST_SIDE = 128


@dataclass(frozen=True)
class NoiseModel:
    """Noise of all channels of an image.

    Parameters
    ----------
    variance : tuple of VarianceModel
        Variance against the mean, for each channel.
    correlation : Correlation or None
        How far it reaches; None where it is independent from pixel to pixel.
    photons : int
        Side of the binned pixels in which photons meet, on average; 1 where
        there is light enough.
    faint : int
        Side of the binned pixels in which structure shows beside the noise;
        1 where it does in pixels.
    defects : (C, M, N) ndarray of bool
        Hot and dead pixels, which tell nothing.
    """

    variance: tuple[VarianceModel, ...]
    correlation: Correlation | None
    photons: int
    faint: int
    defects: NDArray[np.bool_]

    @property
    def exists(self) -> bool:
        """Whether any channel has noise."""
        return any(line.gain or line.read_variance for line in self.variance)


def measure_noise(
    planes: NDArray[Any],
    *,
    frames: NDArray[Any] | None = None,
    correlation: str = 'auto',
    exclude_defects: bool = False,
) -> NoiseModel:
    """Measure the noise of an image.

    Parameters
    ----------
    planes : (C, M, N) ndarray
        The image; pixels that are not finite are missing.
    frames : (F, C, M, N) ndarray, optional
        Frames of one field that the image is the mean of.
    correlation : {'auto', 'independent', 'rows', 'columns', 'around'}
        What is known of it; 'auto' measures it.
    exclude_defects : bool
        Whether hot and dead pixels tell nothing of the noise.

    Examples
    --------
    >>> photons = np.random.default_rng(0).poisson(50.0, (1, 128, 128))
    >>> noise = measure_noise(photons)
    >>> noise.correlation is None, noise.photons, noise.faint
    (True, 1, 2)
    """
    known = np.where(np.isfinite(planes), planes, np.nan)
    variance = []
    for plane in known:
        # It takes seconds on a large image.
        go_on()
        variance.append(estimate_variance(plane))
    found = NoiseModel(
        tuple(variance),
        None,
        photons=min(map(photon_squares, known, variance)),
        faint=1,
        defects=np.zeros(planes.shape, bool),
    )
    go_on()
    how_far = _correlation(found, known, frames, correlation)
    found = replace(found, correlation=how_far)
    if frames is None:
        found = replace(found, faint=_faint(found, known))
    # Of compressed noise the variance is told too small, and photons stand
    # out of it.
    go_on()
    rounded = how_far is not None and how_far.rounded
    if exclude_defects and not rounded:
        found = _without_defects(found, planes)
    return found


def _correlation(
    found: NoiseModel,
    planes: NDArray[Any],
    frames: NDArray[Any] | None,
    told: str,
) -> Correlation | None:
    given = GIVEN.get(told)
    if told in GIVEN and (given is None or not given.all_around):
        return given
    measured = None
    if min(planes.shape[1:]) >= _LEAST_SIDE:
        measured = _measured_correlation(found, planes, frames)
    # How far it reaches all around is measured even if that it does is told.
    agrees = measured is not None and measured.all_around
    return measured if given is None or agrees else given


def _measured_correlation(
    found: NoiseModel, planes: NDArray[Any], frames: NDArray[Any] | None
) -> Correlation | None:
    if frames is not None:
        # Unlike an image, the difference of two holds nothing but noise.
        differences = frames[1] - frames[0]
        alone = all(noise_texture(d).independent for d in differences)
        return None if alone else GIVEN['around']
    if found.photons > 1 or not found.exists:
        return None
    return find_correlation(planes)


def _faint(found: NoiseModel, planes: NDArray[Any]) -> int:
    independent = found.correlation is None and found.photons == 1
    if not independent or min(planes.shape[1:]) < _LEAST_SIDE:
        return 1
    if not found.exists:
        return 1
    return min(map(faint_squares, planes, found.variance))


def _without_defects(found: NoiseModel, planes: NDArray[Any]) -> NoiseModel:
    """Find defects, and measure the variance without them."""
    defects = np.stack(list(map(find_defects, planes, found.variance)))
    known = np.where(np.isfinite(planes) & ~defects, planes, np.nan)
    variance = tuple(
        estimate_variance(plane) if left_out.any() else line
        for line, plane, left_out in zip(
            found.variance, known, defects, strict=True
        )
    )
    return replace(found, variance=variance, defects=defects)
