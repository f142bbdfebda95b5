from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest

from napari_dip.images.acquired import acquire
from napari_dip.images.output import Output
from napari_dip.noise.clipping import Clipping
from napari_dip.noise.detector import Detector
from napari_dip.noise.intensity import Intensity, Standard
from napari_dip.noise.variance import estimate_variance


@pytest.mark.parametrize('axis', [None, 0, 2])
def test_estimates_come_back_in_units_and_axes(axis):
    planes = np.random.default_rng(0).normal(
        50, 9, (1 if axis is None else 3, 16, 18)
    )
    known = np.ones(planes.shape, bool)
    intensity = Intensity(planes, known, Standard())
    expected = planes[0] if axis is None else np.moveaxis(planes, 0, axis)
    output = Output(intensity, acquire(expected, axis))
    image = output.to_image(intensity.forward(planes, known))
    assert image.dtype == np.float32
    np.testing.assert_allclose(image, expected, rtol=1e-5)


def test_known_pixels_are_put_back_exactly():
    planes = np.random.default_rng(0).integers(0, 60_000, (1, 16, 18))
    known = planes > 20_000
    intensity = Intensity(planes, known, Standard())
    output = Output(intensity, None, data=planes, known=known, keep_known=True)
    image = output.to_image(np.zeros(planes.shape))
    np.testing.assert_array_equal(image[known], planes[known])
    filled = image[~known]
    np.testing.assert_allclose(filled, planes[known].mean(), rtol=1e-5)


def test_the_noise_of_two_fits_is_told():
    planes = np.random.default_rng(0).normal(50, 9, (1, 16, 18))
    intensity = Intensity(planes, np.ones(planes.shape, bool), Standard())
    first = Output(intensity, None, binning=3, correlated='about 3 pixels')
    assert first.describe_noise() == (
        'Correlated noise (about 3 pixels), fitted in bins of 3 × 3'
    )
    second = Output(
        intensity,
        None,
        pilot=planes,
        measured=True,
        correlated='about 5 pixels',
    )
    assert second.describe_noise() == (
        'Correlated noise (about 5 pixels), measured on what a first fit left'
    )


def test_bins_of_few_photons_are_told():
    planes = np.random.default_rng(0).normal(50, 9, (1, 16, 18))
    intensity = Intensity(planes, np.ones(planes.shape, bool), Standard())
    told = Output(intensity, None, binning=3).describe_noise()
    assert told.endswith(', in bins of 3 × 3 pixels')


@pytest.mark.parametrize('given', [None, Detector(gain=2.0, read_noise=3.0)])
def test_the_gain_told_for_bins_is_that_of_their_pixels(given):
    pixels = 2 * np.random.default_rng(0).poisson(
        np.linspace(20, 200, 96), (1, 192, 96)
    )
    squares = pixels.reshape(1, 96, 2, 48, 2).mean((2, 4))
    intensity = Intensity(
        squares,
        np.ones(squares.shape, bool),
        Standard(),
        stabilise_noise=True,
        variance=[
            given.averaged(4).variance_model()
            if given
            else estimate_variance(squares[0])
        ],
        detector=given,
    )
    told = Output(intensity, None, binning=2).describe_noise()
    found = re.search(r'gain ([\d.]+)', told)
    assert float(found[1]) == pytest.approx(2, rel=0.2)
    if given is not None:
        assert given.describe() in told


def dimmed(**given):
    """A way to an image, its data, and those at 0.9 of their brightness."""
    planes = np.random.default_rng(0).normal(50, 9, (2, 16, 18))
    known = np.ones(planes.shape, bool)
    known[1, :4] = False
    intensity = Intensity(planes, known, Standard())
    output = Output(intensity, None, data=planes, known=known, **given)
    return output, planes, (planes * 0.9).astype(np.float32)


def test_a_denoised_plane_has_the_mean_of_its_data():
    output, planes, dim = dimmed(matches_mean=True)
    output.match_mean(dim)
    for plane, data, where in zip(dim, planes, output.known, strict=True):
        assert plane[where].mean() == pytest.approx(data[where].mean())


def test_other_images_are_as_bright_as_they_were_fitted():
    output, planes, dim = dimmed()
    output.match_mean(dim)
    np.testing.assert_array_equal(dim, (planes * 0.9).astype(np.float32))


def test_a_border_keeps_its_values_while_the_brightness_is_matched():
    border = np.zeros((2, 16, 18), bool)
    border[1, :4] = True
    output, planes, dim = dimmed(matches_mean=True, borders=border)
    output.match_mean(dim)
    np.testing.assert_array_equal(
        dim[border], planes[border].astype(np.float32)
    )
    assert dim[0].mean() == pytest.approx(planes[0].mean())


def test_the_mean_of_clipped_data_is_not_that_of_the_light():
    output, _, dim = dimmed(matches_mean=True)
    clipped, whole = output.intensity.channels
    clipped = replace(clipped, clipping=Clipping(0.0, np.inf, 9.0))
    output.intensity.channels = [clipped, whole]
    before = dim.copy()
    output.match_mean(dim)
    np.testing.assert_array_equal(dim[0], before[0])
    assert (dim[1] != before[1]).all()
