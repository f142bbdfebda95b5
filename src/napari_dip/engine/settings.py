"""How a fit goes about the minimum, as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from napari_dip.device.choice import Precision
from napari_dip.engine.optimisers.choice import OptimiserName
from napari_dip.engine.optimisers.schedules import Schedule
from napari_dip.grid.regions import Shape, window_shape

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

    def looked_at(self, shape: Shape) -> Shape:
        """Return how many images an iteration computes, and their shape."""
        if self.window is None:
            return 1, *shape
        return self.num_windows, *window_shape(shape, self.window)
