import pytest
import torch

from napari_dip.filters.chains.earlier_fit import FrequencySplit, PilotMean
from napari_dip.filters.refinement import (
    Bm3d,
    Calibrate,
    ResidualStructure,
    preview,
    refine,
    work_of_chain,
)

RESIDUAL = (Calibrate(), ResidualStructure(), Bm3d(0.75))


def details(share=1.0):
    split = FrequencySplit(share=share, filters=(Bm3d(0.75),))
    return (PilotMean(), split)


def test_the_mean_is_that_of_both_fits(problem):
    problem.pilot = torch.full_like(problem.data, 7.0)
    estimate = problem.data + 0.1
    for found in (preview, refine):
        alone = found(estimate, problem, RESIDUAL)
        mean = found(estimate, problem, (*RESIDUAL, PilotMean()))
        assert torch.equal(mean, (problem.pilot + alone) / 2)


def test_some_details_are_three_quarters_of_them(problem):
    problem.pilot = torch.full_like(problem.data, 7.0)
    for found in (preview, refine):
        whole = found(problem.data, problem, details()) - problem.pilot
        some = found(problem.data, problem, details(0.75)) - problem.pilot
        assert torch.allclose(some, 0.75 * whole, atol=1e-5)
        assert whole.abs().max() > 1


def test_details_are_those_of_both_fits_and_the_rest_is_of_the_first(problem):
    problem.pilot = torch.full_like(problem.data, 7.0)
    brighter = problem.data + 100
    before = brighter.clone()
    for found in (preview, refine):
        image = found(brighter, problem, details())
        # Brightness is coarse, the texture is not.
        assert image.mean() == pytest.approx(7.0, abs=0.5)
        texture = image[..., 24:56, 24:56]
        whole = problem.data[..., 24:56, 24:56]
        assert (
            torch.corrcoef(torch.stack([texture.flatten(), whole.flatten()]))[
                0, 1
            ]
            > 0.8
        )
        assert texture.std() < 0.8 * whole.std()
    assert torch.equal(brighter, before)


def test_the_work_is_that_of_the_filters_in_it():
    assert work_of_chain(details()) == Bm3d().work
    assert work_of_chain((Calibrate(), PilotMean())) == ()
