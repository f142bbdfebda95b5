from __future__ import annotations

import math

import pytest

from napari_dip.io.pictures.pixel_size import Length, PixelSize, length


@pytest.mark.parametrize('value', [0, -1, math.nan, math.inf, 'x', None])
def test_no_length(value: object) -> None:
    assert length(value, 'µm') is None


def test_length_of_text() -> None:
    assert length('0.25', 'nm') == Length(0.25, 'nm')


@pytest.mark.parametrize(
    ('unit', 'ome'),
    [
        ('um', 'µm'),
        ('micron', 'µm'),
        ('\\u00B5m', 'µm'),
        ('inch', 'in'),
        ('mm', 'mm'),
        ('Mm', None),
        ('pixel', None),
        ('', None),
    ],
)
def test_ome_unit(unit: str, ome: str | None) -> None:
    assert Length(1, unit).ome_unit() == ome


def test_in_centimetres() -> None:
    inch = Length(1, 'in').in_centimetres()
    assert inch is not None
    assert inch.value == pytest.approx(2.54)
    assert Length(1, '').in_centimetres() is None


def test_depth_is_divided_if_it_is_cut() -> None:
    size = PixelSize(z=Length(3.0, 'µm')).divided(2, 2, 4)
    assert size == PixelSize(z=Length(0.75, 'µm'))


def test_divided_rows_first_and_depth_kept() -> None:
    size = PixelSize(Length(6, 'nm'), Length(8, 'nm'), Length(9, 'nm'))
    divided = size.divided(2, 4)
    assert divided == PixelSize(
        Length(3, 'nm'), Length(2, 'nm'), Length(9, 'nm')
    )
    assert PixelSize().divided(2, 2) == PixelSize()


def test_physical() -> None:
    assert PixelSize(y=Length(1, 'um')).physical
    assert not PixelSize(Length(1, ''), Length(1, 'pixel')).physical
