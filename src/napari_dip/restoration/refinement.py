"""What is made of a finished estimate and the data."""

from __future__ import annotations

from typing import Literal

import torch
from torch import Tensor

from napari_dip.prior.calibration import calibrate
from napari_dip.prior.continuation import continue_texture
from napari_dip.prior.covariances import covariance_filter
from napari_dip.prior.crossover import cross_over
from napari_dip.prior.enlarging import agree
from napari_dip.prior.operators import Downsample
from napari_dip.prior.problem import Problem
from napari_dip.prior.residual import remove_noise, structure_in_residual

Refinement = Literal[
    'none',
    'residual',
    'covariances',
    'mean',
    'details',
    'some details',
    'texture',
    'scattered',
    'agreement',
]

# Pixels. What neighbours share of their noise is known from near, so that a
# second fit tells the details from it and the first one the rest.
_DETAIL = 4.0
# Of details that are told less well. The mean over 27 images is the same
# with all of them, the worst is 0.35 dB below the better of both fits instead
# of 0.48 (docs/method.md).
_SOME = 0.75
_DETAILS: dict[Refinement, float] = {'details': 1.0, 'some details': _SOME}


@torch.no_grad()
def preview(estimate: Tensor, problem: Problem, how: Refinement) -> Tensor:
    """Make of an estimate what takes no time.

    Parameters
    ----------
    estimate, problem, how
        As in :func:`refine`.
    """
    if how in ('residual', 'covariances'):
        return calibrate(estimate, problem.data, problem.known)
    if how == 'mean':
        return _with_pilot(preview(estimate, problem, 'residual'), problem)
    if how in _DETAILS:
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
    how : {'none', 'residual', 'covariances', 'mean', 'details', \
'some details', 'texture', 'scattered', 'agreement'}
        'residual' takes the brightness of the data, puts back what the
        residual holds beyond noise, and filters like blocks together;
        'covariances' does so, then again by how their pixels vary together;
        'mean' does what 'residual' does, then takes the mean with an earlier
        fit; 'details' takes from the mean with an earlier fit, its like
        blocks filtered together, what is fine, and from the earlier fit the
        rest; 'some details' takes a quarter of what is fine from the earlier
        fit too; 'texture' continues the residual where the data are missing;
        'scattered' does so from the estimate and from nothing, and takes the
        mean of both; 'agreement' projects it back onto reduced data.
    """
    data, known = problem.data, problem.known
    deviation = problem.deviation
    if how == 'none':
        return estimate
    if how == 'agreement':
        assert isinstance(problem.operator, Downsample)
        fitted = known * (1 - problem.held_out)
        return agree(estimate, data, fitted, problem.operator)
    if how == 'residual':
        estimate = preview(estimate, problem, how)
        residual = (data - estimate) * known
        structure = structure_in_residual(residual, estimate, known, deviation)
        return remove_noise(data, known, estimate + structure, deviation)
    if how == 'covariances':
        pilot = refine(estimate, problem, 'residual')
        return remove_noise(data, known, pilot, deviation, covariance_filter)
    if how == 'mean':
        return _with_pilot(refine(estimate, problem, 'residual'), problem)
    if how in _DETAILS:
        mean = preview(estimate, problem, 'details')
        filtered = remove_noise(data, known, mean)
        return _with_details(filtered, problem, _DETAILS[how])
    refined = continue_texture(estimate, data, known, problem.held_out)
    if how == 'texture':
        return refined
    nothing = torch.zeros_like(estimate)
    other = continue_texture(nothing, data, known, problem.held_out)
    return (refined + other) / 2
