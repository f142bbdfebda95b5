"""Error on masked pixels: what a fit knows of pixels that it does not see."""

from __future__ import annotations

import torch
from torch import Tensor

from napari_dip.engine.problem import Problem
from napari_dip.grid.regions import Region
from napari_dip.grid.tiled_inference import TiledInference

# Fresh masks. At 15 % of the pixels half of them are masked in one at least.
_DRAWS = 4


@torch.no_grad()
def masked_error(problem: Problem, seed: int = 0) -> Tensor:
    """Return the squared error of each pixel where it is masked.

    Two fits of the same data with the same seed are asked for the same
    pixels, so that what differs is not the noise.

    Parameters
    ----------
    problem : Problem
        Whose network was fitted.
    seed : int
        Seed of the masks.

    Returns
    -------
    Tensor
        Of the shape of the data; NaN where a pixel was masked in no draw.
    """
    device = problem.data.device
    generator = torch.Generator(device).manual_seed(seed)
    infer = TiledInference(device)

    def judge(window: Region) -> Tensor:
        draw = problem.latent.draw([window], generator, fitting=True)
        assert draw.weight is not None
        output = problem.network(draw.latent).float()
        error = (output - window.cut(problem.data)).square()
        return torch.cat([error * draw.weight, draw.weight], dim=1)

    drawn = [infer(problem.image_shape, judge) for _ in range(_DRAWS)]
    total, count = torch.stack(drawn).sum(0).chunk(2, dim=1)
    return torch.where(count > 0, total / count.clamp(min=1), torch.nan)
