"""Denoising: A is the identity."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from napari_dip.prior.fit_settings import FitSettings
from napari_dip.prior.networks import TrunkSpec
from napari_dip.prior.operators import Identity
from napari_dip.restoration import published
from napari_dip.restoration.axes import to_channels_first
from napari_dip.restoration.choices import DEFAULT_PRESET, DEFECTS, PRESETS
from napari_dip.restoration.defects import find_defects, find_saturated
from napari_dip.restoration.detector import Detector, Noise, check_noise
from napari_dip.restoration.noise import noise_texture
from napari_dip.restoration.prepare import Options, prepare
from napari_dip.restoration.protocol import Restoration
from napari_dip.restoration.run import Callback, Restored, run
from napari_dip.restoration.settings import (
    LatentSettings,
    Settings,
    StoppingSettings,
)
from napari_dip.restoration.validation import (
    check_choice,
    check_image,
    check_uncertainty,
)

# Below this the noise of too few pixels is too little known.
_LEAST_SIDE = 128

# More take up the noise, where what was measured of it is not exact.
_RECORRUPTED_ITERATIONS = 200


def _light(
    num_iter: int,
    passes: int,
    widths: tuple[int, ...] = (32, 48, 64, 64, 64),
    learning_rate: float = 6e-3,
) -> Settings:
    return Settings(
        # At full resolution, for a trunk at half of it leaves a faint
        # chequerboard; its few channels there cost little.
        network=TrunkSpec(widths, reduction=1),
        latent=LatentSettings('dropped', drop=0.15),
        fit=FitSettings(
            num_iter=num_iter,
            learning_rate=learning_rate,
            window=64,
            num_windows=8,
            turns=True,
            average='weights',
            passes=passes,
            patience=num_iter // 2,
            precision='auto',
        ),
        stopping=StoppingSettings(
            'held_out', held_out=0.02, min_start=num_iter // 4
        ),
        stabilise_noise=True,
        undo_clipping=True,
        exclude_defects=True,
        refinement='residual',
    )


SETTINGS = {
    'fast': _light(num_iter=200, passes=8),
    'balanced': _light(num_iter=600, passes=16),
    # A wide network diverges at the rate that a narrow one bears.
    'best': _light(2500, 32, (64, 96, 128, 128, 128), learning_rate=2.5e-3),
    'ulyanov2018': published.DENOISING,
}


def denoise(
    image: ArrayLike,
    *,
    channel_axis: int | None = None,
    noise: Noise = 'auto',
    defects: str = 'auto',
    preset: str = DEFAULT_PRESET,
    seed: int = 0,
    device: str = 'auto',
    max_num_iter: int | None = None,
    time_limit: float | None = None,
    uncertainty: bool = False,
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
    noise : {'auto', 'gaussian'} or Detector
        How the variance of the noise depends on the intensity. 'auto' finds
        it from the image, 'gaussian' takes one variance for all pixels, and
        a :class:`Detector` tells gain, offset and read noise.
    defects : {'auto', 'keep'}
        'auto' treats hot and dead pixels as missing; 'keep' takes every
        pixel for what it is. Saturated pixels are kept unless they stand
        out alone, and counted.
    preset : {'fast', 'balanced', 'best', 'ulyanov2018'}
        How thorough to be; 'ulyanov2018' is the published recipe, which
        takes hours on a CPU.
    seed : int
        The same seed, image, version and device give the same result: to
        the last bit on a CPU with the same number of threads; a GPU may
        round differently from run to run.
    device : str
        'auto', 'cpu', 'cuda', 'cuda:N' or 'mps'.
    max_num_iter : int, optional
        Most iterations, if fewer than the preset's; the learning rate then
        falls sooner.
    time_limit : float, optional
        Seconds after which the best estimate so far is returned.
    uncertainty : bool
        Whether to estimate by how much each pixel of the result may be off,
        one standard deviation, as ``info.uncertainty``. It takes about as
        long as 16 further looks at the image. Not with 'ulyanov2018', whose
        network sees every pixel.
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
        time, memory, settings, version; the uncertainty if asked for.

    Raises
    ------
    TypeError
        If the image does not hold real numbers.
    ValueError
        If there is nothing to restore in the image, an option is unknown,
        or no such detector can have made the image.
    MemoryError
        If the device has no room for the image.

    Notes
    -----
    Single hot and dead pixels are treated as missing; the record counts
    them, and the saturated ones, which the result follows to the ceiling and
    not beyond. Noise whose variance grows with the signal is stabilised.

    The presets other than 'ulyanov2018' feed the network the image itself
    with pixels dropped anew at each iteration and ask it for those pixels,
    which presumes noise that is independent from pixel to pixel. Where the
    quiet parts of the image show that it is not, as in interpolated camera
    images, squares of pixels are dropped on a three times coarser grid; the
    noise is then measured on the residual, and a second fit at full
    resolution [3]_ follows, whose mean with the first is returned.

    References
    ----------
    .. [1] D. Ulyanov, A. Vedaldi, V. Lempitsky, "Deep Image Prior",
           CVPR 2018.
    .. [2] J. Batson, L. Royer, "Noise2Self: Blind Denoising by
           Self-Supervision", ICML 2019.
    .. [3] T. Pang et al., "Recorrupted-to-Recorrupted: Unsupervised Deep
           Learning for Image Denoising", CVPR 2021.

    Examples
    --------
    >>> import numpy as np
    >>> from napari_dip import denoise
    >>> noisy = np.random.default_rng(0).poisson(20, (32, 32))
    >>> restored = denoise(noisy, preset='fast', max_num_iter=5)
    >>> restored.shape, restored.dtype
    ((32, 32), dtype('float32'))
    """
    check_uncertainty(uncertainty, return_info)
    session = start_denoising(
        image,
        channel_axis=channel_axis,
        noise=noise,
        defects=defects,
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


def start_denoising(
    image: ArrayLike,
    *,
    channel_axis: int | None = None,
    noise: Noise = 'auto',
    defects: str = 'auto',
    options: Options | None = None,
) -> Restoration:
    """Prepare :func:`denoise` as a session, to be run step by step."""
    options = options or Options()
    array, axis = check_image(image, channel_axis)
    planes = to_channels_first(array, axis)
    settings = choose_settings(options.preset, planes)
    check_noise(noise, planes, options.preset)
    check_choice(defects, DEFECTS, 'defects')
    if noise == 'gaussian':
        settings = replace(settings, stabilise_noise=False)
    if defects == 'keep':
        settings = replace(settings, exclude_defects=False)
    if options.uncertainty and settings.latent.kind != 'dropped':
        raise ValueError(
            f'uncertainty: with the preset {options.preset!r} the network '
            'sees every pixel, and none is left to measure its error by; '
            'choose another preset, or leave the uncertainty out.'
        )
    missing = np.zeros(planes.shape, bool)
    if settings.exclude_defects:
        missing = np.stack([find_defects(plane) for plane in planes])
    return prepare(
        planes,
        ~missing,
        operator=Identity(),
        settings=settings,
        options=options,
        task='denoise',
        arguments={'noise': noise, 'defects': defects},
        channel_axis=axis,
        defects=int(missing.sum()),
        saturated=sum(int(find_saturated(p).sum()) for p in planes),
        detector=noise if isinstance(noise, Detector) else None,
    )


def choose_settings(preset: str, planes: NDArray[Any]) -> Settings:
    """Return the settings that a preset stands for, given the image.

    Parameters
    ----------
    preset : str
        Name of the preset.
    planes : (C, M, N) ndarray
        The image.
    """
    check_choice(preset, PRESETS, 'preset')
    settings = SETTINGS[preset]
    if preset != 'ulyanov2018' and _has_correlated_noise(planes):
        return _for_correlated_noise(settings)
    return settings


def _has_correlated_noise(planes: NDArray[Any]) -> bool:
    if min(planes.shape[1:]) < _LEAST_SIDE:
        return False
    measured = np.where(np.isfinite(planes), planes, np.nan)
    textures = [noise_texture(plane) for plane in measured]
    return all(t.dominated_by_noise and not t.independent for t in textures)


def _for_correlated_noise(settings: Settings) -> Settings:
    """Fit what noise leaves of the details, then measure the noise on that.

    Noise is correlated where a camera image was interpolated, and such an
    image has few details that are finer than a coarser grid, on which the
    network can be asked for pixels only whose noise no pixel that is seen
    shares. What is left of the image at its own grid is the noise and those
    details; once the noise is known, a second fit finds them. The gain
    cannot be measured on such noise.
    """
    latent = replace(settings.latent, block=3, drop=0.3)
    fit = replace(settings.fit, learning_rate=3e-3)
    return replace(
        settings,
        network=TrunkSpec((64,) * 5),
        latent=latent,
        fit=fit,
        binning=3,
        stabilise_noise=False,
        undo_clipping=False,
        second=_recorrupted(settings),
    )


def _recorrupted(settings: Settings) -> Settings:
    num_iter = min(settings.fit.num_iter // 2, _RECORRUPTED_ITERATIONS)
    return Settings(
        network=TrunkSpec((32, 48, 64, 64, 64), reduction=1),
        latent=LatentSettings('recorrupted', strength=0.5),
        fit=replace(settings.fit, num_iter=num_iter, learning_rate=3e-3),
        # The noise of held-out pixels is that of their neighbours too.
        stopping=StoppingSettings('none'),
        refinement=settings.refinement,
    )
