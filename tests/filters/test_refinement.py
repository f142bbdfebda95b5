import pytest
import torch

from napari_dip.filters import refinement
from napari_dip.filters.nl_bayes import nl_bayes_filter
from napari_dip.filters.refinement import (
    Bm3d,
    Calibrate,
    LowRank,
    NlBayes,
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


def test_filters_that_take_long_are_left_out_from_the_last_on():
    assert list(ever_fewer(COVARIANCES)) == [COVARIANCES, RESIDUAL]
    assert list(ever_fewer(RESIDUAL)) == [RESIDUAL]
    assert list(ever_fewer(())) == [()]


def test_the_work_of_a_chain_is_that_of_its_passes():
    bm3d, nl_bayes = work_of_chain(COVARIANCES)
    assert work_of_chain(SIDE_BY_SIDE) == (bm3d, nl_bayes)
    [low_rank] = work_of_chain((LowRank(24),))
    assert low_rank > nl_bayes
