"""How a fit goes about the minimum, as data."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple, Protocol

from napari_dip.device.choice import Precision
from napari_dip.engine.optimisers import OptimiserName
from napari_dip.grid.regions import Shape, window_shape

Schedule = Literal['constant', 'one_cycle']

# A fit that is continued after its schedule goes on with small steps.
_FLOOR = 0.02
_LONGEST_RISE = 0.2
# The fewest iterations that bear the whole learning rate of fits on windows:
# drawn fields of 128 x 128 diverged after 30 to 100 at that of 'fast', with
# three seeds of four, and after 200 with none. A preset of fewer iterations
# bears its own rate.
_UNHURRIED = 200


class Factor(Protocol):
    """Part of the greatest learning rate that an iteration has."""

    def __call__(
        self, iteration: int, num_iter: int, warm_up: int | None = None
    ) -> float:
        """Return it, more than 0 and 1 at most."""


class Course(NamedTuple):
    """Course of the learning rate.

    Parameters
    ----------
    factor : callable
        From the iterations done and planned to the factor of the greatest
        rate.
    anneals : bool
        Whether it falls in the end, so that a fit that has seen all of it
        is complete.
    """

    factor: Factor
    anneals: bool


def constant(
    iteration: int, num_iter: int, warm_up: int | None = None
) -> float:
    """Return 1."""
    return 1.0


def one_cycle(
    iteration: int, num_iter: int, warm_up: int | None = None
) -> float:
    """Rise to 1, then fall to 2 %, both as a cosine.

    Parameters
    ----------
    iteration : int
        Iterations done; more than `num_iter` for a fit that was continued.
    num_iter : int
        Iterations planned.
    warm_up : int, optional
        Iterations that it rises for; a fifth of those planned at most, and
        unless given.

    References
    ----------
    .. [1] L. Smith, N. Topin, "Super-Convergence: Very Fast Training of
           Neural Networks Using Large Learning Rates", 2018.
    """
    rise = _LONGEST_RISE * num_iter
    if warm_up is not None:
        rise = min(rise, warm_up)
    if iteration < rise:
        return _cosine(0.04, 1.0, iteration / rise)
    rest = min(1.0, (iteration - rise) / (num_iter - rise))
    return _cosine(1.0, _FLOOR, rest)


SCHEDULES: dict[Schedule, Course] = {
    'constant': Course(constant, anneals=False),
    'one_cycle': Course(one_cycle, anneals=True),
}


def _cosine(start: float, end: float, part: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * part)) / 2


Average = Literal['output', 'weights', 'last', 'posterior']

# Whether an average of that kind is of weights that have yet to be evaluated.
_SAMPLED: dict[Average, bool] = {
    'output': False,
    'weights': True,
    'last': False,
    'posterior': False,
}


@dataclass(frozen=True)
class FitSettings:
    """How a fit goes about the minimum.

    Parameters
    ----------
    num_iter : int
        Iterations that the schedule is laid out for, and the most there
        are.
    optimiser : {'adam', 'muon'}
        What takes the steps.
    learning_rate : float
        Its greatest step.
    gradient_clipping : float or None
        Times the usual length that a gradient is shortened to; None takes
        gradients as they are.
    schedule : {'constant', 'one_cycle'}
        Course of the learning rate.
    warm_up : int or None
        Iterations that 'one_cycle' rises for, a fifth of all at most; None
        is a fifth.
    window : int or None
        Side in pixels of the windows an iteration looks at; None is the
        whole image.
    num_windows : int
        Windows an iteration.
    augment : bool
        Dihedral augmentation: whether the network sees each window flipped
        and rotated at random.
    average : {'output', 'weights', 'last', 'posterior'}
        What the estimate averages: 'last' nothing, 'posterior' all outputs
        after `burn_in`.
    decay : float
        Weight of the past in that average.
    num_samples : int
        Realisations of a random latent averaged in the final estimate.
    check_every : int
        Iterations between looks at loss and stopping metric. Only then does
        the fit wait for the device.
    precision : {'float32', 'auto'}
        'auto' evaluates the network in bfloat16 where that is faster.
    tv_weight : float
        Weight of the total variation of the image beside the data term.
    langevin : float
        Deviation of the noise added to the weights at each iteration, in
        learning rates.
    burn_in : int
        Iterations before samples of the posterior are taken.
    """

    num_iter: int = 500
    optimiser: OptimiserName = 'adam'
    learning_rate: float = 3e-3
    gradient_clipping: float | None = None
    schedule: Schedule = 'one_cycle'
    warm_up: int | None = None
    window: int | None = None
    num_windows: int = 1
    augment: bool = False
    average: Average = 'output'
    decay: float = 0.99
    num_samples: int = 1
    check_every: int = 10
    precision: Precision = 'float32'
    tv_weight: float = 0.0
    langevin: float = 0.0
    burn_in: int = 0

    @property
    def samples(self) -> bool:
        """Whether the estimate is evaluated in the end, sample by sample.

        Else the average of the outputs is there.
        """
        return _SAMPLED[self.average]

    def shortened(self, num_iter: int) -> FitSettings:
        """Return them for fewer iterations."""
        rate = self.learning_rate
        if self.window is not None:
            # These networks normalise nothing and diverge if hurried.
            rate *= min(1.0, num_iter / min(_UNHURRIED, self.num_iter))
        return replace(
            self,
            num_iter=num_iter,
            learning_rate=rate,
            burn_in=self.burn_in * num_iter // self.num_iter,
        )

    def going_on(self) -> FitSettings:
        """Return them for a fit that goes on from a like image."""
        # So many lose nothing (docs/lab/series.md).
        return replace(self, num_iter=max(1, self.num_iter // 3))

    def looked_at(self, shape: Shape) -> Shape:
        """Return how many images an iteration computes, and their shape."""
        if self.window is None:
            return 1, *shape
        return self.num_windows, *window_shape(shape, self.window)
