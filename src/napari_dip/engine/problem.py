"""The equation, all but its minimum."""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor, nn

from napari_dip.engine.losses import DataTerm, squared_error
from napari_dip.grid.regions import Region, Shape
from napari_dip.latents.base import Latent
from napari_dip.operators.base import Operator


@dataclass(frozen=True)
class Neighbour:
    """A plane beside that of a problem, of the same fit.

    Parameters
    ----------
    data, known : Tensor
        As of the problem itself.
    estimate : Tensor
        Same shape: as far as it is restored by itself.
    """

    data: Tensor
    known: Tensor
    estimate: Tensor


@dataclass(frozen=True)
class Problem:
    """The equation, all but its minimum.

    Parameters
    ----------
    network : nn.Module
        f with its first weights, on the device.
    latent : Latent
        z.
    operator : Operator
        A.
    data : Tensor
        x0, ``(1, c, *shape)``, float32, finite everywhere, on the device.
    known : Tensor
        Same shape: 1 where the data were measured, 0 where they are missing.
    held_out : Tensor
        Same shape: 1 where measured data are kept from the fit to judge it.
    pilot : Tensor, optional
        Same shape: the estimate of a fit before this one.
    deviation : Tensor, optional
        What the standard deviation of the noise is at most,
        ``(1, c, 1, 1)``, where it is independent from pixel to pixel.
    even : bool
        Whether it is that everywhere.
    loss : DataTerm
        E.
    unused : Tensor, optional
        Like the data: 1 where they are kept from the fit because they share
        their noise with those that judge it.
    guide : Tensor, optional
        ``(1, guides, *shape)``: another image of the same field.
    pilot_error : Tensor, optional
        Like the data: squared error of the fit before this one on masked
        pixels, NaN where none was masked.
    half : Tensor, optional
        The estimate by which filters can be judged: as half of its samples
        have it, or as if nothing were known of what is held out.
    neighbours : tuple of Neighbour
        Planes beside this one, in which filters find similar blocks.
    notes : list of str
        What filters have to say of it, a sentence each.
    parts : tuple of Region
        Parts of the data that have nothing to do with each other, of one
        shape: windows lie inside one of them. None is the whole.
    """

    network: nn.Module
    latent: Latent
    operator: Operator
    data: Tensor
    known: Tensor
    held_out: Tensor
    pilot: Tensor | None = None
    deviation: Tensor | None = None
    even: bool = True
    loss: DataTerm = squared_error
    unused: Tensor | None = None
    guide: Tensor | None = None
    pilot_error: Tensor | None = None
    half: Tensor | None = None
    neighbours: tuple[Neighbour, ...] = ()
    notes: list[str] = field(default_factory=list)

    @property
    def fitted(self) -> Tensor:
        """Weight of each datum in the fit, of the shape of the data."""
        fitted = self.known * (1 - self.held_out)
        return fitted if self.unused is None else fitted * (1 - self.unused)

    parts: tuple[Region, ...] = ()

    @property
    def enlarges(self) -> bool:
        """Whether there are more pixels than data."""
        return self.image_shape != tuple(self.data.shape[2:])

    @property
    def image_shape(self) -> Shape:
        """Shape of the image behind the data."""
        return self.operator.image_shape(self.data.shape[2:])
