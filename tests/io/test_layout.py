from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_dip.io.errors import FileError
from napari_dip.io.layout import settle, squeeze
from napari_dip.io.stored import StoredImage


def stored(axes: str, shape: tuple[int, ...]) -> StoredImage:
    return StoredImage(np.zeros(shape), axes)


@pytest.mark.parametrize(
    ('axes', 'shape', 'restored', 'channel_axis'),
    [
        ('YX', (20, 30), 'YX', None),
        ('YXS', (20, 30, 3), 'YXS', 2),
        ('SYX', (3, 20, 30), 'SYX', 0),
        ('CYX', (7, 20, 30), 'CYX', 0),
        ('TCZYX', (1, 3, 1, 20, 30), 'CYX', 0),
        ('TCZYX', (1, 1, 1, 20, 30), 'YX', None),
        ('TZCYXS', (1, 1, 1, 20, 30, 3), 'YXS', 2),
        ('YX', (1, 30), 'YX', None),
        ('QQ', (20, 30), 'YX', None),
        ('QQQ', (20, 30, 3), 'YXS', 2),
        ('QQQ', (1, 20, 30), 'YX', None),
        ('QQ', (1, 1), 'YX', None),
        ('QYX', (20, 30, 4), 'YXS', 2),
        ('Q', (20,), 'Q', None),
        ('QQQ', (5, 20, 30), 'QQQ', None),
        ('QYX', (20, 1, 30), 'YX', None),
        ('QQYX', (20, 1, 1, 30), 'YX', None),
        ('QYXS', (20, 1, 30, 3), 'YXS', 2),
        ('YXQ', (20, 1, 30), 'YX', None),
        ('CYX', (20, 1, 30), 'CYX', 0),
    ],
)
def test_axes_are_inferred(
    axes: str, shape: tuple[int, ...], restored: str, channel_axis: int | None
) -> None:
    layout = settle(stored(axes, shape))
    assert layout.restored_axes == restored
    assert layout.channel_axis == channel_axis
    unnamed = channel_axis is not None and axes[-1] == 'Q'
    assert layout.assumed == unnamed


@pytest.mark.parametrize(
    ('axes', 'shape', 'chosen', 'restored', 'channel_axis'),
    [
        ('QQQ', (5, 20, 30), 0, 'CYX', 0),
        ('QQQ', (20, 30, 5), -1, 'YXS', 2),
        ('QQQ', (20, 5, 30), 1, 'YCX', 1),
        ('ZYX', (5, 20, 30), 0, 'ZYX', 0),
        ('TCZYX', (1, 3, 1, 20, 30), 1, 'CYX', 0),
        ('CYX', (1, 20, 30), 0, 'YX', None),
        ('QYX', (20, 1, 30), 0, 'CYX', 0),
    ],
)
def test_chosen_axis_counts_as_the_file_has_it(
    axes: str,
    shape: tuple[int, ...],
    chosen: int,
    restored: str,
    channel_axis: int | None,
) -> None:
    layout = settle(stored(axes, shape), chosen)
    assert layout.restored_axes == restored
    assert layout.channel_axis == channel_axis


@pytest.mark.parametrize(
    ('axes', 'shape'),
    [
        ('ZYX', (5, 20, 30)),
        ('TYX', (20, 30, 3)),
        ('ZCYX', (5, 3, 20, 30)),
    ],
)
def test_named_stacks_are_refused(axes: str, shape: tuple[int, ...]) -> None:
    with pytest.raises(FileError, match=r'stack.*--channel-axis'):
        settle(stored(axes, shape))


@given(st.permutations('TZCYX'), st.integers(1, 4))
def test_unsqueeze_undoes_squeeze(axes: list[str], channels: int) -> None:
    sizes = {'T': 1, 'Z': 1, 'C': channels, 'Y': 5, 'X': 6}
    image = stored(''.join(axes), tuple(sizes[letter] for letter in axes))
    layout = settle(image)
    squeezed = layout.squeeze(image.data)
    assert squeezed.ndim == (2 if channels == 1 else 3)
    assert layout.unsqueeze(squeezed).shape == image.data.shape
    assert layout.axes == image.axes


def test_squeeze_keeps_rows_and_columns() -> None:
    data, axes = squeeze(np.zeros((1, 1, 1, 9)), 'TZYX')
    assert data.shape == (1, 9)
    assert axes == 'YX'
