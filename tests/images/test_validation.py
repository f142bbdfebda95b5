from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from napari_dip.images.validation import (
    check_callback,
    check_choice,
    check_factor,
    check_limits,
)


@pytest.mark.parametrize(
    ('factor', 'expected'),
    [
        (2, (2, 2)),
        (8, (8, 8)),
        ((2, 4), (2, 4)),
        ([1, 3], (1, 3)),
        (np.int64(3), (3, 3)),
        (4.0, (4, 4)),
        ((np.uint8(2), 2), (2, 2)),
    ],
)
def test_a_factor_for_each_axis(factor, expected):
    found = check_factor(factor)
    assert found == expected
    assert {type(f) for f in found} == {int}


@pytest.mark.parametrize(
    ('factor', 'error'),
    [
        (0, ValueError),
        (-2, ValueError),
        (1, ValueError),
        ((1, 1), ValueError),
        ((2, 0), ValueError),
        (9, ValueError),
        ((2, 16), ValueError),
        (0.5, TypeError),
        (2.5, TypeError),
        (math.nan, TypeError),
        (math.inf, TypeError),
        ((2, 2, 2, 2), TypeError),
        ((2, 2, 0.5), TypeError),
        ((2,), TypeError),
        ((), TypeError),
        ('2', TypeError),
        (None, TypeError),
        (True, TypeError),
        (np.array([2, 2]), TypeError),
        (2 + 0j, TypeError),
    ],
)
def test_a_factor_that_will_not_do(factor, error):
    with pytest.raises(error, match=r'^factor: .*give .*2') as caught:
        check_factor(factor)
    assert ';' in str(caught.value)


@given(st.one_of(st.integers(), st.floats(), st.text(), st.none()))
def test_any_factor_is_taken_or_refused_in_words(factor):
    words = ''
    try:
        rows, columns = check_factor(factor)
    except (ValueError, TypeError) as error:
        words = str(error)
    assert words.startswith('factor: ') or 1 <= rows == columns <= 8


def test_a_choice_is_one_of_those_named():
    check_choice('a', ('a', 'b'), 'preset')
    with pytest.raises(ValueError, match=r"preset: 'c' .*one of 'a', 'b'"):
        check_choice('c', ('a', 'b'), 'preset')


@pytest.mark.parametrize('seed', [0, 5, np.uint8(3), 2**64 - 1, 4.0])
@pytest.mark.parametrize('most', [None, 1, np.int32(9)])
@pytest.mark.parametrize('seconds', [None, 0.1, 5, np.float32(2)])
def test_limits_that_will_do(seed, most, seconds):
    check_limits(seed, most, seconds)


@pytest.mark.parametrize(
    ('name', 'value'),
    [
        ('seed', -1),
        ('seed', 1.5),
        ('seed', None),
        ('seed', 2**64),
        ('seed', 'x'),
        ('seed', math.nan),
        ('max_num_iter', 0),
        ('max_num_iter', -3),
        ('max_num_iter', 2.5),
        ('max_num_iter', math.inf),
        ('max_num_iter', True),
        ('max_num_iter', '5'),
        ('time_limit', 0),
        ('time_limit', -1.0),
        ('time_limit', math.nan),
        ('time_limit', math.inf),
        ('time_limit', True),
        ('time_limit', '5'),
    ],
)
def test_limits_that_will_not_do(name, value):
    limits = {'seed': 0, 'max_num_iter': None, 'time_limit': None, name: value}
    with pytest.raises(ValueError, match=rf'^{name}: .*; give ') as caught:
        check_limits(**limits)
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize('value', [np.array(['a', 'b']), ['a'], None, 3])
def test_a_choice_that_is_no_word(value):
    with pytest.raises(ValueError, match=r'preset: .*one of .a., .b.'):
        check_choice(value, ('a', 'b'), 'preset')


def test_what_is_called_can_be():
    check_callback(None)
    check_callback(print)
    with pytest.raises(TypeError, match=r'callback: 3 cannot be called; give'):
        check_callback(3)
