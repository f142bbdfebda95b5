"""argmin over θ: the one loop, an iterator of states."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor, nn

from napari_dip.device.choice import (
    memory_in_words,
    plain_autograd,
    release_cache,
)
from napari_dip.device.threads import in_turn
from napari_dip.engine.averaging.choice import make_averaging
from napari_dip.engine.early_stopping import EarlyStopping, StoppingState
from napari_dip.engine.metrics import Metric, Observation
from napari_dip.engine.optimisers import make_optimiser
from napari_dip.engine.problem import Problem
from napari_dip.engine.settings import SCHEDULES, FitSettings
from napari_dip.engine.state import WENT_ON, FitState, StopReason, Trained
from napari_dip.engine.step import Checkpoints, Step, harmless_loss


class Fit(Iterator[FitState]):
    """Fit a network to one image, one iteration at a time.

    Pausing is not asking for the next state. The last state names the
    reason why the fit ended; :meth:`extend` lets it go on.

    Parameters
    ----------
    problem : Problem
        The equation.
    settings : FitSettings
        How to go about it.
    rule : EarlyStopping, optional
        Whose metric is reported and followed to its minimum; without one
        the fit ends with its schedule.
    observers : sequence of Metric
        Further metrics that see every iteration, and end nothing.
    seed : int
        Seed of every draw: the same seed, problem and device give the same
        states.
    before : Trained, optional
        What a fit to a like image has found: this one goes on from there,
        unless held-out pixels speak against it.
    """

    def __init__(
        self,
        problem: Problem,
        settings: FitSettings,
        rule: EarlyStopping | None = None,
        *,
        observers: Sequence[Metric] = (),
        seed: int = 0,
        before: Trained | None = None,
    ) -> None:
        self.problem: Problem | None = problem
        self.settings = settings
        self.device = problem.data.device
        self.reason: StopReason | None = None
        self.iteration = 0
        self.num_iter = settings.num_iter
        self._schedule = SCHEDULES[settings.schedule]
        self._rule = rule
        self.notes: Sequence[str] = ()
        self.half: Tensor | None = None
        self._observing = [*observers]
        if rule is not None:
            self._observing.append(rule.metric)
        self._optimiser = make_optimiser(
            settings.optimiser,
            [*problem.network.parameters(), *problem.latent.parameters()],
            settings.learning_rate,
        )
        self._step = Step(problem, settings, self._optimiser, seed)
        self._averaging = make_averaging(problem, settings, seed)
        self._checkpoints = Checkpoints(
            problem.network,
            self._optimiser,
            self._averaging,
            problem.latent.parameters(),
        )
        self._losses: list[Tensor] = []
        self._powers: list[Tensor] = []
        self._metrics: list[tuple[int, float]] = []
        self._loss = float('nan')
        self._ending: StopReason | None = None
        self._extended = False
        self._before = before
        self._begun: Sequence[str] = ()

    @plain_autograd()
    def __next__(self) -> FitState:
        """Do one iteration.

        Raises
        ------
        StopIteration
            If the fit has ended.
        MemoryError
            If the device has no room for even the first iteration.
        """
        if self.reason is not None or self.problem is None:
            raise StopIteration
        if self._before is not None:
            self._go_on_from(self._before.weights, self.problem.network)
        try:
            with in_turn(self.device), memory_in_words(self.device):
                self._iterate(self.problem.network)
                self._decide()
        except MemoryError:
            if self.iteration == 0:
                raise
            self._ending = StopReason.OUT_OF_MEMORY
        # Not in turn: to choose among estimates may take long.
        if self._ending is not None:
            self._end(self._ending)
        return self.state()

    def state(self) -> FitState:
        """Return where the fit stands."""
        stopping = self._rule.state if self._rule else StoppingState()
        return FitState(
            self.iteration,
            self.num_iter,
            self._loss,
            stopping.metric,
            stopping.best_iteration,
            self.reason,
        )

    @plain_autograd()
    def estimate(self, num_samples: int | None = None) -> Tensor:
        """Return the estimate, ``(1, c, h, w)``, on the device.

        While the fit goes on this is the running average; afterwards it is
        the best one.

        Parameters
        ----------
        num_samples : int, optional
            Realisations of a random latent to average; the settings' number
            unless given. A preview needs but one.

        Raises
        ------
        RuntimeError
            After :meth:`close`, or before an iteration gave an estimate.
        MemoryError
            If the device has no room for it.
        """
        self._check_open()
        number = num_samples or self.settings.num_samples
        with memory_in_words(self.device):
            found = self._averaging.estimate(number)
        self.notes = [*self._begun, *self._averaging.notes]
        self.half = self._averaging.half
        return found

    @plain_autograd()
    def deviation(self, estimate: Tensor) -> Tensor:
        """Return the standard deviation of an estimate's error.

        Parameters
        ----------
        estimate : Tensor
            What was made of :meth:`estimate` in the end, ``(1, c, h, w)``.

        Returns
        -------
        Tensor
            Same shape, on the device. It raises what :meth:`estimate` does.
        """
        self._check_open()
        assert self.problem is not None
        with memory_in_words(self.device):
            return self._averaging.deviation(self.problem, estimate)

    @plain_autograd()
    def stop(self, reason: StopReason = StopReason.USER) -> None:
        """End the fit with the best estimate so far."""
        if self.reason is None:
            self._end(reason)

    def extend(self, num_iter: int) -> None:
        """Let an ended fit go on for `num_iter` iterations.

        The stopping rules go on being reported, but no longer end the fit:
        who continues wants to see what comes next.

        Raises
        ------
        RuntimeError
            After :meth:`close`.
        """
        self._check_open()
        self.reason = None
        self.num_iter = self.iteration + num_iter
        self._extended = True

    @property
    def metric_name(self) -> str:
        """What the stopping metric is; empty without one."""
        return self._rule.metric.name if self._rule is not None else ''

    def trained(self) -> Trained:
        """Return what another fit can take over."""
        self._check_open()
        weights = tuple(self._averaging.weights())
        reason = self.reason or StopReason.USER
        return Trained(weights, self.iteration, self.num_iter, reason)

    def adopt(self, trained: Trained) -> None:
        """Take over what a fit of the like has found, as if done here."""
        self._check_open()
        self._averaging.adopt(trained.weights)
        self.iteration, self.num_iter = trained.iteration, trained.num_iter
        self.reason = trained.reason

    def loss_history(self) -> list[float]:
        """Return the loss of every iteration."""
        if not self._losses:
            return []
        history: list[float] = torch.stack(self._losses).tolist()
        return history

    def metric_history(self) -> list[tuple[int, float]]:
        """Return iteration and stopping metric of every look at it."""
        return list(self._metrics)

    def close(self) -> None:
        """Give all device memory back; the histories stay readable."""
        if self.problem is None:
            return
        self._losses = [loss.cpu() for loss in self._losses]
        self._powers = []
        self.problem = None
        for metric in self._observing:
            metric.rewind()
        self._observing = []
        del self._averaging, self._optimiser, self._checkpoints, self._step
        release_cache(self.device)

    def _check_open(self) -> None:
        if self.problem is None:
            raise RuntimeError(
                'Fit: its memory was given back, so it can neither go on nor '
                'give another estimate; start a new one.'
            )

    def _go_on_from(
        self, weights: Sequence[Tensor], network: nn.Module
    ) -> None:
        self._before = None
        with memory_in_words(self.device):
            follows = self._averaging.go_on_from(weights, network)
        if follows:
            self.settings = self.settings.going_on()
            self.num_iter = self.settings.num_iter
            self._begun = [WENT_ON]

    def _iterate(self, network: nn.Module) -> None:
        outcome = self._step(self._learning_rate())
        # Before it counts: without it there is no estimate to fall back on.
        self._averaging.update(network, outcome.output)
        self.iteration += 1
        self._losses.append(outcome.loss)
        if outcome.empty_loss is not None:
            self._powers.append(outcome.empty_loss)
        output, told = outcome.output, outcome.told
        observation = Observation(self.iteration, output, *told)
        for metric in self._observing:
            metric.observe(observation)

    def _learning_rate(self) -> float:
        settings = self.settings
        factor = self._schedule.factor(
            self.iteration, settings.num_iter, settings.warm_up
        )
        caution: float = self._checkpoints.caution
        return settings.learning_rate * factor * caution

    def _decide(self) -> None:
        """Look at loss and metric now and then, and end the fit if due."""
        last = self.iteration >= self.num_iter
        if last or self.iteration % self.settings.check_every == 0:
            recent = self._losses[-self.settings.check_every :]
            self._loss = float(torch.stack(recent).mean())
            harmless = harmless_loss(self._powers)
            self._powers.clear()
            if not self._checkpoints.accept(self._loss, harmless):
                self._go_back()
            else:
                self._follow_metric()
        if last and self._ending is None:
            self._ending = (
                StopReason.SCHEDULE_COMPLETE
                if self._schedule.anneals and not self._extended
                else StopReason.MAX_NUM_ITER
            )

    def _go_back(self) -> None:
        exhausted = self._checkpoints.exhausted
        self._checkpoints.restore()
        if exhausted:
            self._ending = StopReason.DIVERGED
            return
        for metric in self._observing:
            metric.rewind()

    def _follow_metric(self) -> None:
        rule = self._rule
        if rule is None:
            return
        if self._is_halfway():
            self._averaging.mark(self.iteration)
        value = rule.metric.value()
        if value is None:
            return
        self._metrics.append((self.iteration, float(value)))
        if rule.update(self.iteration, float(value)):
            found, lowest = self._averaging, rule.state.is_lowest
            (found.keep if lowest else found.join)(self.iteration)
        elif rule.state.confirmed and not self._extended:
            self._ending = rule.reason

    def _is_halfway(self) -> bool:
        """Whether no earlier look was in the second half."""
        half = self.settings.num_iter / 2
        return 0 <= self.iteration - half < self.settings.check_every

    def _end(self, reason: StopReason) -> None:
        self.reason, self._ending = reason, None
        if self.problem is None or self._extended:
            return
        rule = self._rule
        judged = self._step.has_held_out and (
            rule is not None and rule.reason is StopReason.HELD_OUT_MINIMUM
        )
        with memory_in_words(self.device):
            chosen = self._averaging.restore(self.problem if judged else None)
        if rule is not None:
            rule.settle(chosen or self.iteration)
