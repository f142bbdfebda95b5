"""A preset with fewer iterations than its own."""

from __future__ import annotations

from dataclasses import replace

from napari_dip.engine.settings import FitSettings
from napari_dip.presets.settings import Settings

# A second fit stopped or shown before so many iterations is worse than the
# first, and mixed with it makes it worse (docs/lab/correlated-noise.md).
SETTLED = 50

# The fewest iterations that bear the whole learning rate of fits on windows:
# drawn fields of 128 x 128 diverged after 30 to 100 at that of 'fast', with
# three seeds of four, and after 200 with none. A preset of fewer iterations
# bears its own rate.
_UNHURRIED = 200


def shorten(settings: Settings, max_num_iter: int | None) -> Settings:
    """Return the settings for at most so many iterations, of all fits.

    A shorter fit is a faster one: its schedule is as a whole compressed.
    """
    if max_num_iter is None or max_num_iter >= settings.num_iter:
        return settings
    second = settings.second
    if second is not None:
        later = max_num_iter * second.num_iter // settings.num_iter
        # Too few would not be used at all.
        second = shorten(second, later) if later >= SETTLED else None
        max_num_iter -= second.num_iter if second is not None else 0
    planned = settings.fit.num_iter
    num_iter = min(max_num_iter, planned)
    return replace(
        settings,
        fit=_shorter(settings.fit, num_iter),
        stopping=settings.stopping.shortened(num_iter, planned),
        second=second,
    )


def _shorter(fit: FitSettings, num_iter: int) -> FitSettings:
    rate = fit.learning_rate
    if fit.window is not None:
        # These networks normalise nothing and diverge if hurried.
        rate *= min(1.0, num_iter / min(_UNHURRIED, fit.num_iter))
    return replace(
        fit,
        num_iter=num_iter,
        learning_rate=rate,
        burn_in=fit.burn_in * num_iter // fit.num_iter,
    )
