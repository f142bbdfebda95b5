from __future__ import annotations

import torch

from napari_dip.engine.fit import Fit
from napari_dip.engine.settings import FitSettings
from napari_dip.grid.regions import Region


def test_the_estimate_is_a_pass_of_the_last_weights_without_jitter(
    make_problem,
):
    problem = make_problem()
    problem.latent.jitter = 0.5
    fit = Fit(problem, FitSettings(num_iter=4, average='last'))
    for _ in fit:
        pass
    whole = [Region.whole(problem.image_shape)]
    latent = problem.latent.draw(whole, torch.Generator(), fitting=False)
    with torch.no_grad():
        expected = problem.network(latent.latent)
    assert torch.equal(fit.estimate(), expected)
    assert torch.equal(fit.estimate(), fit.estimate())


def test_what_was_kept_is_put_back(make_problem):
    fit = Fit(make_problem(), FitSettings(num_iter=4, average='last'))
    next(fit)
    kept = fit.estimate()
    fit._averaging.keep(1)
    for _ in fit:
        pass
    assert torch.equal(fit.estimate(), kept)
