"""Two fits one after the other, the second from what the first has found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from napari_dip.engine.averaging.coarse_to_fine import describe_losing
from napari_dip.engine.fit import Fit
from napari_dip.engine.problem import Problem
from napari_dip.engine.state import StopReason
from napari_dip.filters.guard import (
    find_harmed,
    find_misfits,
    halfway,
    interpolated,
    removed_structure,
)
from napari_dip.filters.refinement import Chain
from napari_dip.images.output import Output
from napari_dip.latents.base import Pyramid
from napari_dip.noise.variance import NoiseLevel
from napari_dip.presets.options import LearntFit
from napari_dip.session.record import Record, describe_harmed

# Ends after which there is more to gain. A fit that was stopped, or went
# wrong, is left at that.
_COMPLETED = {
    StopReason.HELD_OUT_MINIMUM,
    StopReason.VARIANCE_MINIMUM,
    StopReason.PLANTED_MINIMUM,
    StopReason.SCHEDULE_COMPLETE,
    StopReason.MAX_NUM_ITER,
}
_HALFWAY = (
    'Structure as fine as the noise was found in what was removed, so that '
    'half of that was put back. How much nearer to the truth the result is '
    'than the image, if at all, is not known.'
)


@dataclass(frozen=True)
class Stage:
    """A fit and the way from its estimate to the user's image.

    Each has its own grid and its own range of intensities.

    Parameters
    ----------
    fit : Fit
        The fit.
    output : Output
        The way.
    filters : tuple of Filter
        What is made of the finished estimate and the data.
    noise : tuple of NoiseLevel
        That of each channel; empty if it is not known.
    correlated : bool
        Whether the noise is correlated.
    """

    fit: Fit
    output: Output
    filters: Chain
    noise: tuple[NoiseLevel, ...] = ()
    correlated: bool = False

    def to_planes(
        self, result: Tensor
    ) -> tuple[NDArray[np.float32], list[str]]:
        """Bring a result to planes, but for what it would harm.

        Data that are nearer to the truth stay, or are interpolated.

        Parameters
        ----------
        result : Tensor
            ``(1, channels, height, width)``, on the grid of the fit.

        Returns
        -------
        planes : (channels, rows, columns) ndarray
            At the grid and in the units of the user.
        notes : list of str
            What was spared, in a sentence.
        """
        problem = self.fit.problem
        assert problem is not None
        if problem.enlarges:
            lost = self._find_misfits(problem)
            if any(lost):
                result = result.clone()
                result[:, lost] = interpolated(problem)[:, lost]
            return self._planes(result), describe_losing(lost, Pyramid.left)
        harmed = list[bool]()
        if self.noise and self.output.may_give_back:
            harmed = find_harmed(
                result, problem, self.noise, correlated=self.correlated
            )
        notes = describe_harmed(harmed)
        # The strength of correlated noise is known from nothing else.
        if (
            self.correlated
            and not any(harmed)
            and removed_structure(result, problem, self.noise)
        ):
            result, notes = halfway(result, problem), [_HALFWAY]
        planes = self._planes(result)
        self.output.give_back(planes, harmed)
        return planes, notes

    def _find_misfits(self, problem: Problem) -> list[bool]:
        # What is built from coarse to fine has looked at pairs.
        if problem.latent.pyramid is not None:
            return [False] * problem.data.shape[1]
        return find_misfits(self.fit.estimate(1), problem)

    def _planes(self, result: Tensor) -> NDArray[np.float32]:
        planes = self.output.to_planes(to_numpy(result))
        self.output.match_mean(planes)
        return planes


def to_numpy(estimate: torch.Tensor) -> NDArray[np.float32]:
    """Return an estimate as planes."""
    planes: NDArray[np.float32] = estimate[0].float().cpu().numpy()
    return planes


@dataclass(frozen=True)
class Sequel:
    """A second fit that is yet to come.

    Parameters
    ----------
    num_iter : int
        Iterations planned.
    begin : callable
        From the estimate of the first fit, ``(channels, rows, columns)`` in
        the units of the data, and its problem to the second.
    """

    num_iter: int
    begin: Callable[[NDArray[np.float32], Problem], Stage]

    def follows(self, fit: Fit) -> bool:
        """Whether a fit has ended as it should."""
        return fit.reason in _COMPLETED


@dataclass(frozen=True)
class Past:
    """What stays of a fit that another has followed.

    Parameters
    ----------
    iterations : int
        Iterations done.
    losses : list of float
        Loss of each.
    metrics : list of (int, float)
        Iteration and stopping metric.
    fits : list of (int, str)
        Iterations of each fit and the name of the reason why it ended.
    learnt : tuple of LearntFit
        What other images can take over of each fit.
    """

    iterations: int = 0
    losses: list[float] = field(default_factory=list)
    metrics: list[tuple[int, float]] = field(default_factory=list)
    fits: list[tuple[int, str]] = field(default_factory=list)
    learnt: tuple[LearntFit, ...] = ()

    def then(self, fit: Fit) -> Past:
        """Return it with one more fit, which may still go on."""
        reason = fit.reason or StopReason.USER
        metrics = [(self.iterations + i, f) for i, f in fit.metric_history()]
        return Past(
            self.iterations + fit.iteration,
            self.losses + fit.loss_history(),
            self.metrics + metrics,
            [*self.fits, (fit.iteration, reason.name)],
            self.learnt,
        )

    def and_learnt(self, stage: Stage) -> Past:
        """Return it with what can be taken over of a stage."""
        found = LearntFit(stage.fit.trained(), stage.output.intensity)
        return replace(self, learnt=(*self.learnt, found))

    def then_all_of(self, record: Record) -> Past:
        """Return it with the fits of a whole restoration."""
        metrics = [(self.iterations + i, f) for i, f in record.metric_history]
        return Past(
            self.iterations + record.iterations,
            self.losses + record.loss_history,
            self.metrics + metrics,
            self.fits + record.fits,
        )
