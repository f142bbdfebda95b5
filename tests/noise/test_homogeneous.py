import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from napari_dip.filters.dct import LocalCosine
from napari_dip.noise.homogeneous import (
    SIDE,
    STEP,
    homogeneous_blocks,
    pixels_of,
)


def _waves(height, width):
    """Flat on the left, waves on the right, brighter downwards."""
    image = torch.linspace(0, 100, height)[:, None].repeat(1, width)
    image[:, width // 2 :] += 20 * torch.sin(torch.arange(width // 2) * 1.3)
    return image[None, None]


@given(height=st.integers(9, 90), width=st.integers(9, 90))
@settings(max_examples=30, deadline=None)
def test_the_grid_is_that_of_the_transform(height, width):
    image = torch.rand(1, 2, height, width)
    found = homogeneous_blocks(image, torch.ones_like(image))
    blocks = LocalCosine(SIDE, STEP, image).analyse(image)
    assert found.shape == blocks.shape[-2:]
    assert found.any()
    assert pixels_of(found, (height, width)).shape == (1, 1, height, width)


def test_flat_places_of_every_brightness_are_homogeneous():
    image = _waves(256, 256)
    found = homogeneous_blocks(image, torch.ones_like(image))
    pixels = pixels_of(found, (256, 256))[0, 0]
    assert 0.05 < pixels.mean() < 0.15
    assert not pixels[:, 140:].any()
    for rows in torch.arange(256).split(64):
        assert pixels[rows].any()


def test_pixels_are_the_middle_of_their_block():
    blocks = torch.zeros(19, 19, dtype=torch.bool)
    # The block that begins at row 16 and column 24 of the image.
    blocks[16 // STEP + 2, 24 // STEP + 2] = True
    rows, columns = torch.nonzero(pixels_of(blocks, (64, 64))[0, 0]).T
    assert rows.unique().tolist() == [18, 19, 20, 21]
    assert columns.unique().tolist() == [26, 27, 28, 29]


def test_missing_pixels_are_in_no_homogeneous_block():
    image = _waves(128, 128)
    known = torch.ones_like(image)
    known[..., 40:60, :] = 0
    pixels = pixels_of(homogeneous_blocks(image, known), (128, 128))
    assert pixels.any()
    assert not (pixels * (1 - known)).any()


@pytest.mark.parametrize('left', [0, 1])
def test_there_are_homogeneous_blocks_however_little_is_known(left):
    image = _waves(32, 32)
    known = torch.zeros_like(image)
    known[..., :left, :left] = 1
    assert homogeneous_blocks(image, known).any()
