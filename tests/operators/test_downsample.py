from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_dip.grid.regions import Region
from napari_dip.operators.downsample import Downsample, kernel_weights

KERNELS = ['area', 'gaussian', 'lanczos2', 'lanczos3']
kernels = st.sampled_from(KERNELS)
factors = st.integers(1, 8)


def profile(kernel: str, distance: float, factor: int) -> float:
    """Weight of an image pixel at a distance from a data pixel's centre."""
    x = distance / factor
    if kernel == 'area':
        return float(abs(x) <= 0.5)
    if kernel == 'gaussian':
        return 0.5 ** ((2 * x) ** 2) if abs(x) < 1.5 else 0.0
    lobes = int(kernel.removeprefix('lanczos'))
    return float(np.sinc(x) * np.sinc(x / lobes)) if abs(x) < lobes else 0.0


def brute_force(length: int, factor: int, kernel: str) -> np.ndarray:
    """Matrix of the operator along one axis, border pixels repeated."""
    matrix = np.zeros((length // factor, length))
    for k in range(length // factor):
        centre = (k + 0.5) * factor - 0.5
        reach = range(
            math.floor(centre) - 4 * factor, math.ceil(centre) + 4 * factor + 1
        )
        weights = [profile(kernel, i - centre, factor) for i in reach]
        for i, weight in zip(reach, weights, strict=True):
            matrix[k, min(max(i, 0), length - 1)] += weight / sum(weights)
    return matrix


def rand(*shape: int, seed: int = 0) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(seed))


@pytest.mark.parametrize('kernel', KERNELS)
@pytest.mark.parametrize('rows', [1, 2, 3, 4])
@pytest.mark.parametrize('columns', [2, 5, 8])
def test_it_is_the_sum_over_pixels_by_brute_force(kernel, rows, columns):
    image = rand(1, 2, 12 * rows, 9 * columns)
    down = brute_force(12 * rows, rows, kernel) if rows > 1 else np.eye(12)
    across = brute_force(9 * columns, columns, kernel)
    expected = down @ image.double().numpy() @ across.T
    data = Downsample((rows, columns), kernel)(image)
    np.testing.assert_allclose(data.numpy(), expected, atol=1e-5)


@settings(deadline=None)
@given(kernel=kernels, factor=factors)
def test_kernel_weights_sum_to_one_and_are_symmetric(kernel, factor):
    weights = kernel_weights(kernel, factor)
    assert weights.sum().item() == pytest.approx(1, abs=1e-6)
    torch.testing.assert_close(weights, weights.flip(0))
    assert (weights.numel() - factor) % 2 == 0


@settings(deadline=None, max_examples=30)
@given(kernel=kernels, rows=factors, columns=factors)
def test_it_is_linear_and_keeps_constants(kernel, rows, columns):
    operator = Downsample((rows, columns), kernel)
    a, b = rand(1, 1, 4 * rows, 3 * columns), rand(1, 1, 4 * rows, 3 * columns)
    assert operator(a).shape == (1, 1, 4, 3)
    torch.testing.assert_close(
        operator(3 * a - 2 * b), 3 * operator(a) - 2 * operator(b)
    )
    torch.testing.assert_close(
        operator(torch.full_like(a, 7)), torch.full((1, 1, 4, 3), 7.0)
    )
    assert operator.image_shape((4, 3)) == (4 * rows, 3 * columns)


@settings(deadline=None, max_examples=30)
@given(kernel=kernels, rows=factors, columns=factors)
def test_a_ramp_lands_on_the_pixel_centres(kernel, rows, columns):
    height, width = 11 * rows, 10 * columns
    down = torch.arange(height)[:, None].expand(height, width).float()
    across = torch.arange(width)[None].expand(height, width).float()
    operator = Downsample((rows, columns), kernel)
    found = operator(torch.stack([down, across])[None])[0]
    inner = (slice(3, -3), slice(3, -3))
    expected = (torch.arange(11) + 0.5) * rows - 0.5
    torch.testing.assert_close(
        found[0][inner], expected[3:-3, None].expand(5, 4), atol=1e-3, rtol=0
    )
    expected = (torch.arange(10) + 0.5) * columns - 0.5
    torch.testing.assert_close(
        found[1][inner], expected[None, 3:-3].expand(5, 4), atol=1e-3, rtol=0
    )


@pytest.mark.parametrize('kernel', KERNELS)
def test_windows_agree_with_the_whole_image(kernel):
    operator = Downsample((2, 3), kernel)
    image = rand(1, 1, 48, 60)
    window = Region((8, 12), (32, 36))
    seen = operator.data_window(window)
    assert seen == Region((4, 4), (16, 12))
    inner = (..., slice(3, -3), slice(3, -3))
    torch.testing.assert_close(
        operator(window.cut(image))[inner], seen.cut(operator(image))[inner]
    )
    if kernel == 'area':
        torch.testing.assert_close(
            operator(window.cut(image)), seen.cut(operator(image))
        )


def test_area_is_the_mean_over_a_pixel():
    image = rand(1, 3, 8, 12)
    torch.testing.assert_close(
        Downsample((4, 3))(image),
        torch.nn.functional.avg_pool2d(image, (4, 3)),
    )


def test_nothing_is_learnt_but_gradients_pass():
    image = rand(1, 1, 8, 8).requires_grad_()
    Downsample((2, 2), 'lanczos3')(image).sum().backward()
    assert image.grad.sum().item() == pytest.approx(16)
