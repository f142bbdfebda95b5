"""Learning curves: how much sooner structure is fitted than noise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from napari_dip.presets.choices import DEFAULT_PRESET
from napari_dip.tasks import fields
from napari_dip.tasks.base import Task, register

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from napari_dip.images.acquired import AcquiredImage
    from napari_dip.images.axes import Axes
    from napari_dip.presets.options import Options
    from napari_dip.presets.settings import Settings
    from napari_dip.session.base import Callback, Restoration, Restored
    from napari_dip.session.study import Found, Made
    from napari_dip.tasks.outline import Outline

_IMAGE, _NOISE = 'image', 'white noise'
_FITTED = (_IMAGE, 'image and noise', 'shuffled pixels', _NOISE)
# Added noise has this part of the deviation of the image.
_ADDED = 0.5
# Iterations from one look at the held-out error to the next.
_LOOKS = 10
# Less far apart, no stop keeps one from the other.
_NEAR = 3.0


def learning_curves(
    image: fields.Image,
    *,
    channel_axis: fields.ChannelAxis = None,
    preset: fields.Preset = DEFAULT_PRESET,
    seed: fields.Seed = 0,
    device: fields.Device = 'auto',
    max_num_iter: fields.MaxNumIter = None,
    time_limit: fields.TimeLimit = None,
    callback: Callback | None = None,
    return_info: bool = False,
) -> Restored:
    """Show how much sooner the prior fits your image than noise.

    A network is fitted to the image, to the image with noise added, to its
    pixels in random order and to white noise, each from the same random
    weights. Where the curves of the image and of the noise lie far apart, a
    fit that is stopped in time leaves the noise out.

    Parameters
    ----------
    image : (M, N) or (M, N, C) array_like
        Image as :func:`~napari_dip.denoise` takes it.
    channel_axis, seed, device, time_limit, callback, return_info
        As in :func:`~napari_dip.denoise`.
    preset : {'fast', 'balanced', 'best', 'ulyanov2018'}
        Network and number of iterations of each of the four fits; with
        'best' and 'ulyanov2018' the published network.
    max_num_iter : int, optional
        Most iterations of each fit.

    Returns
    -------
    restored : ndarray of float32
        The fit of the image where the error on held-out pixels was least.
    info : Record
        Only with `return_info`. Its `curves` are the part of the variance
        of each that is not yet fitted, over the iterations; its `notes` say
        how far image and noise lie apart, and when to stop.

    References
    ----------
    .. [1] D. Ulyanov, A. Vedaldi, V. Lempitsky, "Deep Image Prior",
           CVPR 2018, figure 2.

    Examples
    --------
    >>> import numpy as np
    >>> from napari_dip import learning_curves
    >>> waves = np.sin(np.arange(32 * 32).reshape(32, 32) / 40)
    >>> restored, info = learning_curves(
    ...     waves, preset='fast', max_num_iter=5, return_info=True
    ... )
    >>> sorted(info.curves)
    ['image', 'image and noise', 'shuffled pixels', 'white noise']
    """
    return TASK.run(**locals())


def start_learning_curves(
    image: ArrayLike | AcquiredImage,
    *,
    channel_axis: int | None = None,
    options: Options | None = None,
) -> Restoration:
    """Prepare :func:`learning_curves` as a session, run step by step."""
    from functools import partial

    from napari_dip.images.acquired import acquire
    from napari_dip.presets.options import Options
    from napari_dip.session.study import Part
    from napari_dip.tasks.prior.fits import begin_fit, begin_study

    options = options or Options()
    settings = _settings(options.preset)
    acquired = acquire(image, channel_axis)
    planes = acquired.planes

    def begin(name: str) -> Restoration:
        fitted = _make(name, planes, options.seed)
        return begin_fit(acquired, fitted, settings, options)

    return begin_study(
        [Part(name, partial(begin, name), is_plain=True) for name in _FITTED],
        partial(_compare, noise_part=_noise_part(planes)),
        'learning_curves',
        acquired.channel_axis,
        options,
    )


def _settings(preset: str) -> Settings:
    """Plain fits of one length, none of which ends before."""
    from dataclasses import replace

    from napari_dip.engine.early_stopping import HeldOutEstimate
    from napari_dip.tasks.method import DeepImagePrior
    from napari_dip.tasks.presets.deep_image_prior import plain_settings

    settings = plain_settings(DeepImagePrior(), preset, 'denoising')
    stopping = HeldOutEstimate(patience=settings.fit.num_iter)
    return replace(
        settings,
        stopping=stopping,
        stabilise_noise=False,
        undo_clipping=False,
    )


def _make(name: str, planes: NDArray[Any], seed: int) -> NDArray[Any]:
    """Make what is fitted of the image, missing where it is."""
    import numpy as np

    generator = np.random.default_rng(seed)
    if name == _IMAGE:
        return planes
    known = np.isfinite(planes)
    made = np.where(known, planes, np.nan).astype(float)
    deviation = np.nanstd(made, axis=(1, 2), keepdims=True)
    if name == 'image and noise':
        return made + generator.normal(0, _ADDED * deviation, made.shape)
    if name == _NOISE:
        mean = np.nanmean(made, axis=(1, 2), keepdims=True)
        drawn = generator.normal(mean, deviation, made.shape)
        return np.where(known, drawn, np.nan)
    for plane, here in zip(made, known, strict=True):
        plane[here] = generator.permutation(plane[here])
    return made


def _noise_part(planes: NDArray[Any]) -> float:
    """Part of the variance of an image that is noise, its mean."""
    import numpy as np

    from napari_dip.noise.model import measure_noise

    known = np.where(np.isfinite(planes), planes, np.nan).astype(float)
    variance = measure_noise(known).mean_variance(known)
    whole = np.nanvar(known, axis=(1, 2))
    part = np.divide(
        variance, whole, where=whole > 0, out=np.zeros_like(whole)
    )
    return float(np.clip(part, 0, 1).mean())


def _compare(found: Sequence[Found], noise_part: float) -> Made:
    from napari_dip.session.study import Made

    curves = {one.name: one.losses for one in found}
    best = found[0].record.best_iteration
    notes = read_curves(curves, noise_part, best)
    return Made(found[0].image, curves=curves, notes=notes)


def read_curves(
    curves: Mapping[str, Sequence[tuple[int, float]]],
    noise_part: float,
    best: int,
) -> list[str]:
    """Say what learning curves tell, in sentences.

    Parameters
    ----------
    curves : mapping of str to sequence of (int, float)
        Part of the variance that is not fitted, over the iterations.
    noise_part : float
        Part of the variance of the image that is noise.
    best : int
        Iteration of the least error on held-out pixels, 0 if unknown.

    Examples
    --------
    >>> image = [(n, 0.9**n) for n in range(1, 200)]
    >>> noise = [(n, 0.99**n) for n in range(1, 200)]
    >>> for told in read_curves({'image': image, 'white noise': noise}, 0, 60):
    ...     print(told)
    Half of the structure was fitted after 7 iterations, half of white noise \
