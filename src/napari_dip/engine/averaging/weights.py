"""The average of the weights of a network."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from itertools import cycle, islice
from typing import NamedTuple

import torch
from torch import Tensor, nn

from napari_dip.device.choice import Precision, precision_context
from napari_dip.device.clock import CutShort, go_on, look_up
from napari_dip.device.threads import in_turn
from napari_dip.engine.averaging.output import growing_decay
from napari_dip.engine.averaging.uncertainty import DRAWS, Evidence
from napari_dip.engine.problem import Problem
from napari_dip.grid.dihedral import dihedrals
from napari_dip.grid.regions import Region, Shape
from napari_dip.grid.tiled_inference import TiledInference, bytes_a_pixel
from napari_dip.latents.base import Draw, Latent


class WeightAverage:
    """Exponential average of the weights, applied to the image on demand.

    Averages like :class:`OutputAverage` where the output is nearly linear
    in the weights, and costs nothing a pixel, so that a fit may look at
    windows of an image of any size.

    Parameters
    ----------
    network : nn.Module
        Network to copy.
    latent : Latent
        What the estimate is drawn from.
    shape : Tensor
        Any tensor of the shape of the image, on the device.
    decay : float
        Weight of the past.
    precision : {'float32', 'auto'}
        As in the fit.
    seed : int
        Seed of the draws; estimates never disturb the fit's own draws.
    augment : bool
        Self-ensemble: whether each draw is flipped and rotated anew, for a
        network that was fitted with dihedral augmentation.
    tile : int, optional
        Largest side of the tiles that the image is inferred in, in pixels.
    halo : int, optional
        Margin around a tile that is computed and thrown away.
    """

    #: Nothing to be said.
    notes: Sequence[str] = ()
    half: Tensor | None = None

    def __init__(
        self,
        network: nn.Module,
        latent: Latent,
        shape: Tensor,
        *,
        decay: float,
        precision: Precision,
        seed: int,
        augment: bool = False,
        tile: int | None = None,
        halo: int | None = None,
    ) -> None:
        self.decay = decay
        self._network = copy.deepcopy(network).requires_grad_(False)
        self._latent = latent
        self._shape: Shape = shape.shape[2:]
        self._device = shape.device
        self._precision = precision
        self._seed = seed
        all_of_them = dihedrals(len(self._shape))
        self._dihedrals = all_of_them if augment else all_of_them[:1]
        self._tiles = TiledInference(
            shape.device,
            ndim=len(self._shape),
            tile=tile,
            halo=halo,
            tells=True,
        )
        self._bytes_a_pixel: float | None = None
        self._count = 0
        self._kept: _Copy | None = None
        self._marked: _Copy | None = None
        self.hold()

    def update(self, network: nn.Module, output: Tensor) -> None:
        """Average in one more set of weights."""
        decay = growing_decay(self.decay, self._count)
        # One fused call: hundreds of small tensors would cost more in
        # launches than in arithmetic.
        torch._foreach_lerp_(
            self._weights(),
            [p.detach() for p in network.parameters()],
            1 - decay,
        )
        self._count += 1

    def estimate(self, num_samples: int) -> Tensor:
        """Apply the averaged network to the image, tile by tile."""
        generator = self._new_generator()

        def mean(window: Region) -> Tensor:
            total: Tensor | None = None
            count = 0
            for _, output in self._draws(window, generator, num_samples):
                total = output if total is None else total.add_(output)
                count += 1
                # One at least of each part of the image.
                if look_up():
                    break
            assert total is not None
            return total / count

        return self._over_image(mean)

    def deviation(self, problem: Problem, estimate: Tensor) -> Tensor:
        """Do so again and judge the variance of the draws."""
        generator = self._new_generator()

        def gather(window: Region) -> Tensor:
            draws = self._draws(window, generator, DRAWS)
            data = window.cut(problem.data)
            return Evidence.from_draws(data, _paced(draws)).to_tensor()

        return Evidence.from_tensor(self._over_image(gather)).deviation()

    def _new_generator(self) -> torch.Generator:
        return torch.Generator(self._device).manual_seed(self._seed)

    def _draws(
        self, window: Region, generator: torch.Generator, count: int
    ) -> Iterator[tuple[Draw, Tensor]]:
        for dihedral in islice(cycle(self._dihedrals), count):
            # Between two draws a fit beside this one may take its turn.
            with in_turn(self._device):
                draw = self._latent.draw([window], generator, fitting=False)
                output = dihedral.undo(
                    self._evaluate(dihedral.apply(draw.latent))
                )
            yield draw, output

    def _evaluate(self, latent: Tensor) -> Tensor:
        with precision_context(self._device, self._precision):
            output: Tensor = self._network(latent)
        return output.float()

    def _augmented(self, seen: Tensor, num_samples: int) -> Tensor:
        """Self-ensemble: the outputs of that many dihedral transforms."""
        outputs: list[Tensor] = []
        for dihedral in dihedrals(seen.ndim - 2)[:num_samples]:
            with in_turn(self._device):
                output = self._evaluate(dihedral.apply(seen))
            outputs.append(dihedral.undo(output))
            # One at least of each part of the image.
            if look_up():
                break
        return torch.stack(outputs)

    def _over_image(
        self,
        evaluate: Callable[[Region], Tensor],
        shape: Shape | None = None,
    ) -> Tensor:
        if self._bytes_a_pixel is None:
            self._bytes_a_pixel = bytes_a_pixel(
                self._network,
                self._latent.channels,
                self._device,
                self._precision,
                ndim=len(self._shape),
            )
        self._tiles.fit_memory(self._bytes_a_pixel)
        return self._tiles(shape or self._shape, evaluate)

    def weights(self) -> list[Tensor]:
        """Copy the averaged weights."""
        return [weight.clone() for weight in self._weights()]

    def adopt(self, weights: Sequence[Tensor]) -> None:
        """Go on from those of another network."""
        torch._foreach_copy_(self._weights(), list(weights))

    @torch.no_grad()
    def go_on_from(
        self, weights: Sequence[Tensor], network: nn.Module
    ) -> bool:
        """Begin with the weights of another, unless held-out data object.

        Parameters
        ----------
        weights : sequence of Tensor
            Averaged ones of the other.
        network : nn.Module
            The one that is fitted.
        """
        own = self.weights()
        if [one.shape for one in weights] != [one.shape for one in own]:
            return False
        self.adopt(weights)
        if not self._carries_over():
            self.adopt(own)
            return False
        torch._foreach_copy_(list(network.parameters()), list(weights))
        self.hold()
        return True

    def _carries_over(self) -> bool:
        """Whether held-out data do not speak against other weights.

        Where nothing was held out none are taken.
        """
        return False

    def keep(self, iteration: int) -> None:
        """Copy the averaged weights."""
        self._kept = self._copy(iteration)

    def join(self, iteration: int) -> None:
        """Copy them: the later average holds the earlier."""
        self.keep(iteration)

    def mark(self, iteration: int) -> None:
        """Copy the averaged weights."""
        self._marked = self._copy(iteration)

    def restore(self, problem: Problem | None = None) -> int | None:
        """Put a copy back, if the held-out pixels speak for it.

        The metrics that chose the kept one are of other windows each, some
        of which have less noise than others, and of weights that are not
        averaged, which get better as their steps get smaller even where the
        average learns noise by heart. So the averages are compared on all
        held-out pixels. The last stays unless another is better by more than
        a standard error of their difference [1]_.

        References
        ----------
        .. [1] L. Breiman et al., "Classification and Regression Trees",
               1984: the rule of one standard error.
        """
        if problem is None:
            return self._put_back(self._kept) if self._kept else None
        best = latest = self._copy(0)
        others = [
            copied
            for copied in (self._marked, self._kept)
            if copied is not None and not _is_same(copied, latest)
        ]
        if not others:
            return None
        with suppress(CutShort):
            errors = self._held_out_errors(problem)
            lowest = errors.mean()
            for copied in others:
                self._put_back(copied)
                found = self._held_out_errors(problem)
                if found.mean() < lowest and _is_better(found, errors):
                    best, lowest = copied, found.mean()
        return self._put_back(best) or None

    def _copy(self, iteration: int) -> _Copy:
        return _Copy(iteration, [p.clone() for p in self._weights()])

    def _put_back(self, copied: _Copy) -> int:
        torch._foreach_copy_(self._weights(), copied.weights)
        return copied.iteration

    def _held_out_errors(self, problem: Problem) -> Tensor:
        """Square error of each held-out pixel of the whole image."""
        judged = problem.known * problem.held_out > 0
        predicted = problem.operator(self._unseeing_estimate())
        errors = (predicted - problem.data).square()
        return errors[judged.expand_as(errors)]

    def _unseeing_estimate(self) -> Tensor:
        """Estimate from what the fit has seen, without held-out pixels."""
        generator = self._new_generator()

        def predict(window: Region) -> Tensor:
            go_on()
            with in_turn(self._device):
                draw = self._latent.draw([window], generator, fitting=True)
                return self._evaluate(draw.latent)

        return self._over_image(predict)

    def hold(self) -> None:
        """Copy the averaged weights and how much is in them."""
        self._held = self._copy(self._count)

    def fall_back(self) -> None:
        """Put that copy back."""
        self._count = self._put_back(self._held)

    def _weights(self) -> list[Tensor]:
        return list(self._network.parameters())


def _paced(
    draws: Iterable[tuple[Draw, Tensor]],
) -> Iterator[tuple[Draw, Tensor]]:
    """Hand on draws, all of which are needed."""
    for draw in draws:
        go_on()
        yield draw


class _Copy(NamedTuple):
    iteration: int
    weights: list[Tensor]


def _is_same(copied: _Copy, other: _Copy) -> bool:
    return all(map(torch.equal, copied.weights, other.weights))


def _is_better(errors: Tensor, others: Tensor) -> bool:
    """Whether errors of the same pixels are lower, beyond chance."""
    gain = (others - errors).double()
    if gain.numel() < 2:
        return False
    chance = gain.std() / gain.numel() ** 0.5
    return bool(gain.mean() > chance)
