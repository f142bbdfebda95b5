"""Inpainting: A is the mask of the known pixels."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import distance_transform_edt

from napari_dip.engine.optimisers.choice import OptimiserName
from napari_dip.filters.refinement import Refinement
from napari_dip.images.acquired import AcquiredImage, acquire
from napari_dip.images.masks import describe_mask, read_mask
from napari_dip.images.validation import (
    check_callback,
    check_choice,
    check_uncertainty,
)
from napari_dip.networks import UNetSpec
from napari_dip.operators.identity import Identity
from napari_dip.presets import published
from napari_dip.presets.choices import DEFAULT_PRESET, PRESETS
from napari_dip.presets.options import Options
from napari_dip.presets.settings import (
    Settings,
    StoppingSettings,
    whole_image,
)
from napari_dip.session.base import Restoration
from napari_dip.session.prepare import prepare
from napari_dip.session.run import Callback, Restored, run


def _light(
    widths: tuple[int, ...],
    num_iter: int,
    reduction: int,
    refinement: Refinement = 'texture',
    *,
    optimiser: OptimiserName = 'adam',
    learning_rate: float = 1e-2,
) -> Settings:
    return whole_image(
        UNetSpec(widths, reduction=reduction, norm='batch'),
        num_iter,
        StoppingSettings('held_out', held_out=0.01, min_start=num_iter // 4),
        optimiser=optimiser,
        learning_rate=learning_rate,
        refinement=refinement,
    )


def _scattered(widths: tuple[int, ...], num_iter: int) -> Settings:
    return _light(
        widths,
        num_iter,
        reduction=1,
        refinement='scattered',
        optimiser='muon',
        learning_rate=2e-2,
    )


# Scratches, text and holes want a trunk that sees far. With Muon text gained
# and a large hole lost.
SETTINGS = {
    'fast': _light((32, 64, 64, 64, 64), 250, reduction=2),
    'balanced': _light((64, 64, 128, 128, 128), 500, reduction=2),
    'best': _light((64, 64, 128, 128, 128), 1500, reduction=2),
}

# Scattered pixels want one that sees every pixel.
SETTINGS_SCATTERED = {
    'fast': _scattered((16, 32, 64, 64, 64), 125),
    'balanced': _scattered((32, 48, 64, 64, 64), 350),
    'best': _scattered((32, 48, 64, 64, 64), 500),
}

# Mean distance of a missing pixel to a known one, in pixels: 1.0 for half of
# the pixels missing at random, 1.3 for lines three pixels wide.
_SCATTERED = 1.25

# Which of the published recipes fits a mask: the paper used one for text
# and scratches, one for a large hole, and two for scattered pixels.
_MOST = 0.9
_HALF = 0.3
_LARGE_RADIUS = 16


def inpaint(
    image: ArrayLike,
    mask: ArrayLike,
    *,
    channel_axis: int | None = None,
    preset: str = DEFAULT_PRESET,
    seed: int = 0,
    device: str = 'auto',
    max_num_iter: int | None = None,
    time_limit: float | None = None,
    uncertainty: bool = False,
    callback: Callback | None = None,
    return_info: bool = False,
) -> Restored:
    """Fill the missing pixels of one image with a deep image prior.

    A network with random weights is fitted to the known pixels alone; what
    it puts elsewhere is the result there. Known pixels keep their values.

    Parameters
    ----------
    image : (M, N) or (M, N, C) array_like
        Image as :func:`~napari_dip.denoise` takes it. Pixels that are not
        finite, masked or fully transparent are missing too.
    mask : (M, N) or (M, N, C) array_like
        Nonzero where a pixel is missing, as in scikit-image. The record says
        how much that is.
    channel_axis, preset, seed, device, max_num_iter, time_limit, callback, \
