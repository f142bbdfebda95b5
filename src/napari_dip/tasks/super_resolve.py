"""Super-resolution: A is a low-pass filter and decimation."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from napari_dip.engine.settings import FitSettings
from napari_dip.images.acquired import AcquiredImage, acquire
from napari_dip.images.validation import (
    check_callback,
    check_choice,
    check_factor,
    check_uncertainty,
)
from napari_dip.latents.internal import InternalSpec
from napari_dip.networks import CNNSpec, UNetSpec
from napari_dip.operators.downsample import Downsample
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


def _across_scales(num_iter: int, learning_rate: float) -> Settings:
    """Fit a network to what the image loses if it is reduced."""
    return Settings(
        network=CNNSpec(width=32, depth=6),
        latent=InternalSpec('lanczos3'),
        fit=FitSettings(
            num_iter=num_iter,
            optimiser='muon',
            learning_rate=learning_rate,
            window=64,
            num_windows=4,
            turns=True,
            average='weights',
            decay=0.98,
            passes=8,
            precision='auto',
        ),
        stopping=StoppingSettings('none'),
        kernel='lanczos3',
    )


def _of_noise(num_iter: int, learning_rate: float = 1e-2) -> Settings:
    """Fit a network that makes the image of noise."""
    return whole_image(
        UNetSpec((16, 32, 64, 64, 64), reduction=1, norm='batch'),
        num_iter,
        StoppingSettings('none'),
        learning_rate=learning_rate,
        refinement='agreement',
        kernel='lanczos3',
    )


SETTINGS = {
    'fast': _across_scales(125, 1.2e-2),
    'balanced': _across_scales(200, 1e-2),
    # More learn the image by heart.
    'best': _across_scales(200, 1e-2),
    'ulyanov2018': published.SUPER_RESOLUTION,
}
# An image reduced by so much once more has little left to learn from.
_COARSE = 5
SETTINGS_COARSE = {
    'fast': _of_noise(200),
    'balanced': _of_noise(500),
    # In half as many iterations such great steps gain nothing.
    'best': _of_noise(1000, learning_rate=2e-2),
}


def super_resolve(
    image: ArrayLike,
    factor: int | tuple[int, int],
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
    """Enlarge one image with a deep image prior.

    A network with random weights learns from this image alone how details
    look that are lost when it is reduced. The result, brought down to the
    size of the image, agrees with it.

    Parameters
    ----------
    image : (M, N) or (M, N, C) array_like
        Image as :func:`~napari_dip.denoise` takes it.
    factor : int or tuple of int
        Pixels of the result a pixel of the image: 2, 3, 4 or 8, or one from
        1 to 8 for rows and one for columns.
    channel_axis, preset, seed, device, max_num_iter, time_limit, callback, \
return_info
        As in :func:`~napari_dip.denoise`.
    uncertainty : bool
        Whether to estimate by how much each pixel may be off, one standard
        deviation, as ``info.uncertainty``. For it 2 % of the pixels are
        held out of the fit.

    Returns
    -------
    restored : ndarray of float32
        `factor` times the rows and columns of `image`, in its units. The
        image and the result cover the same rectangle: pixel k of the image
        is centred at ``(k + 1/2) factor - 1/2`` of the result.
    info : Record
        Only with `return_info`; holds the uncertainty if asked for.

    Raises
    ------
    TypeError
        If the image does not hold real numbers, or the factor no integers.
    ValueError
        If there is nothing to restore in the image, or an option is unknown
        or out of range.
    MemoryError
        If the device has no room for the result.

    Notes
    -----
    The network is asked for what the image loses if it is reduced by the
    smallest step there is, 2 for a factor of 4, and enlarged again by a
    Lanczos filter. Then the image itself is enlarged step by step, what the
    network finds lacking is added, and the result is projected back onto the
    data. From a factor of 5 on it is fitted to make the image of noise
    instead, and the result agrees with the data too.

    The downsampling operator is fixed and linear: a Lanczos-3 filter, as
    image libraries reduce with, centred on each pixel of the image, then
    decimation; 'ulyanov2018' has the Lanczos-2 filter of the paper.

    Noise is taken for detail: denoise a noisy image first.

    References
    ----------
    .. [1] D. Ulyanov, A. Vedaldi, V. Lempitsky, "Deep Image Prior",
           CVPR 2018.
    .. [2] A. Shocher, N. Cohen, M. Irani, "Zero-Shot Super-Resolution using
           Deep Internal Learning", CVPR 2018.

    Examples
    --------
    >>> import numpy as np
    >>> from napari_dip import super_resolve
    >>> image = np.random.default_rng(0).normal(100, 5, (16, 16))
    >>> super_resolve(image, 2, preset='fast', max_num_iter=5).shape
    (32, 32)
    """
    check_callback(callback)
    check_uncertainty(uncertainty, return_info)
    session = start_super_resolution(
        image,
        factor,
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


def start_super_resolution(
    image: ArrayLike | AcquiredImage,
    factor: int | tuple[int, int],
    *,
    channel_axis: int | None = None,
    options: Options | None = None,
) -> Restoration:
    """Prepare :func:`super_resolve` as a session, to be run step by step."""
    options = options or Options()
    acquired = acquire(image, channel_axis)
    factors = check_factor(factor)
    settings = choose_settings(options.preset, factors)
    return prepare(
        acquired,
        np.ones(acquired.planes.shape, bool),
        operator=Downsample(factors, settings.kernel),
        settings=settings,
        options=options,
        task='super_resolve',
        arguments={'factor': list(factors)},
    )


def choose_settings(preset: str, factors: tuple[int, int]) -> Settings:
    """Return the settings that a preset stands for, given the factors."""
    check_choice(preset, PRESETS, 'preset')
    if preset == 'ulyanov2018' and max(factors) > 4:
        return published.SUPER_RESOLUTION_8
    coarse = min(factors) >= _COARSE
    return (SETTINGS_COARSE if coarse else SETTINGS)[preset]
