"""argmin over θ: the one loop, an iterator of states."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import torch
from torch import Tensor

from napari_dip.device.choice import (
    memory_in_words,
    precision_context,
    release_cache,
)
from napari_dip.device.lock import in_turn
from napari_dip.engine.autograd import plain_autograd
from napari_dip.engine.averages import make_averaging
from napari_dip.engine.checkpoints import Checkpoints
from napari_dip.engine.early_stopping import (
    Minimum,
    Observation,
    StoppingRule,
    StopReason,
)
from napari_dip.engine.optimisers.choice import make_optimiser
from napari_dip.engine.optimisers.gradient_clipping import GradientClipping
from napari_dip.engine.optimisers.schedules import learning_rate_factor
from napari_dip.engine.problem import Problem
from napari_dip.engine.settings import FitSettings
from napari_dip.engine.state import FitState
from napari_dip.grid.dihedral import Dihedral, draw_dihedral
from napari_dip.grid.regions import Region, cut_all, draw_windows
from napari_dip.latents.base import Draw

# A fit on windows that is no worse than this many times an empty image has
# not diverged.
_HARMLESS = 2.0


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
    rules : sequence of StoppingRule
        The first rule's metric is the one reported and followed to its
        minimum.
    seed : int
        Seed of every draw: the same seed, problem and device give the same
        states.

    References
    ----------
    .. [1] D. Ulyanov, A. Vedaldi, V. Lempitsky, "Deep Image Prior",
           CVPR 2018.
    """

    def __init__(
        self,
        problem: Problem,
        settings: FitSettings,
        rules: Sequence[StoppingRule] = (),
        *,
        seed: int = 0,
    ) -> None:
        self.problem: Problem | None = problem
        self.settings = settings
        self.device = problem.data.device
        self.reason: StopReason | None = None
        self.iteration = 0
        self.num_iter = settings.num_iter
        self._rules = list(rules)
        self._minimum = Minimum(settings.patience, settings.tolerance)
        self._weights = problem.known * (1 - problem.held_out)
        self._judged = problem.known * problem.held_out
        self._has_held_out = bool(self._judged.any())
        self._generator = torch.Generator(self.device).manual_seed(seed)
        self._window_generator = torch.Generator().manual_seed(seed)
        self._optimiser = make_optimiser(
            settings.optimiser,
            problem.network.parameters(),
            settings.learning_rate,
        )
        self._limit: GradientClipping | None = None
        if settings.gradient_clipping is not None:
            self._limit = GradientClipping(settings.gradient_clipping)
        self._averaging = make_averaging(problem, settings, seed)
        self._checkpoints = Checkpoints(
            problem.network, self._optimiser, self._averaging
        )
        self._losses: list[Tensor] = []
        self._powers: list[Tensor] = []
        self._metrics: list[tuple[int, float]] = []
        self._metric: float | None = None
        self._loss = float('nan')
        self._ending: StopReason | None = None
        self._extended = False

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
        try:
            with in_turn(self.device), memory_in_words(self.device):
                self._iterate(self.problem)
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
        return FitState(
            self.iteration,
            self.num_iter,
            self._loss,
            self._metric,
            self._minimum.best_iteration,
            self.reason,
        )

    @plain_autograd()
    def estimate(self, passes: int | None = None) -> Tensor:
        """Return the estimate, ``(1, c, h, w)``, on the device.

        While the fit goes on this is the running average; afterwards it is
        the best one.

        Parameters
        ----------
        passes : int, optional
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
        with memory_in_words(self.device):
            return self._averaging.estimate(passes or self.settings.passes)

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
            Same shape, on the device.

        Raises
        ------
        RuntimeError
            After :meth:`close`, or before an iteration gave an estimate.
        MemoryError
            If the device has no room for it.
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
        self._rules = []
        del self._averaging, self._optimiser, self._checkpoints
        del self._weights, self._judged
        release_cache(self.device)

    def _check_open(self) -> None:
        if self.problem is None:
            raise RuntimeError(
                'Fit: its memory was given back, so it can neither go on nor '
                'give another estimate; start a new one.'
            )

    def _iterate(self, problem: Problem) -> None:
        self._optimiser.learning_rate = self._learning_rate()
        windows = self._windows(problem)
        draw = problem.latent.draw(windows, self._generator, fitting=True)
        turn = self._turn()
        with precision_context(self.device, self.settings.precision):
            output = problem.network(turn.apply(draw.latent))
        output = turn.undo(output.float())
        seen = [problem.operator.data_window(w) for w in windows]
        weight = draw.weight
        if weight is None:
            weight = cut_all(self._weights, seen)
        if draw.target is not None:
            prediction, target = output, draw.target
        else:
            prediction = problem.operator.within(windows)(output)
            data = cut_all(problem.data, seen)
            target = data if draw.shift is None else data + draw.shift
        loss = problem.loss(prediction, target, weight)
        self._optimiser.zero_grad()
        loss.backward()  # type: ignore[no-untyped-call]
        if self._limit is not None:
            self._limit(problem.network.parameters())
        self._optimiser.step()
        # Before it counts: without it there is no estimate to fall back on.
        self._averaging.update(problem.network, output)
        self.iteration += 1
        self._losses.append(loss.detach())
        if self.settings.window is not None:
            nothing = torch.zeros_like(target)
            self._powers.append(problem.loss(nothing, target, weight))
        self._observe(problem, draw, output, prediction, target, seen)

    @torch.no_grad()
    def _observe(
        self,
        problem: Problem,
        draw: Draw,
        output: Tensor,
        prediction: Tensor,
        target: Tensor,
        seen: list[Region],
    ) -> None:
        if not self._rules:
            return
        error = None
        if self._has_held_out and draw.target is None:
            judged = cut_all(self._judged, seen)
            error = problem.loss(prediction, target, judged)
        observation = Observation(self.iteration, output, error)
        for rule in self._rules:
            rule.observe(observation)

    def _windows(self, problem: Problem) -> list[Region]:
        if self.settings.window is None:
            return [Region.whole(problem.image_shape)]
        return draw_windows(
            problem.data.shape[2:],
            self.settings.window,
            self.settings.num_windows,
            self._window_generator,
        )

    def _turn(self) -> Dihedral:
        if not self.settings.turns:
            return Dihedral()
        return draw_dihedral(self._window_generator)

    def _learning_rate(self) -> float:
        settings = self.settings
        factor = learning_rate_factor(
            settings.schedule,
            self.iteration,
            settings.num_iter,
            settings.warm_up,
        )
        caution: float = self._checkpoints.caution
        return settings.learning_rate * factor * caution

    def _decide(self) -> None:
        """Look at loss and metric now and then, and end the fit if due."""
        last = self.iteration >= self.num_iter
        if last or self.iteration % self.settings.check_every == 0:
            recent = self._losses[-self.settings.check_every :]
            self._loss = float(torch.stack(recent).mean())
            if not self._checkpoints.accept(self._loss, self._harmless()):
                self._go_back()
            else:
                self._follow_metric()
        if last and self._ending is None:
            annealed = self.settings.schedule != 'constant'
            self._ending = (
                StopReason.SCHEDULE_COMPLETE
                if annealed and not self._extended
                else StopReason.MAX_NUM_ITER
            )

    def _harmless(self) -> float:
        """Loss on the recent windows that an empty image would have."""
        if not self._powers:
            return 0.0
        power = float(torch.stack(self._powers).mean())
        self._powers.clear()
        return _HARMLESS * power

    def _go_back(self) -> None:
        exhausted = self._checkpoints.exhausted
        self._checkpoints.restore()
        if exhausted:
            self._ending = StopReason.DIVERGED
            return
        for rule in self._rules:
            rule.rewind()

    def _follow_metric(self) -> None:
        if not self._rules:
            return
        if self._is_halfway():
            self._averaging.mark(self.iteration)
        value = self._rules[0].metric()
        if value is None:
            return
        self._metric = float(value)
        self._metrics.append((self.iteration, self._metric))
        if self._minimum.update(self.iteration, self._metric):
            self._averaging.keep(self.iteration)
        elif self._minimum.confirmed and not self._extended:
            self._ending = self._rules[0].reason

    def _is_halfway(self) -> bool:
        """Whether no earlier look was in the second half."""
        half = self.settings.num_iter / 2
        return 0 <= self.iteration - half < self.settings.check_every

    def _end(self, reason: StopReason) -> None:
        self.reason, self._ending = reason, None
        if self.problem is None or self._extended:
            return
        rule = self._rules[0].reason if self._rules else None
        judged = rule is StopReason.HELD_OUT_MINIMUM and self._has_held_out
        with memory_in_words(self.device):
            chosen = self._averaging.restore(self.problem if judged else None)
        if self._minimum.best_iteration:
            self._minimum.best_iteration = chosen or self.iteration
