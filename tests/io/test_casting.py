from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from napari_dip.io.casting import round_and_clip

INTEGERS = [f'{kind}int{bits}' for kind in ('', 'u') for bits in (8, 16, 32)]
FLOATS = st.floats(-(2.0**100), 2.0**100, width=32)


@given(
    hnp.arrays(np.float32, (3, 4), elements=FLOATS),
    st.sampled_from([*INTEGERS, 'int64', 'uint64']),
)
def test_integers_are_the_nearest_that_fit(
    image: np.ndarray, name: str
) -> None:
    cast = round_and_clip(image, np.dtype(name))
    limits = np.iinfo(name)
    assert cast.dtype == name
    for value, given_ in zip(cast.flat, image.flat, strict=True):
        wanted = min(max(round(float(given_)), limits.min), limits.max)
        # A float64 cannot tell the largest 64-bit integers apart.
        assert abs(int(value) - wanted) <= abs(wanted) * 2**-52


@given(hnp.arrays(np.float32, 5, elements=FLOATS))
def test_floats_stay_finite(image: np.ndarray) -> None:
    assert np.isfinite(round_and_clip(image, np.dtype('float16'))).all()
    np.testing.assert_array_equal(
        round_and_clip(image, np.dtype('float32')), image
    )


def test_nothing_is_rescaled() -> None:
    image = np.array([33000.4, 33999.6], np.float32)
    cast = round_and_clip(image, np.dtype('uint16'))
    assert cast.tolist() == [33000, 34000]


def test_bool() -> None:
    image = np.array([-1, 0.2, 0.8, 3], np.float32)
    cast = round_and_clip(image, np.dtype(bool))
    assert cast.tolist() == [False, False, True, True]


@pytest.mark.parametrize('name', INTEGERS)
def test_input_is_not_modified(name: str) -> None:
    image = np.array([1e6, -1e6], np.float32)
    round_and_clip(image, np.dtype(name))
    assert image.tolist() == [1e6, -1e6]
