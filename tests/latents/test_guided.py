from __future__ import annotations

from types import SimpleNamespace

import pytest
import torch

from napari_dip.grid.regions import Region
from napari_dip.latents.guided import Guided, GuideSpec, guide_of
from napari_dip.latents.noise import FixedLatent

GUIDE = torch.arange(2 * 8 * 8.0).reshape(1, 2, 8, 8)


def test_a_guide_lies_beside_what_another_latent_draws():
    latent = Guided(FixedLatent(torch.zeros(1, 3, 8, 8)), GUIDE)
    assert latent.channels == 5
    window = Region((2, 3), (4, 4))
    draw = latent.draw([window], torch.Generator(), fitting=True)
    assert draw.latent.shape == (1, 5, 4, 4)
    assert not draw.latent[:, :3].any()
    torch.testing.assert_close(draw.latent[:, 3:], window.cut(GUIDE))


def test_a_guide_in_the_place_of_z_goes_from_0_to_1():
    given = SimpleNamespace(guide=torch.cat([GUIDE, GUIDE * 0], 1))
    draw = (
        GuideSpec(4)
        .make(given)
        .draw([Region((0, 0), (8, 8))], torch.Generator(), fitting=True)
    )
    assert draw.latent.shape == (1, 4, 8, 8)
    assert draw.latent[:, :2].amin((2, 3)).eq(0).all()
    assert draw.latent[:, :2].amax((2, 3)).eq(1).all()
    # One that shows nothing stays finite.
    assert draw.latent[:, 2:].eq(0).all()


def test_without_a_guide_it_says_so():
    with pytest.raises(ValueError, match=r'^guide: this latent needs one'):
        guide_of(SimpleNamespace(guide=None))
