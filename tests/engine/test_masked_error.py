from __future__ import annotations

import torch

from napari_dip.engine.masked_error import masked_error
from napari_dip.engine.problem import Problem
from napari_dip.grid.regions import cut_all
from napari_dip.latents.base import Draw, Latent
from napari_dip.operators.identity import Identity


class Halves(Latent):
    """Zeros, and a mask that is drawn anew each time."""

    channels = 1

    def __init__(self, data):
        self.data = data

    def draw(self, windows, generator, *, fitting):
        assert fitting
        window = cut_all(self.data, windows)
        drawn = torch.rand(window.shape, generator=generator)
        return Draw(torch.zeros_like(window), (drawn < 0.5).float())


def problem():
    data = torch.arange(256.0).reshape(1, 1, 16, 16)
    ones = torch.ones_like(data)
    return Problem(
        torch.nn.Identity(), Halves(data), Identity(), data, ones, 0 * ones
    )


def test_it_is_that_of_masked_pixels_and_unknown_where_none_was():
    given = problem()
    found = masked_error(given)
    seen = found.isfinite()
    # In one of four draws at least.
    assert 0.8 < seen.float().mean() < 1
    torch.testing.assert_close(found[seen], given.data.square()[seen])


def test_two_fits_are_asked_for_the_same_pixels():
    one, same, other = (masked_error(problem(), seed) for seed in (1, 1, 2))
    torch.testing.assert_close(one, same, equal_nan=True)
    assert not torch.equal(one.isnan(), other.isnan())
