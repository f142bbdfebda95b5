from __future__ import annotations

import pytest
import torch

from napari_dip.engine.optimisers.adam import Adam
from napari_dip.engine.optimisers.choice import make_optimiser
from napari_dip.engine.optimisers.muon import Muon


@pytest.mark.parametrize(('name', 'kind'), [('adam', Adam), ('muon', Muon)])
def test_an_optimiser_is_made_by_its_name(name, kind):
    weight = torch.ones(8, 8, 3, 3, requires_grad=True)
    optimiser = make_optimiser(name, [weight], 0.1)
    assert isinstance(optimiser, kind)
    assert optimiser.learning_rate == 0.1
