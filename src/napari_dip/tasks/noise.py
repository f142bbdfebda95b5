"""The noise of an image: what the user tells of it, and measured else."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from napari_dip.images.acquired import AcquiredImage, acquire
from napari_dip.images.flat_areas import FlatAreas, find_flat_areas
from napari_dip.images.validation import check_choice
from napari_dip.noise import model
from napari_dip.noise.autocorrelation import CORRELATIONS
from napari_dip.noise.defects import find_saturated
from napari_dip.noise.detector import Detector, check_detector, check_name
from napari_dip.noise.jpeg import was_white
from napari_dip.noise.model import Noise, NoiseModel, check_model
from napari_dip.noise.stripes.find import Stripes, find_stripes

if TYPE_CHECKING:
    from napari_dip.grid.regions import Region
    from napari_dip.images.axes import Axes
    from napari_dip.images.repeats import Repeats


def measure_noise(
    image: ArrayLike | AcquiredImage,
    *,
    channel_axis: int | None = None,
    noise: Noise = 'auto',
    correlation: str = 'auto',
    defects: str = 'auto',
    stripes: str = 'auto',
) -> NoiseModel:
    """Measure the noise of one image, as :func:`~napari_dip.denoise` does.

    Parameters
    ----------
    image, channel_axis, noise, correlation, defects, stripes
        As in :func:`~napari_dip.denoise`.

    Returns
    -------
    NoiseModel
        In the units of the image: variance against the mean, correlation,
        SNR, stripes, defects and saturated pixels.
        ``denoise(image, noise=...)`` takes it, as it is or with changed
        parts.

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
        stripes=stripes,
        parts=acquired.parts,
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
    stripes: str = 'keep',
    parts: Sequence[Region] = (),
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
    noise, correlation, defects, stripes
        As in :func:`~napari_dip.denoise`.
    parts : sequence of Region
        Parts of the image that have offsets of their own.

    Raises
    ------
    ValueError
        If one of them is unknown, or not of the image.
    """
    check_choice(defects, ('auto', 'keep'), 'defects')
    _check_stripes(stripes)
    check_choice(correlation, CORRELATIONS, 'correlation')
    if isinstance(noise, NoiseModel):
        check_model(noise, shown.shape)
        told = noise.told(correlation)
        if defects == 'keep':
            told = replace(told, defects=np.zeros_like(told.defects))
        return told if stripes == 'auto' else replace(told, stripes=None)
    detector = noise if isinstance(noise, Detector) else None
    if detector is not None:
        check_detector(detector, acquired)
    else:
        check_name(noise)
    offsets = look_for_stripes(shown, stripes, parts)
    if offsets is not None:
        shown = offsets.taken_from(shown)
    found = model.measure_noise(
        shown,
        frames=None if repeats is None else repeats.planes,
        detector=detector,
        correlation=correlation,
        saturated=np.stack([find_saturated(plane) for plane in acquired]),
        exclude_defects=defects != 'keep',
    )
    found = replace(found, stripes=offsets)
    return found.of_one_variance(shown) if noise == 'gaussian' else found


def look_for_stripes(
    shown: NDArray[Any],
    stripes: str,
    parts: Sequence[Region] = (),
    filled: NDArray[np.bool_] | None = None,
) -> Stripes | None:
    """Find the offsets of the lines of an image, unless they are kept.

    Parameters
    ----------
    shown : (C, ...) ndarray
        What is fitted, NaN where it is missing.
    stripes : {'auto', 'keep'}
        As in :func:`~napari_dip.denoise`.
    parts, filled
        As in :func:`~napari_dip.noise.stripes.find.find_stripes`.

    Raises
    ------
    ValueError
        If `stripes` is unknown.
    """
    _check_stripes(stripes)
    return find_stripes(shown, parts, filled) if stripes == 'auto' else None


def foresee_stripes(
    image: ArrayLike | None,
    axes: Axes,
    stripes: str,
    missing: NDArray[np.bool_] | None = None,
) -> dict[str, str]:
    """Tell which lines of an image have offsets, for the form.

    Parameters
    ----------
    image : array_like or None
        The image, if it is known.
    axes : Axes
        Its axes.
    stripes : {'auto', 'keep'}
        As in :func:`~napari_dip.denoise`.
    missing : (C, ...) ndarray of bool, optional
        Where it is missing.
    """
    if image is None:
        return {}
    acquired = acquire(image, axes.channel_axis, ndim=len(axes.plane))
    shown = acquired.planes
    if missing is not None:
        shown = np.where(missing, np.nan, shown)
    found = look_for_stripes(shown, stripes, acquired.parts)
    return {} if found is None else {'stripes': found.name}


def note_stripes(stripes: Stripes) -> str:
    """Say that stripes were taken out."""
    return f'Offsets of the {stripes.name} were found and taken out.'


def note_compression(planes: NDArray[Any], noise: NoiseModel) -> list[str]:
    """Say that the image was a JPEG, if its noise is taken for independent.

    Rounded coefficients of blocks are shared by their pixels.
    """
    independent = noise.correlation.independent
    if not independent or was_white(planes.astype(float)) is None:
        return []
    text = (
        'The image was a JPEG once, which spreads noise over pixels next to '
        'each other, and the noise is taken for independent. If grain stays, '
        "say that it is correlated (correlation='around'), or remove the "
        'compression instead.'
    )
    return [text]


def _check_stripes(stripes: str) -> None:
    check_choice(stripes, ('auto', 'keep'), 'stripes')


class Settled(NamedTuple):
    """An image and its noise, with what the noise model takes out gone.

    Parameters
    ----------
    noise : NoiseModel
        Its noise.
    image : AcquiredImage
        The image without stripes.
    repeats : Repeats or None
        What it is fitted as the mean of, without stripes.
    shown : (C, ...) ndarray
        What is fitted, NaN where flat areas are.
    notes : list of str
        What was taken out, a sentence each.
    """

    noise: NoiseModel
    image: AcquiredImage
    repeats: Repeats | None
    shown: NDArray[Any]
    notes: list[str]


def settle_image(
    image: AcquiredImage,
    repeats: Repeats | None,
    flat: FlatAreas | None = None,
    **told: Any,
) -> Settled:
    """Settle the noise of an image, and take out its stripes.

    Parameters
    ----------
    image : AcquiredImage
        The image.
    repeats : Repeats or None
        What it is fitted as the mean of.
    flat : FlatAreas, optional
        Areas of it that are no part of it.
    **told
        `noise`, `correlation`, `defects` and `stripes`, as in
        :func:`settle_noise`.

    Raises
    ------
    ValueError
        As :func:`settle_noise`.
    """
    shown = image.planes if repeats is None else repeats.mean
    if flat is not None:
        shown = flat.without(shown)
    noise = settle_noise(
        image.planes, shown, repeats, parts=image.parts, **told
    )
    stripes = noise.stripes
    if stripes is None:
        return Settled(noise, image, repeats, shown, [])
    if repeats is not None:
        planes = repeats.planes - stripes.offsets
        repeats = replace(repeats, planes=planes)
    return Settled(
        noise,
        replace(image, planes=stripes.taken_from(image.planes)),
        repeats,
        stripes.taken_from(shown),
        [note_stripes(stripes)],
    )
