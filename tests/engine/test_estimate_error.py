from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional as F

from napari_dip.engine.averaging.output import OutputAverage
from napari_dip.engine.estimate_error import EstimateError, PlantedError
from napari_dip.engine.metrics import Observation


def residual(iteration, values) -> Observation:
    output = torch.zeros(1, 1, 2, 2)
    return Observation(iteration, output, None, torch.tensor(values))


def test_the_error_of_the_estimate_is_that_of_the_average():
    metric = EstimateError(decay=0.5)
    assert metric.value() is None
    generator = torch.Generator().manual_seed(0)
    averaging = OutputAverage(0.5)
    for iteration in range(1, 9):
        values = torch.randn(1, 1, 3, 4, generator=generator)
        averaging.update(nn.Identity(), values)
        metric.observe(residual(iteration, values.flatten().tolist()))
    expected = averaging.estimate(1).square().mean()
    assert metric.value().item() == pytest.approx(expected.item(), rel=1e-5)
    metric.rewind()
    assert metric.value() is None


def test_chance_is_the_standard_error_of_the_difference_to_the_lowest():
    metric = EstimateError(decay=0.0)
    metric.observe(residual(1, [1.0, 1.0, 1.0, 1.0]))
    metric.value()
    assert metric.chance() == 0
    metric.observe(residual(2, [2.0, 1.0, 1.0, 0.0]))
    metric.value()
    above = np.array([3.0, 0.0, 0.0, -1.0])
    assert metric.chance() == pytest.approx(above.std() / 2)


SIDE = 96
ROWS, COLUMNS = torch.meshgrid(
    torch.arange(SIDE), torch.arange(SIDE), indexing='ij'
)
SCENE = torch.sin(ROWS / 4) * torch.cos(COLUMNS / 5)[None, None]


def correlated(seed: int) -> Tensor:
    white = torch.randn(
        (1, 1, SIDE + 2, SIDE + 2),
        generator=torch.Generator().manual_seed(seed),
    )
    return F.avg_pool2d(white, 3, stride=1)


def smoothed(image: Tensor, width: int) -> Tensor:
    """Of more width the smoother: an estimate of fewer iterations."""
    margin = width // 2
    padded = F.pad(image, (margin,) * 4, mode='reflect')
    return F.avg_pool2d(padded, width, stride=1)


def observation(iteration, data, estimate, planted) -> Observation:
    return Observation(
        iteration, estimate, None, left=data - estimate, planted=planted
    )


@pytest.mark.parametrize('strength', [0.25, 0.5])
def test_planted_noise_tells_the_best_estimate_where_noise_is_correlated(
    strength,
):
    planted = strength * correlated(1)
    data = SCENE + correlated(0) + planted
    widths = (17, 13, 11, 9, 7, 5, 3)
    errors, told = [], []
    for width in widths:
        estimate = smoothed(data, width)
        metric = PlantedError()
        assert metric.value() is None
        metric.observe(observation(1, data, estimate, planted))
        errors.append((estimate - SCENE).square().mean().item())
        told.append(metric.value().item())
    # The best is none of the ends.
    assert 0 < np.argmin(errors) < len(errors) - 1
    assert np.argmin(told) == np.argmin(errors)


def test_it_is_generalised_cross_validation():
    planted = 0.25 * correlated(1)
    data = SCENE + correlated(0) + planted
    left = data - smoothed(data, 5)
    metric = PlantedError()
    metric.observe(observation(1, data, data - left, planted))
    part = (left * planted).mean() / planted.square().mean()
    expected = left.square().mean() / part**2
    assert metric.value().item() == pytest.approx(expected.item(), rel=1e-4)


def test_its_chance_is_what_other_draws_differ_by():
    differences, told = [], []
    for seed in range(40):
        noise, planted = correlated(2 * seed), 0.5 * correlated(2 * seed + 1)
        data = SCENE + noise + planted
        metric, values = PlantedError(decay=0.0), []
        for iteration, width in enumerate((7, 5), start=1):
            estimate = smoothed(data, width)
            metric.observe(observation(iteration, data, estimate, planted))
            values.append(metric.value().item())
        differences.append(values[1] - values[0])
        told.append(metric.chance())
    # The second is never the lower one, so that there is a difference.
    assert min(differences) > 0
    assert np.mean(told) == pytest.approx(np.std(differences), rel=0.35)
