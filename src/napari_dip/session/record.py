"""What a restoration was, how it went, and why it ended."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from napari_dip import __version__

if TYPE_CHECKING:
    from napari_dip.session.progress import Brief
    from napari_dip.session.stages import Past


from napari_dip.engine.state import StopReason, name_channels
from napari_dip.session.progress import Brief


@dataclass(frozen=True)
class Record:
    """Account of a restoration, enough to repeat it.

    Parameters
    ----------
    task : str
        'denoise', 'inpaint' or 'super_resolve'.
    version : str
        Version of napari-dip.
    arguments : dict
        Arguments of the public function, the images aside.
    settings : dict
        Settings that the preset stands for.
    seed : int
        Seed of every random draw.
    device : str
        Device that the fit ran on.
    iterations : int
        Iterations done.
    fits : list of (int, str)
        Iterations of each fit, where one followed another, and the name of
        the reason why it ended.
    reason : str
        Name of the :class:`~napari_dip.engine.state.StopReason`.
    reason_text : str
        The same in words.
    best_iteration : int
        Iteration of the lowest stopping metric, 0 without one.
    noise : str
        Noise that was assumed.
    wall_time : float
        Seconds of work, pauses not counted.
    peak_memory : int
        Greatest memory during the fit in bytes: of the process on the CPU,
        of the device on a GPU.
    loss_history : list of float
        Data term of every iteration.
    metric_history : list of (int, float)
        Iteration and stopping metric of every look at it.
    uncertainty : ndarray of float32 or None
        Standard deviation of the error of each pixel, in the units, shape
        and axes of the result, if it was asked for.
    tiles : list of (int, int, int, int)
        Top, left, height and width of each tile that was fitted.
    notes : list of str
        What the user should know: what was assumed, filled, clipped or left
        out, a sentence each.
    companions : dict of str to ndarray of float32
        Further images of the shape and axes of the result, by name.
    curves : dict of str to list of (int, float)
        Further figures over the iterations, by name.
    """

    task: str
    version: str
    arguments: dict[str, Any]
    settings: dict[str, Any]
    seed: int
    device: str
    iterations: int
    fits: list[tuple[int, str]]
    reason: str
    reason_text: str
    best_iteration: int
    noise: str
    wall_time: float
    peak_memory: int
    loss_history: list[float]
    metric_history: list[tuple[int, float]]
    uncertainty: NDArray[np.float32] | None = None
    tiles: list[tuple[int, ...]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    companions: dict[str, NDArray[np.float32]] = field(default_factory=dict)
    curves: dict[str, list[tuple[int, float]]] = field(default_factory=dict)

    @classmethod
    def of(cls, brief: Brief, done: Past, **rest: Any) -> Record:
        """Write down what was asked for, what was done, and the rest."""
        return cls(
            task=brief.task,
            version=__version__,
            arguments=brief.arguments,
            settings=brief.settings.to_dict(),
            seed=brief.seed,
            iterations=done.iterations,
            fits=done.fits,
            loss_history=done.losses,
            metric_history=done.metrics,
            **rest,
        )

    def to_dict(self, *, histories: bool = True) -> dict[str, Any]:
        """Return a dictionary that JSON can hold, of images but the names.

        Parameters
        ----------
        histories : bool
            Whether histories and curves, by far the longest part, are in it;
            a loss that is not finite is None there.
        """
        content = asdict(replace(self, uncertainty=None, companions={}))
        del content['uncertainty']
        content['companions'] = list(self.companions)
        # JSON has no word for what is not finite: a fit that diverged.
        content['loss_history'] = [
            loss if math.isfinite(loss) else None for loss in self.loss_history
        ]
        if not histories:
            for name in ('loss_history', 'metric_history', 'curves'):
                del content[name]
        return content


_ALL_DONE = (StopReason.SCHEDULE_COMPLETE, StopReason.MAX_NUM_ITER)
# Of several reasons why tiles ended, the user is told the first of these.
_TOLD_FIRST = (
    StopReason.OUT_OF_MEMORY,
    StopReason.DIVERGED,
    StopReason.TIME_LIMIT,
)


def describe_reason(
    reason: StopReason,
    brief: Brief,
    *,
    limit: float | None,
    extended: bool = False,
) -> str:
    """Say why, without a full stop.

    Parameters
    ----------
    reason : StopReason
        Why.
    brief : Brief
        What was asked for.
    limit : float or None
        Seconds that it had.
    extended : bool
        Whether it was continued, beyond what was asked for at first.
    """
    asked = brief.arguments.get('max_num_iter')
    binding = asked is not None and asked == brief.settings.num_iter
    if reason in _ALL_DONE and binding and not extended:
        times = 'iteration' if asked == 1 else 'iterations'
        return f'the limit of {asked:,} {times} was reached'
    if reason is StopReason.TIME_LIMIT and limit is not None:
        return f'the time limit of {limit:g} s was reached'
    return reason.value


def reason_of_all(ends: list[StopReason]) -> StopReason:
    """Say why a restoration ended all of whose tiles have."""
    return next((one for one in _TOLD_FIRST if one in ends), ends[-1])


def describe_tiles(complete: int, left: int) -> str:
    """Say how far tiles went, after the reason; nothing if all the way."""
    if not left:
        return ''
    return (
        f'; {complete} of {complete + left} tiles are complete, and what '
        'no tile has reached is interpolated'
    )


def describe_harmed(harmed: list[bool]) -> list[str]:
    """Say which channels were given back as they were, in a sentence."""
    if not any(harmed):
        return []
    told = f'{name_channels(harmed)} given back as before'
    return [f'{told}: the fit changed more than there is noise to speak of.']
