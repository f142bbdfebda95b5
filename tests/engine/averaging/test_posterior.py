from __future__ import annotations

import pytest
import torch
from torch import nn

from napari_dip.engine.averaging.posterior import PosteriorAverage
from napari_dip.engine.fit import Fit
from napari_dip.engine.settings import FitSettings


def fed(outputs, burn_in: int) -> PosteriorAverage:
    average = PosteriorAverage(0.5, burn_in)
    for output in outputs:
        average.update(nn.Identity(), output)
    return average


def test_mean_and_deviation_are_those_of_the_samples(make_problem):
    outputs = torch.randn(
        30, 1, 1, 8, 9, generator=torch.Generator().manual_seed(0)
    )
    average = fed(outputs, burn_in=10)
    torch.testing.assert_close(average.estimate(1), outputs[10:].mean(dim=0))
    problem = make_problem(held_out=0.0)
    torch.testing.assert_close(
        average.deviation(problem, average.estimate(1)),
        outputs[10:].std(dim=0),
    )


def test_before_there_are_samples_an_average_is_shown():
    average = fed([torch.ones(1, 1, 4, 4)] * 3, burn_in=10)
    assert average.estimate(1).mean().item() == pytest.approx(1)
    average.keep(3)
    average.join(4)
    assert average.restore() is None


def test_langevin_noise_stirs_the_weights_by_the_seed(make_problem):
    found = []
    for langevin, seed in ((0.0, 0), (2.0, 0), (2.0, 0), (2.0, 1)):
        problem = make_problem()
        settings = FitSettings(
            num_iter=3,
            average='posterior',
            langevin=langevin,
            burn_in=1,
        )
        fit = Fit(problem, settings, seed=seed)
        for _ in fit:
            pass
        found.append(fit.estimate())
    assert torch.equal(found[1], found[2])
    assert not torch.equal(found[0], found[1])
    assert not torch.equal(found[1], found[3])
