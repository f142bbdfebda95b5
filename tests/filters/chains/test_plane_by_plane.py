from dataclasses import dataclass

import torch

from napari_dip.engine.problem import Problem
from napari_dip.filters.chains.plane_by_plane import PlaneByPlane
from napari_dip.filters.refinement import Filter
from napari_dip.operators.identity import Identity


@dataclass(frozen=True)
class Known(Filter):
    """Adds what is known of the plane, and its deviation."""

    def apply(self, estimate, problem):
        assert estimate.ndim == problem.data.ndim == 4
        return estimate + problem.known + problem.deviation

    work = (7.0,)


def test_each_plane_is_filtered_with_what_is_known_of_it():
    known = torch.zeros(1, 2, 3, 8, 8)
    known[:, :, 1] = 1
    problem = Problem(
        torch.nn.Identity(),
        latent=None,
        operator=Identity(),
        data=torch.zeros_like(known),
        known=known,
        held_out=torch.zeros_like(known),
        deviation=torch.full((1, 2, 1, 1, 1), 0.5),
    )
    filter_ = PlaneByPlane((Known(),))
    found = filter_.apply(torch.zeros_like(known), problem)
    torch.testing.assert_close(found, known + 0.5)
    assert filter_.preview(known, problem).equal(known)
    assert filter_.work == (7.0,)
