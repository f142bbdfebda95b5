from __future__ import annotations

import numpy as np
import pytest

from napari_dip.fills.report import describe_fills

NAMES = ['harmonic interpolation', 'biharmonic interpolation']


def test_a_gain_on_held_out_pixels_is_told():
    [text] = describe_fills(
        NAMES, np.array([0.25, 0.75]), 0.5, 1, (10.0, 5.0), 90, is_sure=True
    )
    assert '75% biharmonic interpolation and 25% harmonic' in text
    assert '50% of what the network adds' in text
    assert '3.0 dB better than biharmonic interpolation alone' in text
    assert '90 pixels held out' in text


def test_the_best_fill_alone_is_told_without_a_figure():
    [text] = describe_fills(
        NAMES, np.array([0.0, 1.0]), 0.0, 1, (5.0, 5.0), 1377, is_sure=False
    )
    assert text == (
        'Missing pixels were filled by biharmonic interpolation, the best on '
        '1,377 pixels held out in holes of the same shape.'
    )


def test_what_could_not_be_measured_is_said():
    [text] = describe_fills(
        NAMES, np.array([0.0, 1.0]), 0.0, 1, (0.0, 0.0), 0, is_sure=False
    )
    assert 'no pixels could be held out' in text


def test_a_fill_that_alone_was_better_is_told():
    [text] = describe_fills(
        NAMES, np.array([0.5, 0.5]), 0.0, 1, (4.0, 5.0), 90, is_sure=True
    )
    assert 'biharmonic interpolation alone was 1.0 dB better' in text


@pytest.mark.parametrize('squares', [(4.0, 5.0), (5.0, 4.0)])
def test_what_chance_may_have_told_is_no_figure(squares):
    [text] = describe_fills(
        NAMES, np.array([0.5, 0.5]), 0.0, 1, squares, 90, is_sure=False
    )
    assert 'as good as biharmonic' in text
