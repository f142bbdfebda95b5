"""What the axes of an acquisition are, and which planes are taken."""

import numpy as np
import pytest

from napari_dip.images.axes import letters_of
from napari_dip.images.stacks.plane_choice import choose_planes
from napari_dip.images.stacks.stack import (
    settle_stack,
)


@pytest.mark.parametrize(
    ('shape', 'axes', 'text'),
    [
        (
            (12, 5, 3, 64, 70),
            'TZCYX',
            'axes T Z C Y X, 12 times × 5 depths × 3 channels: 180 planes',
        ),
        ((12, 64, 70), 't, y, x', 'axes T Y X, 12 times: 12 planes'),
        ((64, 70, 12), 'YXT', 'axes Y X T, 12 times: 12 planes'),
        ((1, 64, 70), 'TYX', 'axes T Y X: 1 plane'),
        ((9, 64, 70, 3), 'TYXS', 'axes T Y X S, 9 times: 9 planes of 3 colo'),
        ((4, 64, 70), 'CYX', 'axes C Y X: 1 plane of 4 channels'),
        ((7, 2, 64, 70), 'PCYX', 'axes P C Y X, 7 positions × 2 channels: 1'),
    ],
)
def test_axes_in_words(shape, axes, text):
    assert settle_stack(shape, axes).describe().startswith(text)


@pytest.mark.parametrize(
    ('shape', 'letters'),
    [
        ((31, 64, 64), 'ZYX'),
        ((31, 64, 64, 3), 'ZYXS'),
        ((12, 31, 64, 64), 'TZYX'),
        ((31, 2, 64, 64), 'ZCYX'),
        ((12, 31, 3, 64, 64), 'TZCYX'),
        ((12, 1, 64, 64), 'ZPYX'),
    ],
)
def test_axes_are_guessed(shape, letters):
    found = settle_stack(shape)
    assert (found.letters, found.assumed) == (letters, True)


@pytest.mark.parametrize(
    ('shape', 'axes', 'sentence'),
    [
        ((9, 64, 70), 'TTX', "^axes: 'TTX' names T more than once; give"),
        ((9, 64, 70), 'YX', "^axes: 'YX' has 2 letters, but image has 3 axes"),
        ((9, 64, 70), 'TZX', "^axes: 'TZX' has no Y; say which axis holds"),
        ((9, 64, 70), 'T1X', "^axes: 'T1X' is not made of letters; give one"),
        ((0, 64, 70), 'TYX', r'^image: the image is empty \(shape \(0, 64'),
        ((3, 64, 70), None, '^image: 3 planes .* may be channels or a series'),
        ((5, 6, 7, 8, 64, 70), None, '^image: what its 6 axes are .* cannot'),
    ],
)
def test_what_cannot_be_told_has_its_own_sentence(shape, axes, sentence):
    with pytest.raises(ValueError, match=sentence):
        settle_stack(shape, axes)


def test_axes_that_are_no_text():
    with pytest.raises(TypeError, match=r'^axes: 3 is no text; give a letter'):
        settle_stack((9, 64, 70), 3)


def test_rows_are_no_channels():
    with pytest.raises(ValueError, match=r"^channel_axis: axis 1 of axes 'T"):
        settle_stack((9, 64, 70), 'TYX', 1)


def test_each_channel_is_a_series_unless_they_go_together():
    apart = settle_stack((4, 3, 64, 70), 'TCYX')
    assert [len(group) for group in apart.series()] == [4, 4, 4]
    together = settle_stack((4, 3, 64, 70), 'TCYX', 1)
    [planes] = together.series()
    assert len(planes) == 4
    assert together.plane_channel_axis == 0
    assert np.zeros(together.shape)[planes[2]].shape == (3, 64, 70)


def test_every_plane_is_there_once_in_any_order_of_axes():
    stack = settle_stack((20, 2, 30, 3), 'YTXZ')
    array = np.zeros(stack.shape)
    for group in stack.series():
        for place in group:
            assert array[place].shape == (20, 30)
            array[place] += 1
    assert (array == 1).all()


@pytest.mark.parametrize(
    ('planes', 'taken'),
    [
        ('10:12', [10, 11]),
        (':2', [0, 1]),
        ('18:', [18, 19]),
        ('::9', [0, 9, 18]),
        ('7', [7]),
        (7, [7]),
        (-1, [19]),
        (slice(3, 5), [3, 4]),
        ([5, 2], [5, 2]),
    ],
)
def test_planes(planes, taken):
    stack = settle_stack((1, 3, 20, 64, 70), 'PCTYX')
    axis, entries = choose_planes(planes, stack)
    assert axis == 2
    assert np.arange(20)[entries].tolist() == taken


@pytest.mark.parametrize('planes', ['20:30', 'x', 1.5, [99], '1:2:0'])
def test_planes_that_are_not_there(planes):
    with pytest.raises(ValueError, match=r'^planes: .*; give for example '):
        choose_planes(planes, settle_stack((20, 64, 70), 'TYX'))


def test_names_that_others_give_axes():
    assert letters_of(['Time', 'c', 'y', 'x']) == 'TCYX'
    assert letters_of(['-3', '-2', '-1']) is None
    assert letters_of(['y', 'y', 'x']) is None
    assert letters_of([]) is None
