from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from napari_dip.grid.regions import Region
from napari_dip.noise.stripes.find import find_stripes
from tests.noise.drawn import CELLS, WAVES, WHITE, photons, scanned

NOISE = 10.0
NOISY = CELLS + WHITE


def offsets(deviation: float, seed: int = 0, count: int = 256) -> np.ndarray:
    drawn = np.random.default_rng(seed).normal(0, deviation, count)
    return drawn - drawn.mean()


def lines(count: int, period: float) -> np.ndarray:
    return np.sin(2 * np.pi * np.arange(count) / period)[:, None]


@pytest.mark.parametrize('axis', [0, 1])
@pytest.mark.parametrize(
    ('deviation', 'left'), [(0.25, 0.6), (1, 0.45), (4, 0.3)]
)
def test_offsets_of_lines_are_found(deviation, left, axis):
    planted = offsets(deviation * NOISE)
    striped = NOISY + np.expand_dims(planted, 1 - axis)
    found = find_stripes(striped[None])
    names = ('rows', 'columns')
    assert found.name == names[axis]
    [variance] = getattr(found, names[axis])
    assert variance == pytest.approx(planted.std(), rel=0.25)
    along = found.offsets[0].take([0], axis=1 - axis)
    assert (found.offsets[0] == along).all()
    along = along.ravel()
    assert (along - planted).std() < left * planted.std()


def test_rows_and_columns_are_found_at_once():
    rows, columns = offsets(NOISE)[:, None], offsets(NOISE, 1)
    found = find_stripes((NOISY + rows + columns)[None])
    assert found.name == 'rows and columns'
    left = rows + columns - found.offsets[0]
    assert left.std() < 0.4 * (rows + columns).std()
    # Neither is told by the other.
    alone = find_stripes((NOISY + rows)[None])
    assert found.rows == pytest.approx(alone.rows, rel=0.05)


@pytest.mark.parametrize(
    'image',
    [
        CELLS,
        NOISY,
        WAVES,
        WHITE,
        photons(12, 0),
        photons(1, 0),
        scanned(photons(12, 0).astype(float), 0.5),
        gaussian_filter(WHITE, 1),
        np.full((128, 128), 7),
        np.add.outer(np.arange(128.0), np.arange(128.0)),
        offsets(NOISE)[:40, None] + WHITE[:40],
    ],
    ids=lambda image: None,
)
def test_what_has_no_stripes_is_left_alone(image):
    assert find_stripes(image[None]) is None


def test_chance_makes_no_stripes():
    draw = np.random.default_rng(1)
    found = [find_stripes(draw.normal(size=(1, 96, 96))) for _ in range(100)]
    assert found == [None] * 100


@pytest.mark.parametrize('period', [3, 4.3, 8, 21])
def test_gratings_along_an_axis_stay(period):
    grating = 60 * lines(256, period) + WHITE
    found = find_stripes(grating[None])
    assert found is None or found.offsets.std() < 1


@pytest.mark.parametrize('edge', [60, 100])
def test_edges_along_an_axis_stay(edge):
    image = NOISY.copy()
    image[edge:] += 300
    assert find_stripes(image[None]) is None
    planted = offsets(NOISE / 2)
    found = find_stripes((image + planted[:, None])[None])
    along = found.offsets[0, :, 0]
    assert (along - planted).std() < 0.5 * planted.std()
    assert np.abs(along).max() < 5 * planted.std()


def test_layers_that_a_lens_has_drawn_stay():
    layers = gaussian_filter(offsets(100, 3), 1.5)[:, None] + WHITE
    found = find_stripes(layers[None])
    assert found is None or found.offsets.std() < 1


def test_missing_and_clipped_pixels_have_no_offset():
    planted = offsets(NOISE)[:, None]
    striped = NOISY + planted
    holed = striped.clip(max=150)
    holed[:, :9] = np.nan
    holed[80:83] = np.nan
    found = find_stripes(holed[None]).offsets[0]
    assert not found[~(holed < 150)].any()
    rest = np.nan_to_num(holed, nan=150) < 150
    assert (planted - found)[rest].std() < 0.45 * planted.std()
    np.testing.assert_array_equal(np.isfinite(found), True)


def test_planes_channels_and_parts_have_their_own():
    rows, columns = offsets(NOISE)[:, None], offsets(NOISE, 1)
    both = np.stack([NOISY + rows, NOISY + columns])
    found = find_stripes(both)
    assert found.rows[1] == found.columns[0] == 0 < found.rows[0]
    for one, alone in zip(found.offsets, both, strict=True):
        np.testing.assert_array_equal(
            one, find_stripes(alone[None]).offsets[0]
        )
    volume = find_stripes(np.stack([both[0], NOISY])[None])
    np.testing.assert_array_equal(volume.offsets[0, 0], found.offsets[0])
    assert not volume.offsets[0, 1].any()
    beside = np.concatenate(both, axis=1)[None]
    halves = [Region((0, start), (256, 256)) for start in (0, 256)]
    parts = find_stripes(beside, halves).offsets[0]
    np.testing.assert_array_equal(parts, np.hstack(list(found.offsets)))


def test_stripes_are_taken_from_numbers_of_any_type():
    striped = (1000 + NOISY + offsets(2 * NOISE)[:, None]).astype(np.uint16)
    found = find_stripes(striped[None])
    taken = found.taken_from(striped[None])
    assert taken.dtype == np.float32
    np.testing.assert_allclose(taken + found.offsets, striped[None], rtol=1e-6)
    assert found.describe() == f'offsets of the rows ({found.rows[0]:.3g})'
    assert found.to_dict() == {'rows': list(found.rows), 'columns': [0.0]}


@pytest.mark.parametrize('axis', [0, 1])
def test_lines_through_a_hole_are_told_by_what_is_left_of_them(axis):
    planted = np.expand_dims(offsets(NOISE), 1 - axis)
    striped = NOISY + planted
    hole = np.zeros(striped.shape, bool)
    hole[100:160, 90:160] = True
    striped[hole] = np.nan
    found = find_stripes(striped[None], filled=hole[None])
    left = (planted - found.offsets[0])[100:160, 90:160]
    assert left.std() < 0.5 * planted.std()
    without = find_stripes(striped[None])
    assert not without.offsets[0][hole].any()
    np.testing.assert_array_equal(
        without.offsets[0][~hole], found.offsets[0][~hole]
    )


def test_every_fourth_line_may_be_missing():
    planted = offsets(NOISE)[:, None]
    striped = NOISY + planted
    striped[3::4] = np.nan
    missing = ~np.isfinite(striped)
    found = find_stripes(striped[None], filled=missing[None])
    assert found.rows[0] == pytest.approx(planted.std(), rel=0.25)
    # Nothing tells the offset of a line that is missing.
    assert np.abs(found.offsets[0][missing]).max() < 0.1 * NOISE
