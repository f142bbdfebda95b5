from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional as F

from napari_dip.grid.regions import Region
from napari_dip.latents.power_spectrum import ColouredNoise, measure_spectrum

BLUR = torch.tensor([[1.0, 2, 1], [2, 4, 2], [1, 2, 1]])[None, None]
BLUR = BLUR / BLUR.norm()
WHOLE = [Region((0, 0), (160, 192))]


def generator(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def coloured(channels: int = 1, seed: int = 0) -> Tensor:
    white = torch.randn(channels, 1, 162, 194, generator=generator(seed))
    return F.conv2d(white, BLUR).transpose(0, 1)


def spread(noise: Tensor) -> float:
    return float(noise.std())


def lag(noise: Tensor, axis: int, distance: int) -> float:
    near = noise.narrow(axis, 0, noise.shape[axis] - distance)
    far = noise.narrow(axis, distance, noise.shape[axis] - distance)
    return float((near * far).mean() / noise.square().mean())


@pytest.fixture
def brightness() -> Tensor:
    return torch.linspace(0, 1, 192).expand(1, 1, 160, 192).clone()


def test_what_is_drawn_is_like_what_was_measured(brightness):
    noise = coloured() * (0.5 + brightness)
    measured = measure_spectrum(noise, brightness, torch.ones_like(noise))
    again = measured.draw(WHOLE, generator(1))
    assert again.shape == noise.shape
    for axis in (2, 3):
        for distance in (1, 2, 3):
            assert lag(again, axis, distance) == pytest.approx(
                lag(noise, axis, distance), abs=0.06
            )
    # As strong where it is dark and where it is bright.
    for part in (slice(20, 60), slice(130, 170)):
        assert spread(again[..., part]) == pytest.approx(
            spread(noise[..., part]), rel=0.1
        )


def test_white_noise_comes_out_white(brightness):
    noise = torch.randn(1, 1, 160, 192, generator=generator())
    measured = measure_spectrum(noise, brightness, torch.ones_like(noise))
    again = measured.draw(WHOLE, generator(1))
    assert abs(lag(again, 3, 1)) < 0.05
    assert spread(again) == pytest.approx(1, rel=0.05)


def test_structure_and_missing_pixels_hardly_count(brightness):
    noise = coloured()
    known = torch.ones_like(noise)
    known[..., 60:, :60] = 0
    residual = noise.clone()
    residual[..., 20:30, 80:95] += 20
    residual *= known
    measured = measure_spectrum(residual, brightness, known)
    again = measured.draw(WHOLE, generator(1))
    assert spread(again) == pytest.approx(spread(noise), rel=0.12)
    assert lag(again, 3, 1) == pytest.approx(lag(noise, 3, 1), abs=0.06)


@pytest.mark.parametrize('share', [0.0, 0.7])
def test_channels_are_as_alike_as_they_were(share):
    one, other = coloured(2).chunk(2, dim=1)
    noise = torch.cat([one, share * one + (1 - share**2) ** 0.5 * other], 1)
    level = torch.zeros_like(noise)
    measured = measure_spectrum(noise, level, torch.ones_like(noise))
    first, second = measured.draw(WHOLE, generator(1))[0]
    correlation = (first * second).mean() / first.std() / second.std()
    assert correlation.item() == pytest.approx(share, abs=0.06)
    assert spread(second) == pytest.approx(spread(noise[:, 1]), rel=0.08)


def test_the_seed_decides_and_windows_have_their_own_strength():
    scale = torch.ones(1, 1, 40, 40)
    scale[..., 20:] = 3
    noise = ColouredNoise(scale, BLUR, torch.ones(1, 1))
    windows = [Region((0, 0), (32, 20)), Region((4, 20), (32, 20))]
    drawn = noise.draw(windows, generator(3))
    assert drawn.shape == (2, 1, 32, 20)
    assert torch.equal(drawn, noise.draw(windows, generator(3)))
    assert not torch.equal(drawn, noise.draw(windows, generator(4)))
    assert 2 < (drawn[1].std() / drawn[0].std()).item() < 4