after 69: 9.9 times as many.
    Structure and noise lie far apart: stop at about 60 iterations.
    """
    if not {_IMAGE, _NOISE} <= set(curves):
        return ['The fits were stopped before there was a curve of noise.']
    structure = _fitted_after(curves[_IMAGE], (1 + noise_part) / 2)
    noise = _fitted_after(curves[_NOISE], 1 / 2)
    length = curves[_IMAGE][-1][0]
    if structure is None:
        short = f'Half of the structure was not fitted in {length} iterations'
        return [f'{short}; let it go on for longer.']
    told = f'Half of the structure was fitted after {structure} iterations'
    if noise is None:
        apart = length / structure
        notes = [f'{told}, half of white noise not in {length}.']
    else:
        apart = noise / structure
        times = f'{apart:.1f} times as many'
        notes = [f'{told}, half of white noise after {noise}: {times}.']
    if apart < _NEAR:
        how = 'lie close together: no stop keeps one from the other'
    elif best and best > length - _LOOKS:
        how = f'lie far apart, and it still got better after {length}'
        how += ' iterations'
    elif best:
        how = f'lie far apart: stop at about {best} iterations'
    else:
        how = 'lie far apart'
    return [*notes, f'Structure and noise {how}.']


def _fitted_after(
    curve: Sequence[tuple[int, float]], level: float
) -> int | None:
    return next((n for n, value in curve if value <= level), None)


def _outline(axes: Axes, preset: str) -> Outline:
    """Tell what is fitted."""
    from napari_dip.tasks.outline import Outline

    return Outline(_settings(preset), repeated=len(_FITTED))


TASK = register(
    Task(
        learning_curves,
        start_learning_curves,
        _outline,
        step='learning curves',
    )
)
