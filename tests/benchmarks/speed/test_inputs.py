from __future__ import annotations

import pytest

from benchmarks.speed.inputs import make_input
from napari_dip.noise.autocorrelation import noise_texture


@pytest.mark.parametrize(
    ('kind', 'task', 'given', 'missing'),
    [
        ('denoise', 'denoise', 256, None),
        ('correlated', 'denoise', 256, None),
        ('lines', 'inpaint', 256, 1 / 8),
        ('scattered', 'inpaint', 256, 1 / 2),
        ('scratch', 'inpaint', 256, 6 * 43 / 256**2),
        ('enlarge', 'super_resolve', 64, None),
    ],
)
def test_inputs_are_of_their_kind(kind, task, given, missing):
    made = make_input(kind, 256)
    assert made.task == task
    assert made.image.shape == (given, given)
    if missing is None:
        assert made.mask is None
    else:
        assert made.mask.mean() == pytest.approx(missing, rel=0.02)


def test_correlated_noise_is_seen_as_such():
    assert not noise_texture(make_input('correlated', 256).image).independent
    assert noise_texture(make_input('denoise', 256).image).independent