return_info
        As in :func:`~napari_dip.denoise`.
    uncertainty : bool
        Whether to estimate by how much a measurement would differ from each
        filled pixel, one standard deviation, as ``info.uncertainty``: 0
        where pixels are known. It is measured on known pixels that were
        held out, single ones, so that deep inside a hole it is a guess.

    Returns
    -------
    restored : ndarray of float32
        Same shape and axes as `image`, in its units.
    info : Record
        Only with `return_info`; holds the uncertainty if asked for.

    Raises
    ------
    TypeError
        If the image or the mask does not hold real numbers.
    ValueError
        If there is nothing to restore, the mask does not fit the image or
        marks no or all pixels, or an option is unknown.
    MemoryError
        If the device has no room for the image.

    Notes
    -----
    What is fitted is the part of the image with all missing pixels and half
    as much around them, 64 pixels at least; with 'ulyanov2018' all of it.
    More than 1536 × 1536 pixels are fitted in overlapping tiles of 640, which
    are smaller where the memory is short. Each has as many iterations,
    `max_num_iter` at most; `time_limit` is for all together. Those that miss
    no pixel are left out.

    References
    ----------
    .. [1] D. Ulyanov, A. Vedaldi, V. Lempitsky, "Deep Image Prior",
           CVPR 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from napari_dip import inpaint
    >>> image = np.random.default_rng(0).normal(100, 5, (32, 32))
    >>> mask = np.zeros((32, 32), bool)
    >>> mask[10:12] = True
    >>> inpaint(image, mask, preset='fast', max_num_iter=5).shape
    (32, 32)
    """
    check_callback(callback)
    check_uncertainty(uncertainty, return_info)
    session = start_inpainting(
        image,
        mask,
        channel_axis=channel_axis,
        options=Options(
            preset,
            seed,
            device,
            max_num_iter,
            time_limit,
            uncertainty=uncertainty,
        ),
    )
    return run(session, callback, return_info)


def start_inpainting(
    image: ArrayLike | AcquiredImage,
    mask: ArrayLike,
    *,
    channel_axis: int | None = None,
    options: Options | None = None,
) -> Restoration:
    """Prepare :func:`inpaint` as a session, to be run step by step."""
    options = options or Options()
    acquired = acquire(image, channel_axis)
    missing = read_mask(mask, acquired)
    return prepare(
        acquired,
        ~missing,
        operator=Identity(),
        settings=choose_settings(options.preset, missing),
        options=options,
        task='inpaint',
        arguments={},
        keep_known=True,
        trim_known=trims_known(options.preset),
        notes=[describe_mask(missing)],
    )


def trims_known(preset: str) -> bool:
    """Whether a preset fits only what lies around the missing pixels.

    The published recipe is that of the whole image.
    """
    return preset != 'ulyanov2018'


def choose_settings(preset: str, missing: NDArray[np.bool_]) -> Settings:
    """Return the settings that a preset stands for, given the mask.

    Parameters
    ----------
    preset : str
        Name of the preset.
    missing : (C, M, N) ndarray of bool
        True where a pixel is missing.
    """
    check_choice(preset, PRESETS, 'preset')
    distances = _distances(missing)
    if preset == 'ulyanov2018':
        return _published_for(missing, float(distances.max()))
    if distances.mean() < _SCATTERED:
        return SETTINGS_SCATTERED[preset]
    return SETTINGS[preset]


def _distances(missing: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Distance of each missing pixel to the nearest known one, in pixels."""
    plane = missing.any(axis=0)
    distances: NDArray[np.float64] = distance_transform_edt(plane)[plane]
    return distances


def _published_for(
    missing: NDArray[np.bool_], largest_radius: float
) -> Settings:
    part = float(missing.mean())
    if part >= _MOST:
        return published.INPAINTING_MOST_MISSING
    if part >= _HALF:
        return published.INPAINTING_HALF_MISSING
    if largest_radius >= _LARGE_RADIUS:
        return published.INPAINTING_LARGE_HOLE
    return published.INPAINTING_TEXT
