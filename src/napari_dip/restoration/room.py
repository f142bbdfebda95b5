"""Whether a fit of the whole image has room, told before it starts."""

from __future__ import annotations

from napari_dip.prior.device import free_memory
from napari_dip.prior.fit_settings import FitSettings
from napari_dip.prior.problem import Problem
from napari_dip.prior.sweeping import bytes_a_pixel

# Smaller images are not worth the look: even the published network takes no
# more than some gigabytes for them.
_LEAST_PIXELS = 512**2
_PROBE_SIDE = 256
# Gradients and the like beside what the layers give out: measured for the
# networks of inpainting and super-resolution at 1024 × 1024 pixels.
_TRAINING = 1.5


def check_room(problem: Problem, settings: FitSettings) -> None:
    """Refuse a fit that would not fit.

    The system may promise more memory than it has, and end the process once
    it is used, with whatever else was unsaved in napari.

    Parameters
    ----------
    problem : Problem
        What is about to be fitted.
    settings : FitSettings
        How.

    Raises
    ------
    MemoryError
        If all of the image is fitted at once and the memory is too short.
    """
    height, width = problem.operator.image_shape(
        (problem.data.shape[-2], problem.data.shape[-1])
    )
    if settings.window is not None or height * width < _LEAST_PIXELS:
        return
    device = problem.data.device
    given = bytes_a_pixel(
        problem.network,
        problem.latent.channels,
        device,
        settings.precision,
        side=_PROBE_SIDE,
    )
    needed, free = _TRAINING * given * height * width, free_memory(device)
    if needed > free:
        other = '' if device.type == 'cpu' else ' or device="cpu"'
        raise MemoryError(
            f'Not enough memory on {device} for this image: to fit all its '
            f'{height} × {width} pixels at once takes about '
            f'{needed / 1e9:.1f} GB, and {free / 1e9:.1f} GB are free; '
            f'choose preset="fast"{other}, or crop the image.'
        )
