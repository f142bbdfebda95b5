import pytest
import torch

from napari_dip.filters.heavy_tails import heavy_tails


def _normal(*shape, seed=0):
    return torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def _outliers(shape, size=6.0):
    """In one pixel of a hundred."""
    return size * (_normal(*shape, seed=1) > 2.33).float()


@pytest.mark.parametrize('scale', [1e-3, 1.0, 100.0])
def test_outliers_anywhere_are_heavy_tails(scale):
    noise = _normal(1, 1, 128, 128)
    assert not heavy_tails(scale * noise)
    assert heavy_tails(scale * (noise + _outliers(noise.shape)))


def test_outliers_that_lie_together_are_structure():
    noise = _normal(1, 1, 128, 128)
    outliers = _outliers(noise.shape)
    outliers[..., :96, :] = 0
    assert not heavy_tails(noise + 4 * outliers)


def test_all_channels_have_to_have_them():
    noise = _normal(1, 2, 128, 128)
    noise[:, 1:] += _outliers((1, 1, 128, 128))
    assert not heavy_tails(noise)
    assert heavy_tails(noise[:, 1:])


def test_nothing_is_no_error():
    assert not heavy_tails(torch.zeros(1, 1, 16, 16))


def test_missing_pixels_are_no_tails():
    noise = torch.randn(
        1, 1, 128, 128, generator=torch.Generator().manual_seed(0)
    )
    known = torch.ones_like(noise)
    known[..., 40:] = 0
    assert not heavy_tails(noise * known, known)
    heavy = noise + _outliers(noise.shape)
    assert heavy_tails(heavy * known, known)
    few = torch.zeros_like(noise)
    few[..., ::2, ::2] = 1
    assert not heavy_tails(noise * few, few)
