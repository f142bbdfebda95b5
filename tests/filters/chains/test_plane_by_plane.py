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


@dataclass(frozen=True)
class Around(Filter):
    """Adds what the planes beside it hold."""

    uses_neighbours = True

    def apply(self, estimate, problem):
        return estimate + sum(one.estimate for one in problem.neighbours)


def test_planes_are_shown_those_beside_as_restored_by_themselves():
    data = torch.zeros(1, 1, 4, 8, 8)
    planes = torch.tensor([1.0, 10, 100, 1000])[:, None, None]
    known = torch.ones_like(data)
    problem = Problem(
        torch.nn.Identity(),
        latent=None,
        operator=Identity(),
        data=data,
        known=known,
        held_out=data,
        deviation=torch.zeros(1, 1, 1, 1, 1),
    )
    estimate = data + planes
    filter_ = PlaneByPlane((Known(), Around()))
    found = filter_.apply(estimate, problem)[0, 0, :, 0, 0]
    # Each has one more, and the fourth lies beyond those of the first.
    assert found.tolist() == [114, 1115, 1115, 1113]
    assert filter_.describe(estimate, estimate, problem)
    assert not PlaneByPlane((Known(),)).describe(estimate, estimate, problem)
