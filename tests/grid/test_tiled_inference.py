from __future__ import annotations

import math

import pytest
import torch
from scipy.ndimage import gaussian_filter

from napari_dip.engine.averaging.weights import WeightAverage
from napari_dip.engine.fit import Fit
from napari_dip.engine.problem import Problem
from napari_dip.engine.settings import FitSettings
from napari_dip.grid import tiled_inference as sweeping
from napari_dip.grid.tiled_inference import TiledInference, bytes_a_pixel
from napari_dip.latents.blind_spot import BlindSpot
from napari_dip.networks import UNetSpec, initialise
from napari_dip.operators.identity import Identity

CPU = torch.device('cpu')
IMAGE = torch.arange(300.0 * 200).reshape(1, 1, 300, 200)


def short_of_memory(limit: int, seen: list):
    """Copy of a window, where it has at most `limit` pixels a side."""

    def evaluate(window):
        if max(window.shape) > limit:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        seen.append(window)
        return window.cut(IMAGE).clone()

    return evaluate


@pytest.mark.parametrize('limit', [1000, 260, 170, 100])
def test_a_tile_that_does_not_fit_is_halved_and_nothing_is_lost(limit):
    infer, seen = TiledInference(CPU, tile=256, halo=16), []
    image = infer((300, 200), short_of_memory(limit, seen))
    assert torch.equal(image, IMAGE)
    # The next inference starts where the last one fitted.
    seen.clear()
    assert torch.equal(infer((300, 200), short_of_memory(limit, seen)), IMAGE)
    assert max(max(w.shape) for w in seen) <= limit


def test_without_room_for_the_smallest_tile_it_gives_up():
    with pytest.raises(RuntimeError, match='allocate memory'):
        TiledInference(CPU, tile=256)((300, 200), short_of_memory(50, []))


def test_other_errors_are_not_swallowed():
    def evaluate(window):
        raise RuntimeError('size mismatch')

    with pytest.raises(RuntimeError, match='size mismatch'):
        TiledInference(CPU, tile=256)((300, 200), evaluate)


@pytest.mark.parametrize(
    ('free', 'tile'), [(2**40, 512), (2**28, 128), (2**10, 64)]
)
def test_the_tile_is_chosen_from_the_free_memory(monkeypatch, free, tile):
    monkeypatch.setattr(sweeping, 'free_memory', lambda device: free)
    infer = TiledInference(CPU)
    infer.fit_memory(1000.0)
    assert infer.tile == tile


def test_the_bytes_a_pixel_grow_with_the_network():
    small, large = (
        bytes_a_pixel(
            UNetSpec((width,) * 3, reduction=1).build(2, 1),
            2,
            CPU,
            'float32',
        )
        for width in (8, 32)
    )
    # Three outputs a scale of four bytes, and the latent.
    assert small > 3 * 8 * 4
    assert large == pytest.approx(4 * small, rel=0.2)


def decibels(error: torch.Tensor) -> float:
    return -10 * math.log10(error.square().mean())


@pytest.mark.slow
def test_tiles_leave_no_seam():
    """PSNR along the borders of tiles is that of inference in one piece."""
    side, tile = 256, 64
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(side, side, generator=generator)
    truth = torch.from_numpy(gaussian_filter(noise.numpy(), 4, mode='wrap'))
    truth = (truth / truth.std())[None, None]
    data = truth + 0.5 * torch.randn(truth.shape, generator=generator)
    known = torch.ones_like(data)
    latent = BlindSpot(data, known, torch.zeros_like(data), 0.15)
    network = UNetSpec((8, 8, 8, 8), reduction=1).build(2, 1)
    initialise(network, 0)
    problem = Problem(
        network, latent, Identity(), data, known, torch.zeros_like(data)
    )
    settings = FitSettings(
        num_iter=100,
        learning_rate=6e-3,
        window=64,
        num_windows=4,
        average='weights',
    )
    fit = Fit(problem, settings)
    for _ in fit:
        pass

    def estimate(side: int) -> torch.Tensor:
        options = {'decay': 0.0, 'precision': 'float32', 'seed': 0}
        average = WeightAverage(network, latent, data, tile=side, **options)
        return average.estimate(32)

    border = torch.zeros(side, dtype=torch.bool)
    for edge in range(tile, side, tile):
        border[edge - 2 : edge + 2] = True
    along = border[:, None] | border
    noisy = decibels(data - truth)
    whole, tiled = (estimate(n) - truth for n in (512, tile))
    for part in (along, ~along):
        found, wanted = (
            decibels(error[0, 0, part]) for error in (tiled, whole)
        )
        assert wanted > noisy + 5
        assert found == pytest.approx(wanted, abs=0.1)


def test_a_volume_is_joined_from_halved_tiles():
    volume = torch.arange(20.0 * 140 * 150).reshape(1, 1, 20, 140, 150)
    seen = []

    def evaluate(region):
        if max(region.shape) > 100:
            raise RuntimeError("DefaultCPUAllocator: can't allocate memory")
        seen.append(region)
        return region.cut(volume).clone()

    inference = TiledInference(CPU, tile=160, halo=8)
    assert torch.equal(inference((20, 140, 150), evaluate), volume)
    assert len(seen) == 4


def test_memory_is_counted_a_pixel_of_a_volume():
    network = UNetSpec((8, 8), reduction=1).build(2, 1, 3)
    taken = bytes_a_pixel(network, 2, CPU, 'float32', side=16, ndim=3)
    # Two outputs of eight channels at full resolution, and the latent.
    assert taken > 4 * (2 * 8 + 2)
