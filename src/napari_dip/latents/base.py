"""z: what the network is fed, anew at every iteration."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from napari_dip.grid.regions import Region, Shape
from napari_dip.operators.base import Operator

if TYPE_CHECKING:
    from napari_dip.latents.held_out_holes import HeldOutHoles


@dataclass(frozen=True)
class Draw:
    """One realisation of a latent.

    Parameters
    ----------
    latent : Tensor
        ``(windows, channels, *shape)``.
    weight : Tensor or None
        Weight of each datum in the data term, ``(windows, image channels,
        *shape)``; None weighs all alike.
    shift : Tensor or None
        Added to the data before they are compared with the prediction, of
        the shape of `weight`; None adds nothing.
    hidden : Tensor or None
        1 where there is a datum that the network does not see, of the shape
        of `weight`; None if it sees all.
    target : Tensor or None
        What the output itself should be, of its shape; None compares what
        the operator makes of it with the data.
    judged : Tensor or None
        1 where that judges the fit and is not learnt, of the shape of
        `weight`; only with a `target`.
    """

    latent: Tensor
    weight: Tensor | None = None
    shift: Tensor | None = None
    hidden: Tensor | None = None
    target: Tensor | None = None
    judged: Tensor | None = None


class Latent(Protocol):
    """Source of network inputs."""

    #: Whether it draws at places of its own choice, wherever it is asked.
    draws_places: ClassVar[bool] = False

    @property
    def channels(self) -> int:
        """Channels of a draw."""

    def draw(
        self,
        windows: list[Region],
        generator: torch.Generator,
        *,
        fitting: bool,
    ) -> Draw:
        """Draw the latent inside each window.

        `fitting` tells a draw for the fit from one for an estimate, which
        may use every datum and needs no weight.
        """

    def parameters(self) -> list[Tensor]:
        """Return what of it is fitted as the weights are."""
        return []

    def prepare(self) -> bool:
        """Compute what is drawn from; once, but if it was cut short.

        Returns
        -------
        bool
            Whether a fit can draw; not if whoever watches ended it.
        """
        return True

    @property
    def pyramid(self) -> Pyramid | None:
        """How the estimate is built from coarse to fine; None if at once."""
        return None

    @property
    def holes(self) -> HeldOutHoles | None:
        """What the output is added to; None if it is the estimate."""
        return None


class Pyramid(Latent, Protocol):
    """A latent whose estimate is built from coarse to fine."""

    #: What becomes of a channel to which a fit adds nothing, in words.
    left: ClassVar[str] = 'enlarged by interpolation alone'

    def upsample(self, sharpen: Callable[[Tensor], Tensor]) -> Tensor:
        """Upsample the data step by step.

        `sharpen` tells what an upsampled image lacks.
        """

    def whole_pair(self) -> Draw | None:
        """Return the pair of all of the image, the same each time.

        None where the image alone is not worse for want of a fit.
        """
        return None


@dataclass(frozen=True)
class Given:
    """What a latent can be made from.

    Parameters
    ----------
    data, measured, held_out : Tensor
        As `data`, `known` and `held_out` of a
        :class:`~napari_dip.engine.problem.Problem`.
    operator : Operator
        A.
    seed : int
        Seed of what is drawn.
    window : int or None
        Side of the windows that the fit looks at; None is the whole image.
    pilot : Tensor, optional
        Like the data: the estimate of a fit before this one.
    repeats : callable, optional
        Gives the repeats that the data are the mean of, ``(repeats, c,
        *shape)``.
    guide : Tensor, optional
        ``(1, guides, *shape)``: another image of the same field, of mean 0
        and standard deviation 1.
    """

    data: Tensor
    measured: Tensor
    held_out: Tensor
    operator: Operator
    seed: int
    window: int | None = None
    pilot: Tensor | None = None
    repeats: Callable[[], Tensor] | None = None
    guide: Tensor | None = None

    @property
    def image_shape(self) -> Shape:
        """Shape of the image behind the data."""
        return self.operator.image_shape(self.data.shape[2:])


class LatentSpec(Protocol):
    """Which latent a fit has, as data.

    What is written here holds for a latent that knows nothing of the image.
    """

    #: Whether the network never sees the pixels that it predicts.
    hides_pixels: ClassVar[bool] = False
    #: Whether some repeats predict the others.
    splits_repeats: ClassVar[bool] = False
    #: Whether it draws noise like that which an earlier fit has left.
    measures_noise: ClassVar[bool] = False
    #: Whether another image guides it.
    is_guided: ClassVar[bool] = False
    #: Whether a fit may go on from the weights of a like image, since what
    #: it holds out tells where these are worse than none.
    carries_over: ClassVar[bool] = False
    #: Whether it holds what it is drawn from for the whole image.
    holds_image: ClassVar[bool] = False
    #: What a user should know of it, a sentence; mostly nothing.
    note: ClassVar[str] = ''

    def make(self, given: Given) -> Latent:
        """Make the latent, on the device of the data."""

    def num_channels(self, image_channels: int, ndim: int = 2) -> int:
        """Channels of the latent of an image of so many, and axes."""

    def hold_out(self, measured: Tensor, seed: int) -> Tensor | None:
        """Choose what judges the fit, 1 in a tensor of the same shape.

        None leaves it to chance.
        """
        del measured, seed
        return None

    @property
    def masked_block(self) -> Shape:
        """Pixels along the last axes that are masked together."""
        return 1, 1

    def work(self, shape: Shape, missing: float) -> float:
        """Operations a channel that preparing takes.

        Parameters
        ----------
        shape : tuple of int
            Of the image.
        missing : float
            Part of it that is.
        """
        del shape, missing
        return 0.0

    def memory(self, missing: NDArray[np.bool_]) -> float:
        """Bytes that preparing takes where these are missing."""
        del missing
        return 0.0

    def steps(self, factors: Shape) -> Sequence[Shape]:
        """Factors of the steps that an estimate is upsampled in; or none."""
        del factors
        return ()
