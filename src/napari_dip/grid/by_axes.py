"""What goes by the number of spatial axes, in one place."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Generic, TypeVar

from torch import Tensor
from torch.nn import functional as F

from napari_dip.grid.regions import Shape

Form = TypeVar('Form')


class ByAxes(Generic[Form]):
    """Forms by the number of spatial axes.

    Parameters
    ----------
    name : str
        What it is, to say so where there is no form.
    *forms : object
        One for each number of axes.
    first : int
        Axes of the first form.

    Examples
    --------
    >>> linear[3]
    'trilinear'
    """

    def __init__(self, name: str, *forms: Form, first: int = 1) -> None:
        self._name = name
        self._forms = dict(enumerate(forms, start=first))

    def __getitem__(self, ndim: int) -> Form:
        """Return the form, or say that there is none."""
        if ndim not in self._forms:
            known = ' and '.join(map(str, self._forms))
            raise NotImplementedError(
                f'{self._name}: there is none for images of {ndim} spatial '
                f'axes, but for {known}.'
            )
        return self._forms[ndim]


def require_planes(name: str, image: Tensor) -> None:
    """Refuse what is written for two spatial axes only.

    Parameters
    ----------
    name : str
        What it is.
    image : Tensor
        ``(n, c, *shape)``.
    """
    _ = ByAxes(name, None, first=2)[image.ndim - 2]


#: Functions of torch.
convolve: ByAxes[Callable[..., Any]] = ByAxes(
    'convolution', F.conv1d, F.conv2d, F.conv3d
)
convolve_transposed: ByAxes[Callable[..., Any]] = ByAxes(
    'transposed convolution',
    F.conv_transpose1d,
    F.conv_transpose2d,
    F.conv_transpose3d,
)
max_pool: ByAxes[Callable[..., Any]] = ByAxes(
    'maximum over pixels', F.max_pool1d, F.max_pool2d, F.max_pool3d
)
#: Mode of interpolation.
linear = ByAxes('linear interpolation', 'linear', 'bilinear', 'trilinear')


def grow(centres: Tensor, block: Shape) -> Tensor:
    """Grow each centre to a block.

    Parameters
    ----------
    centres : Tensor
        ``(n, c, *shape)``: 1 at a centre, 0 elsewhere.
    block : tuple of int
        Odd lengths along the last axes.
    """
    if math.prod(block) == 1:
        return centres
    margin = tuple(n // 2 for n in block)
    grown: Tensor = max_pool[len(block)](
        centres, block, stride=1, padding=margin
    )
    return grown
