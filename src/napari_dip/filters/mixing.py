"""A mean of estimates with the weights that held-out data ask for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from napari_dip.engine.problem import Problem
from napari_dip.fills.combination import (
    Errors,
    class_of,
    combine,
    depth_of,
    independent,
    surely,
)


def mix(estimates: Sequence[Tensor], problem: Problem) -> Tensor:
    """Return their mean, weighted by how deep in a hole a pixel is.

    The first stays as far as chance may have told otherwise.

    Parameters
    ----------
    estimates : sequence of Tensor
        ``(1, channels, *shape)`` each; none has seen what is held out.
    problem : Problem
        What was fitted; its operator is the identity.
    """
    data = problem.data[0].cpu().numpy()
    judged = (problem.known * problem.held_out)[0].cpu().numpy() > 0
    lost = judged | (problem.known[0].cpu().numpy() == 0)
    classes = class_of(depth_of(lost))
    planes = [one[0].float().cpu().numpy() for one in estimates]
    errors = Errors(len(planes))
    off = np.stack([plane[judged] - data[judged] for plane in planes])
    errors.add(off, classes[judged])
    mixed = combine(planes, errors.weights(), classes)
    gain = off[0] ** 2 - (mixed - data)[judged] ** 2
    sure = surely(gain, independent(judged))
    mixed = planes[0] + np.float32(sure) * (mixed - planes[0])
    return torch.from_numpy(mixed)[None].to(problem.data)
