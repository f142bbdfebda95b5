from __future__ import annotations

import numpy as np
import torch
from torch import nn

from napari_dip.engine.averaging.filled import FilledAverage
from napari_dip.engine.problem import Problem
from napari_dip.fills.smooth import Biharmonic, Harmonic
from napari_dip.latents.base import Given
from napari_dip.latents.held_out_holes import HeldOutHolesSpec
from napari_dip.operators.identity import Identity

ROWS, COLUMNS = np.mgrid[:96, :96]
NOISE = np.random.default_rng(0).normal(size=ROWS.shape)
IMAGE = (np.sin(COLUMNS / 4 + ROWS / 7) + 0.1 * NOISE).astype(np.float32)
MISSING = (ROWS % 24 < 3) | (np.hypot(ROWS - 40, COLUMNS - 50) < 6)
SPEC = HeldOutHolesSpec((Harmonic(), Biharmonic()), number=3)


class Constant(nn.Module):
    """Adds the same everywhere."""

    def __init__(self, value: float) -> None:
        super().__init__()
        self.value = nn.Parameter(torch.tensor(value))

    def forward(self, seen):
        return torch.zeros_like(seen[:, :1]) + self.value


def estimated(value, image=IMAGE, missing=MISSING):
    data = torch.from_numpy(np.where(missing, 0, image))[None, None]
    known = torch.from_numpy((~missing).astype(np.float32))[None, None]
    held_out = SPEC.hold_out(known, seed=1)
    given = Given(data, known, held_out, Identity(), 1, window=32)
    latent = SPEC.make(given)
    average = FilledAverage(
        Constant(value), latent, data, decay=0.9, precision='float32'
    )
    estimate = average.estimate(1)
    return average, latent, estimate


def test_a_network_that_adds_what_is_wrong_is_not_taken():
    average, latent, estimate = estimated(30.0)
    hole = latent.missing
    np.testing.assert_array_equal(
        estimate[0].numpy()[hole], latent.made.whole.base[hole]
    )
    assert 'network' not in average.notes[0]


def test_known_pixels_but_those_that_judge_stay_as_they_are():
    _, latent, estimate = estimated(0.0)
    known = ~latent.missing & ~latent.judged
    np.testing.assert_array_equal(
        estimate[0].numpy()[known], latent.data[known]
    )
    assert (estimate[0].numpy() != latent.data)[latent.judged].any()


def test_what_judges_filters_has_nowhere_seen_what_is_held_out():
    average, latent, estimate = estimated(0.0)
    assert average.half is not None
    half, seen = average.half[0].numpy(), estimate[0].numpy()
    for part in latent.made.judged_parts:
        unseen = part.region.cut(half)[part.missing]
        np.testing.assert_array_equal(unseen, part.base[part.missing])
        holes = part.region.cut(latent.missing)
        assert (part.region.cut(seen) != part.base)[holes].any()
    np.testing.assert_array_equal(half[latent.judged], seen[latent.judged])


def test_the_error_in_the_holes_is_told_within_a_third():
    average, latent, estimate = estimated(0.0)
    known = torch.from_numpy(~latent.missing)[None].float()
    judged = torch.from_numpy(latent.judged)[None].float()
    problem = Problem(
        average._network,
        latent,
        Identity(),
        torch.from_numpy(latent.data)[None],
        known,
        judged,
    )
    told = average.deviation(problem, estimate)[0].numpy()[latent.missing]
    error = (estimate[0].numpy() - IMAGE)[latent.missing]
    ratio = np.sqrt(np.mean(told**2) / np.mean(error**2))
    assert 2 / 3 < ratio < 3 / 2


def test_a_fit_goes_on_from_weights_unless_they_surely_lose():
    dots = (ROWS % 8 < 2) & (COLUMNS % 8 < 2)
    average, _, _ = estimated(1.0, missing=dots)
    network = Constant(1.0)
    assert not average.go_on_from([torch.tensor(30.0)], network)
    assert [float(one) for one in average.weights()] == [1.0]
    assert average.go_on_from([torch.tensor(0.0)], network)
    assert float(network.value) == 0
