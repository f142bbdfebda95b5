from __future__ import annotations

import numpy as np
import pytest
import torch

from napari_dip.fills.parts import judged_regions, scene_side
from napari_dip.fills.smooth import Biharmonic, Harmonic
from napari_dip.grid.regions import Region
from napari_dip.latents.base import Given
from napari_dip.latents.held_out_holes import (
    HeldOutHolesSpec,
)
from napari_dip.operators.identity import Identity

ROWS, COLUMNS = np.mgrid[:80, :96]
IMAGE = np.sin(COLUMNS / 5 + ROWS / 9).astype(np.float32)
MISSING = np.hypot(ROWS - 30, COLUMNS - 40) < 6
SPEC = HeldOutHolesSpec((Harmonic(), Biharmonic()), number=3)


@pytest.fixture
def latent():
    data = torch.from_numpy(np.where(MISSING, 0, IMAGE))[None, None]
    known = torch.from_numpy((~MISSING).astype(np.float32))[None, None]
    held_out = SPEC.hold_out(known, seed=4)
    given = Given(data, known, held_out, Identity(), 4, window=32)
    return SPEC.make(given)


def test_what_judges_is_known_and_of_the_shape_of_the_hole(latent):
    assert latent.judged.any()
    assert not (latent.judged & latent.missing).any()
    assert latent.judged.sum() == pytest.approx(MISSING.sum(), rel=0.4)


def test_a_draw_asks_for_what_the_fills_lack(latent):
    windows = [Region((0, 0), (32, 32))] * 4
    draw = latent.draw(windows, torch.Generator(), fitting=True)
    assert draw.latent.shape == (4, SPEC.num_channels(1), 32, 32)
    assert latent.channels == SPEC.num_channels(1)
    base, known = draw.latent[:, :1], draw.latent[:, 3:4]
    assert draw.weight.any()
    # Only what was hidden is asked for.
    assert not (draw.weight * known).any()
    assert not (draw.judged * known).any()
    held = draw.weight > 0
    truth = base + latent.made.scale * draw.target
    assert float(truth[held].abs().max()) <= np.abs(IMAGE).max() + 1e-5


def test_known_pixels_are_those_of_the_image(latent):
    whole = latent.made.whole
    np.testing.assert_array_equal(whole.base[0][~MISSING], IMAGE[~MISSING])
    error = np.abs(whole.base[0] - IMAGE)[MISSING]
    assert error.max() < 0.2
    for part in latent.made.judged_parts:
        assert part.missing[latent.judged].all()


def test_parts_that_judge_lie_apart_and_hold_whole_holes():
    missing = np.zeros((1, 700, 300), bool)
    missing[0, 100:110, 50:80] = missing[0, 600:640, 200:240] = True
    regions = judged_regions(missing)
    assert 2 <= len(regions) <= 4
    side = scene_side(missing)
    assert side == 256
    for region in regions:
        assert max(region.shape) <= side
    covered = sum(region.cut(missing).sum() for region in regions)
    assert covered > 0
