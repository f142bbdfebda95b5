"""<A x, y> = <x, A' y>, for every operator and for compositions."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_dip.grid.regions import Region
from napari_dip.operators.base import Operator
from napari_dip.operators.blur import Blur
from napari_dip.operators.compose import Compose
from napari_dip.operators.downsample import Downsample
from napari_dip.operators.identity import Identity
from napari_dip.operators.mask import Mask

DATA = (6, 5)

kernels = st.sampled_from(['area', 'gaussian', 'lanczos2', 'lanczos3'])
factors = st.tuples(st.integers(1, 4), st.integers(1, 4))
sigmas = st.tuples(*[st.sampled_from([0.0, 0.4, 1.0, 1.7])] * 2)
seeds = st.integers(0, 99)

downsamples = st.builds(Downsample, factors, kernels)
blurs = st.builds(Blur, sigmas)


def random(*shape: int, seed: int) -> torch.Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, generator=generator, dtype=torch.float64)


def _mask(shape: tuple[int, int], seed: int) -> Mask:
    return Mask((random(1, 2, *shape, seed=seed) > 0).double())


@st.composite
def compositions(draw) -> Compose:
    """Blur, then downsample, then mask, or a part of that."""
    parts: list[Operator] = [
        draw(blurs),
        draw(downsamples),
        _mask(DATA, draw(seeds)),
    ]
    chosen = draw(st.lists(st.booleans(), min_size=3, max_size=3))
    return Compose(
        *(part for part, is_in in zip(parts, chosen, strict=True) if is_in)
    )


operators = st.one_of(
    st.just(Identity()),
    downsamples,
    blurs,
    st.builds(_mask, st.just(DATA), seeds),
    compositions(),
    st.builds(Compose, compositions(), st.just(Identity())),
)


@settings(deadline=None, max_examples=60)
@given(operator=operators, seed=seeds)
def test_inner_products_agree(operator, seed):
    image = random(2, 2, *operator.image_shape(DATA), seed=seed)
    data = random(2, 2, *DATA, seed=seed + 1)
    forward = (operator(image) * data).sum()
    back = (image * operator.adjoint(data)).sum()
    assert operator(image).shape == data.shape
    assert forward.item() == pytest.approx(back.item(), rel=1e-6, abs=1e-6)


@settings(deadline=None, max_examples=30)
@given(operator=operators, seed=seeds)
def test_data_depend_on_their_pixels_and_the_halo_alone(operator, seed):
    tall, wide = operator.image_shape((1, 1))
    rows, columns = operator.image_shape(DATA)
    window = Region((2 * tall, 2 * wide), (tall, wide))
    data = torch.zeros(1, 2, *DATA, dtype=torch.float64)
    operator.data_window(window).cut(data).fill_(1)
    reached = operator.adjoint(data)
    _, around = window.with_halo(max(operator.halo()), (rows, columns))
    around.cut(reached).zero_()
    assert not reached.any()


def test_a_composition_inside_windows_is_that_of_the_whole():
    mask = _mask((12, 14), 3)
    operator = Compose(Downsample((2, 2)), mask)
    image = random(1, 2, 24, 28, seed=0)
    windows = [Region((2, 4), (8, 10)), Region((12, 0), (8, 10))]
    seen = torch.cat([window.cut(image) for window in windows])
    expected = [operator.data_window(w).cut(operator(image)) for w in windows]
    found = operator.within(windows)(seen)
    torch.testing.assert_close(found, torch.cat(expected))


def test_an_adjoint_is_found_whatever_the_caller_has_set():
    data = torch.ones(1, 1, 3, 3)
    with torch.inference_mode():
        found = Downsample((2, 2)).adjoint(data)
    torch.testing.assert_close(found, torch.full((1, 1, 6, 6), 0.25))


def test_blur_works_on_each_axis_alone():
    image = random(1, 1, 40, 40, seed=1)
    along = Blur((0.0, 2.0))(image)
    assert along.std(dim=-1).mean() < 0.5 * image.std(dim=-1).mean()
    across = along.std(dim=-2).mean()
    assert across == pytest.approx(along.std().item(), rel=0.2)
