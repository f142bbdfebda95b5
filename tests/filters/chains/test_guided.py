from types import SimpleNamespace

import pytest
import torch

from napari_dip.filters.chains import guided
from napari_dip.filters.chains.guided import ByGuide, shared_noise
from napari_dip.filters.refinement import Calibrate


def normal(seed, *shape):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


ROWS, COLUMNS = torch.meshgrid(
    torch.arange(64.0), torch.arange(64.0), indexing='ij'
)
STRUCTURE = (torch.sin(COLUMNS / 6) * torch.cos(ROWS / 5))[None, None]


def problem(share=0.0, error=1.0):
    """Image with noise, a share of which is in the guide."""
    noise = 0.5 * normal(0, 1, 1, 64, 64)
    before = 0.25 + normal(1, 1, 1, 64, 64).square()
    return SimpleNamespace(
        data=STRUCTURE + noise,
        known=torch.ones_like(noise),
        held_out=torch.zeros_like(noise),
        guide=STRUCTURE + 0.5 * normal(2, 1, 1, 64, 64) + share * noise,
        pilot=STRUCTURE.clone(),
        pilot_error=before,
        deviation=torch.full((1, 1, 1, 1), 0.5),
        even=True,
        now=error * (before - 0.25) + 0.25,
        notes=[],
    )


@pytest.fixture(autouse=True)
def _judged(monkeypatch):
    monkeypatch.setattr(guided, 'masked_error', lambda given: given.now)


def test_noise_of_its_own_is_not_shared_and_a_part_of_it_is():
    assert shared_noise(problem()) < 0.1
    assert shared_noise(problem(share=1.0)) > 0.3


def test_a_guide_that_shares_the_noise_is_left_out():
    given = problem(share=1.0, error=0.5)
    found = ByGuide().apply(given.data, given)
    assert found is given.pilot
    assert 'shares the noise' in given.notes[0]


@pytest.mark.parametrize('error', [1.0, 1.5])
def test_a_guide_that_does_not_help_is_left_out(error):
    given = problem(error=error)
    assert ByGuide().apply(given.data, given) is given.pilot
    assert 'does not help' in given.notes[0]


def test_filters_do_as_much_as_the_guide_has_left(monkeypatch):
    given = problem(error=0.25)
    estimate = torch.zeros_like(given.data)
    monkeypatch.setattr(guided, 'refine', lambda e, p, f: e + 1)
    found = ByGuide((Calibrate(),)).apply(estimate, given)
    torch.testing.assert_close(found, torch.full_like(found, 0.25))
    assert 'took away 75 %' in given.notes[0].replace('75%', '75 %')
