import torch

from napari_dip.filters import shrinkage
from napari_dip.filters.dct import LocalCosine
from napari_dip.filters.shrinkage import keep_greater, keep_outstanding, wiener


def test_tiles_leave_no_seam(monkeypatch):
    generator = torch.Generator().manual_seed(0)
    image = torch.randn(1, 2, 150, 170, generator=generator)
    for side, step in [(8, 1), (16, 2)]:
        transform = LocalCosine(side, step, image)
        monkeypatch.setattr(shrinkage, 'TILE', 512)
        whole = keep_greater(image, 1.5, transform)
        monkeypatch.setattr(shrinkage, 'TILE', 64)
        tiled = keep_greater(image, 1.5, transform)
        assert torch.allclose(tiled, whole, atol=1e-5)


def test_threshold_of_zero_changes_nothing():
    image = torch.rand(1, 1, 30, 30)
    kept = keep_greater(image, 0.0, LocalCosine(8, 1, image))
    assert torch.allclose(kept, image, atol=1e-5)


def test_nothing_is_greater_than_a_great_threshold():
    image = torch.rand(1, 1, 30, 30)
    assert not keep_greater(image, 1e3, LocalCosine(8, 1, image)).any()


def test_wiener_follows_the_pilot():
    generator = torch.Generator().manual_seed(0)
    image = torch.randn(1, 1, 64, 64, generator=generator)
    transform = LocalCosine(8, 1, image)
    one = torch.ones(1, 64, 1, 1)
    assert not wiener(image, torch.zeros_like(image), one, transform).any()
    sure = wiener(image, 1e4 * image, one, transform)
    assert torch.allclose(sure, image, atol=1e-2)
    noiseless = wiener(image, image, 1e-3 * one, transform)
    assert torch.allclose(noiseless, image, atol=1e-2)


def test_a_lone_pixel_does_not_stand_out_of_its_block():
    generator = torch.Generator().manual_seed(0)
    noise = torch.randn(1, 1, 64, 64, generator=generator)
    transform = LocalCosine(8, 1, noise)
    one = torch.ones(1, 64, 1, 1)
    lone, wave = torch.zeros_like(noise), torch.zeros_like(noise)
    lone[..., 30, 30] = 60
    wave[..., 20:44, 20:44] = 4 * torch.cos(torch.arange(24) * 2.0)
    for added, outstanding in ((lone, False), (wave, True)):
        found = keep_outstanding(noise + added, one, 2.8, transform)
        least = keep_greater(noise + added, 2.8 * one, transform)
        kept = [float((x * added).sum()) for x in (found, least)]
        assert kept[1] > 0.4 * float(added.square().sum())
        assert (kept[0] > 0.8 * kept[1]) == outstanding
