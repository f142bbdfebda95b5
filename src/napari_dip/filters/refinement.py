"""What is made of a finished estimate and the data."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from napari_dip.engine.autograd import plain_autograd
from napari_dip.engine.problem import Problem
from napari_dip.filters.bm3d import bm3d_wiener
from napari_dip.filters.brightness import calibrate
from napari_dip.filters.frequency_split import cross_over
from napari_dip.filters.nl_bayes import nl_bayes_filter
from napari_dip.filters.residual import (
    Filter,
    remove_noise,
    structure_in_residual,
)
from napari_dip.filters.texture import continue_texture
from napari_dip.grid.by_axes import require_planes
from napari_dip.operators.back_projection import agree

Refinement = Literal[
    'none',
    'residual',
    'covariances',
    'side by side',
    'mean',
    'details',
    'some details',
    'texture',
    'scattered',
    'agreement',
]

# Of what filters of like blocks change. Their errors, those of each other and
# those of the estimate differ, so that a mean is nearer than any.
_OF_COLLABORATIVE = 0.75
_OF_COVARIANCES = 0.5
# Where the fit is long, so that it has missed little (docs/decisions/0019).
_OF_COLLABORATIVE_BESIDE = 0.3
_OF_COVARIANCES_BESIDE = 0.4

# Pixels. What neighbours share of their noise is known from near, so that a
# second fit tells the details from it and the first one the rest.
_DETAIL = 4.0
# Of details that are told less well. The mean over 27 images is the same
# with all of them, the worst is 0.35 dB below the better of both fits instead
# of 0.48 (docs/lab/correlated-noise.md).
_SOME = 0.75
_DETAILS: dict[Refinement, float] = {'details': 1.0, 'some details': _SOME}

_CALIBRATED = ('residual', 'covariances', 'side by side')


@plain_autograd()
@torch.no_grad()
def preview(estimate: Tensor, problem: Problem, how: Refinement) -> Tensor:
    """Make of an estimate what takes no time.

    Parameters
    ----------
    estimate, problem, how
        As in :func:`refine`.
    """
    if how in _CALIBRATED:
        require_planes('filters after a fit', estimate)
        return calibrate(estimate, problem.data, problem.known)
    if how == 'mean':
        return _with_pilot(preview(estimate, problem, 'residual'), problem)
    if how in _DETAILS:
        require_planes('filters after a fit', estimate)
        mean = _with_pilot(estimate, problem)
        return _with_details(mean, problem, _DETAILS[how])
    return estimate


def _with_pilot(estimate: Tensor, problem: Problem) -> Tensor:
    """Mean with the earlier fit, whose errors differ."""
    assert problem.pilot is not None
    return (problem.pilot + estimate) / 2


def _with_details(mean: Tensor, problem: Problem, part: float) -> Tensor:
    """Earlier fit with a part of what is finer in the mean with it."""
    assert problem.pilot is not None
    finer = torch.lerp(problem.pilot, mean, part)
    return cross_over(problem.pilot, finer, _DETAIL)


@plain_autograd()
@torch.no_grad()
def refine(estimate: Tensor, problem: Problem, how: Refinement) -> Tensor:
    """Make more of an estimate.

    Parameters
    ----------
    estimate : Tensor
        ``(1, channels, height, width)``, of the fit.
    problem : Problem
        What was fitted; its operator is the identity unless `how` is 'none'
        or 'agreement'.
    how : {'none', 'residual', 'covariances', 'side by side', 'mean', \
'details', 'some details', 'texture', 'scattered', 'agreement'}
        'residual' takes the brightness of the data, puts back what the
        residual holds beyond noise, and filters like blocks together;
        'covariances' does so, then again by how their pixels vary together;
        'side by side' filters the same estimate in both ways and keeps a
        part of it; 'mean' does what 'residual' does, then takes the mean with
        an earlier fit; 'details' takes from the mean with an earlier fit, its
        like blocks filtered together, what is fine, and from the earlier fit
        the rest; 'some details' takes a quarter of what is fine from the
        earlier fit too; 'texture' continues the residual where the data are
        missing; 'scattered' does so from the estimate and from nothing, and
        takes the mean of both; 'agreement' projects it back onto reduced
        data.
    """
    if how == 'none':
        return estimate
    if how == 'agreement':
        return _agreeing(estimate, problem)
    require_planes('filters after a fit', estimate)
    if how == 'residual':
        pilot = _with_structure(estimate, problem)
        return _filtered(pilot, problem, bm3d_wiener, _OF_COLLABORATIVE)
    if how == 'covariances':
        pilot = refine(estimate, problem, 'residual')
        return _filtered(pilot, problem, nl_bayes_filter, _OF_COVARIANCES)
    if how == 'side by side':
        return _side_by_side(_with_structure(estimate, problem), problem)
    if how == 'mean':
        return _with_pilot(refine(estimate, problem, 'residual'), problem)
    if how in _DETAILS:
        mean = preview(estimate, problem, 'details')
        filtered = _filtered(mean, problem, bm3d_wiener, _OF_COLLABORATIVE)
        return _with_details(filtered, problem, _DETAILS[how])
    continued = _continued(estimate, problem)
    if how == 'texture':
        return continued
    return (continued + _continued(torch.zeros_like(estimate), problem)) / 2


def _agreeing(estimate: Tensor, problem: Problem) -> Tensor:
    """Project back onto the reduced data that were fitted."""
    fitted = problem.known * (1 - problem.held_out)
    return agree(estimate, problem.data, fitted, problem.operator)


def _with_structure(estimate: Tensor, problem: Problem) -> Tensor:
    """Estimate in the brightness of the data, and what its residual holds."""
    estimate = preview(estimate, problem, 'residual')
    residual = (problem.data - estimate) * problem.known
    return estimate + structure_in_residual(
        residual, estimate, problem.known, problem.deviation
    )


def _filtered(
    pilot: Tensor, problem: Problem, by: Filter, part: float
) -> Tensor:
    """Take a part of what a filter of like blocks changes."""
    found = remove_noise(
        problem.data, problem.known, pilot, problem.deviation, by
    )
    return torch.lerp(pilot, found, part)


def _side_by_side(pilot: Tensor, problem: Problem) -> Tensor:
    """Add to an estimate what both filters change."""
    together = _filtered(pilot, problem, bm3d_wiener, _OF_COLLABORATIVE_BESIDE)
    varying = _filtered(
        pilot, problem, nl_bayes_filter, _OF_COVARIANCES_BESIDE
    )
    return together + (varying - pilot)


def _continued(estimate: Tensor, problem: Problem) -> Tensor:
    """Continue the texture of the residual where data are missing."""
    return continue_texture(estimate, problem)
