"""Denoising: A is the identity."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from napari_dip.prior.fit import FitSettings
from napari_dip.prior.networks import TrunkSpec
from napari_dip.prior.operators import Identity
from napari_dip.restoration import published
from napari_dip.restoration.axes import to_channels_first
from napari_dip.restoration.choices import DEFAULT_PRESET, PRESETS
from napari_dip.restoration.prepare import Options, prepare
from napari_dip.restoration.run import Callback, Restored, run
from napari_dip.restoration.session import Session
from napari_dip.restoration.settings import (
    LatentSettings,
    Settings,
    StoppingSettings,
)
from napari_dip.restoration.validation import check_choice, check_image


def _light(
    network: TrunkSpec, *, num_iter: int, drop: float, passes: int
) -> Settings:
    return Settings(
        network=network,
        latent=LatentSettings('dropped', drop=drop),
        fit=FitSettings(
            num_iter=num_iter,
            learning_rate=3e-3,
            window=128,
            num_windows=4,
            average='weights',
            passes=passes,
            patience=300,
            precision='auto',
        ),
        stopping=StoppingSettings('held_out', held_out=0.02, min_start=200),
        stabilise_noise=True,
    )


SETTINGS = {
    'fast': _light(
        TrunkSpec((48, 48, 64, 64)), num_iter=250, drop=0.15, passes=8
    ),
    'balanced': _light(
        TrunkSpec((64, 64, 64, 64, 64)), num_iter=500, drop=0.15, passes=16
    ),
    'best': _light(
        TrunkSpec((48, 64, 96, 96), reduction=1),
        num_iter=1500,
        drop=0.15,
        passes=32,
    ),
    'ulyanov2018': published.DENOISING,
}


def denoise(
    image: ArrayLike,
    *,
    channel_axis: int | None = None,
    preset: str = DEFAULT_PRESET,
    seed: int = 0,
    device: str = 'auto',
    max_num_iter: int | None = None,
    time_limit: float | None = None,
    callback: Callback | None = None,
    return_info: bool = False,
) -> Restored:
    """Remove the noise of one image with a deep image prior.

    A network with random weights is fitted to this image alone and stopped
    before it takes up the noise. Nothing has to be tuned or counted.

    Parameters
    ----------
    image : (M, N) or (M, N, C) array_like
        Image in any real dtype and any unit, at least 16 × 16 pixels. Pixels
        that are not finite are missing and are filled in.
    channel_axis : int, optional
        Axis of the channels. If None, a 3-D image with 3 or 4 entries along
        its last axis is RGB or RGBA, and any other must be 2-D.
    preset : {'fast', 'balanced', 'best', 'ulyanov2018'}
        How thorough to be; 'ulyanov2018' is the published recipe, which
        takes hours on a CPU.
    seed : int
        The same seed, image, version and device give the same result.
    device : str
        'auto', 'cpu', 'cuda', 'cuda:N' or 'mps'.
    max_num_iter : int, optional
        Most iterations; the preset's number unless given.
    time_limit : float, optional
        Seconds after which the best estimate so far is returned.
    callback : callable, optional
        Called with a :class:`~napari_dip.restoration.session.Progress` after
        each iteration; returning True stops and keeps the best so far.
    return_info : bool
        Whether to return a :class:`~napari_dip.restoration.record.Record`
        as well.

    Returns
    -------
    restored : ndarray of float32
        Same shape and axes as `image`, in its units, clipped to nothing.
    info : Record
        Only with `return_info`: iterations, reason for stopping, losses,
        time, memory, settings, version.

    Raises
    ------
    TypeError
        If the image does not hold real numbers.
    ValueError
        If there is nothing to restore in the image, or an option is unknown.
    MemoryError
        If the device has no room for the image.

    Notes
    -----
    The presets other than 'ulyanov2018' feed the network the image itself
    with pixels dropped anew at each iteration and ask it for those pixels,
    which presumes noise that is independent from pixel to pixel.

    References
    ----------
    .. [1] D. Ulyanov, A. Vedaldi, V. Lempitsky, "Deep Image Prior",
           CVPR 2018.
    .. [2] J. Batson, L. Royer, "Noise2Self: Blind Denoising by
           Self-Supervision", ICML 2019.

    Examples
    --------
    >>> import numpy as np
    >>> from napari_dip import denoise
    >>> noisy = np.random.default_rng(0).poisson(20, (32, 32))
    >>> restored = denoise(noisy, preset='fast', max_num_iter=5)
    >>> restored.shape, restored.dtype
    ((32, 32), dtype('float32'))
    """
    session = start_denoising(
        image,
        channel_axis=channel_axis,
        options=Options(preset, seed, device, max_num_iter, time_limit),
    )
    return run(session, callback, return_info)


def start_denoising(
    image: ArrayLike,
    *,
    channel_axis: int | None = None,
    options: Options | None = None,
) -> Session:
    """Prepare :func:`denoise` as a session, to be run step by step."""
    options = options or Options()
    array, axis = check_image(image, channel_axis)
    planes = to_channels_first(array, axis)
    return prepare(
        planes,
        np.ones(planes.shape, bool),
        operator=Identity(),
        settings=choose_settings(options.preset),
        options=options,
        task='denoise',
        arguments={},
        channel_axis=axis,
    )


def choose_settings(preset: str) -> Settings:
    """Return the settings that a preset stands for."""
    check_choice(preset, PRESETS, 'preset')
    return SETTINGS[preset]
