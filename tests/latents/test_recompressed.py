from __future__ import annotations

import pytest
import torch

from napari_dip.grid.regions import Region
from napari_dip.latents.recompressed import Recompressed
from napari_dip.operators.quantisation import Quantisation

WINDOWS = [Region((0, 0), (16, 16))] * 3
STEPS = torch.full((1, 8, 8), 0.8)


def drawn(side: int = 96, step: float = 0.8) -> Recompressed:
    generator = torch.Generator().manual_seed(1)
    image = torch.randn((1, 1, side, side), generator=generator)
    operator = Quantisation(image, STEPS * step / 0.8)
    return Recompressed(image, image, operator, side=16, seed=0)


@pytest.mark.parametrize('side', [16, 24, 96])
def test_a_window_is_asked_what_compression_took(side):
    draw = drawn(side).draw(WINDOWS, torch.Generator(), fitting=True)
    assert draw.latent.shape == draw.target.shape
    assert draw.latent.shape[0] == 3
    assert 0.05 < draw.target.std() < 0.5


def test_steps_of_nothing_take_nothing():
    draw = drawn(step=1e-4).draw(WINDOWS, torch.Generator(), fitting=True)
    assert draw.target.abs().max() < 1e-3


def test_what_is_found_is_added_to_the_image():
    latent = drawn()
    first = latent.upsample(torch.zeros_like)
    torch.testing.assert_close(latent.upsample(torch.ones_like), first + 1)


def test_the_whole_pair_is_the_estimate_compressed_as_the_image_was():
    latent = drawn()
    pair = latent.whole_pair()
    estimate = latent._scales[0]
    torch.testing.assert_close(pair.latent + pair.target, estimate)
    torch.testing.assert_close(
        latent._operator.compress(pair.latent), pair.latent
    )
    assert pair.target.std() > 0.05
