from types import SimpleNamespace

import pytest
import torch

from napari_dip.engine.losses import squared_error
from napari_dip.filters import refinement
from napari_dip.filters.nl_bayes import nl_bayes_filter
from napari_dip.filters.refinement import (
    Bm3d,
    Calibrate,
    FrequencySplit,
    LowRank,
    NlBayes,
    PilotMean,
    ResidualStructure,
    SideBySide,
    ever_fewer,
    preview,
    refine,
    work_of_chain,
)

STRUCTURE = (Calibrate(), ResidualStructure())
RESIDUAL = (*STRUCTURE, Bm3d(0.75))
COVARIANCES = (*RESIDUAL, NlBayes(0.5))
SIDE_BY_SIDE = (*STRUCTURE, SideBySide((Bm3d(0.3), NlBayes(0.4))))


def details(share=1.0):
    split = FrequencySplit(share=share, filters=(Bm3d(0.75),))
    return (PilotMean(), split)


@pytest.fixture
def problem():
    generator = torch.Generator().manual_seed(0)
    texture = torch.zeros(1, 1, 80, 80)
    texture[..., 24:56, 24:56] = 3 * torch.sin(torch.arange(32) * 1.3)
    noise = torch.randn(texture.shape, generator=generator)
    known = torch.ones_like(texture)
    known[..., 40, 40] = 0
    held_out = torch.zeros_like(texture)
    held_out[..., ::9, ::9] = 1
    data = (texture + 0.3 * noise) * known
    return SimpleNamespace(
        data=data,
        known=known,
        held_out=held_out,
        deviation=None,
        even=False,
        loss=squared_error,
        half=None,
        neighbours=(),
    )


def test_none_is_the_estimate_itself(problem):
    estimate = torch.zeros_like(problem.data)
    assert refine(estimate, problem, ()) is estimate


@pytest.mark.parametrize(
    'how',
    [RESIDUAL, COVARIANCES, SIDE_BY_SIDE, (LowRank(8),)],
    ids=['residual', 'covariances', 'side by side', 'low rank'],
)
def test_what_the_fit_left_comes_back(problem, how):
    estimate = torch.zeros_like(problem.data)
    refined = refine(estimate, problem, how)
    before = problem.data.square().mean()
    assert (problem.data - refined).square().mean() < 0.5 * before


@pytest.mark.parametrize(
    ('how', 'added'), [(COVARIANCES, 75 + 500), (SIDE_BY_SIDE, 30 + 400)]
)
def test_a_part_of_what_both_filters_find_is_taken(
    problem, how, added, monkeypatch
):
    """Each filter adds a hundred or a thousand to its pilot."""
    monkeypatch.setattr(
        refinement,
        'remove_noise',
        lambda data, known, pilot, deviation, by, **_: (
            pilot + (1e3 if by is nl_bayes_filter else 1e2)
        ),
    )
    monkeypatch.setattr(
        refinement,
        'structure_in_residual',
        lambda residual, *_, even: torch.zeros_like(residual),
    )
    estimate = problem.data
    change = refine(estimate, problem, how) - preview(estimate, problem, how)
    assert change.mean() == pytest.approx(added, abs=0.1)


def test_missing_pixels_are_not_taken_for_a_residual(problem):
    estimate = torch.full_like(problem.data, 50.0)
    estimate[problem.known > 0] = problem.data[problem.known > 0]
    refined = refine(estimate, problem, RESIDUAL)
    assert torch.allclose(refined, estimate, atol=1e-4)


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


def test_filters_that_take_long_are_left_out_from_the_last_on():
    assert list(ever_fewer(COVARIANCES)) == [COVARIANCES, RESIDUAL]
    assert list(ever_fewer(RESIDUAL)) == [RESIDUAL]
    assert list(ever_fewer(())) == [()]


def test_the_work_of_a_chain_is_that_of_its_passes():
    bm3d, nl_bayes = work_of_chain(COVARIANCES)
    assert work_of_chain(SIDE_BY_SIDE) == (bm3d, nl_bayes)
    assert work_of_chain(details()) == (bm3d,)
    assert work_of_chain((Calibrate(), PilotMean())) == ()
    [low_rank] = work_of_chain((LowRank(24),))
    assert low_rank > nl_bayes
