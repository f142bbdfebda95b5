from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter, zoom

from benchmarks.datasets.photons import draw_cells
from napari_dip import denoise
from napari_dip.noise.detector import Detector
from napari_dip.presets.choices import PRESETS
from napari_dip.session.record import Record
from tests.noise.drawn import (
    CELLS,
    WAVES,
    frames,
    grain,
    scanned,
    shifted,
)

Step = Callable[[np.ndarray], np.ndarray]


def psnr(image: np.ndarray, clean: np.ndarray) -> float:
    error = np.mean((image - clean) ** 2)
    return float(10 * np.log10(np.ptp(clean) ** 2 / error))


def nuclei() -> np.ndarray:
    """Bright discs on a dim ground, in photons."""
    generator = np.random.default_rng(3)
    # Larger ones are seen in windows that take four times as long.
    rows, columns = np.mgrid[:80, :80]
    photons = np.full((80, 80), 5.0)
    for row, column in generator.uniform(10, 70, (6, 2)):
        inside = np.hypot(rows - row, columns - column) < generator.uniform(
            8, 14
        )
        photons[inside] = generator.uniform(16, 40)
    return gaussian_filter(photons, 0.7)


CLEAN = nuclei()
NOISY = np.random.default_rng(4).poisson(CLEAN)


@pytest.mark.parametrize(
    ('gain', 'offset'),
    [
        pytest.param(1, 0, id='photons', marks=pytest.mark.slow),
        pytest.param(25, 33_000, id='counts'),
    ],
)
def test_it_beats_the_noise_and_any_gaussian_filter(gain, offset):
    given = (gain * NOISY + offset).astype(np.uint16)
    restored = denoise(given, preset='fast', max_num_iter=60, device='cpu')
    metric = psnr((restored - offset) / gain, CLEAN)
    assert metric > psnr(NOISY, CLEAN) + 6
    filtered = [
        psnr(gaussian_filter(NOISY.astype(float), sigma), CLEAN)
        for sigma in (0.5, 0.75, 1, 1.25, 1.5, 2, 3)
    ]
    assert metric > max(filtered)


@pytest.mark.slow
def test_single_photons_are_seen_together():
    light = 0.005 * CELLS[:192, :192]
    given = np.random.default_rng(1).poisson(light)
    restored, record = denoise(
        given, preset='fast', max_num_iter=60, device='cpu', return_info=True
    )
    assert 'in bins of' in record.noise
    filtered = [
        psnr(gaussian_filter(given.astype(float), sigma), light)
        for sigma in (1, 1.5, 2, 3, 4, 6)
    ]
    assert psnr(restored, light) > max(filtered) - 0.5
    assert restored.sum() == pytest.approx(given.sum(), rel=0.03)


def test_squares_have_a_detector_of_their_own():
    photons = np.random.default_rng(1).poisson(0.005 * CELLS[:96, :96])
    _, record = denoise(
        12 * photons + 100,
        noise=Detector(12, 100, 2),
        preset='fast',
        max_num_iter=1,
        device='cpu',
        return_info=True,
    )
    assert record.settings['binning'] > 1
    # What is told is that of a pixel; not averaged it would be more.
    assert 'gain 12, offset 100, read noise 2 ' in record.noise


@pytest.mark.parametrize('preset', PRESETS)
def test_every_preset_runs(preset):
    given = NOISY[:24, :20]
    restored, record = denoise(
        given, preset=preset, max_num_iter=2, device='cpu', return_info=True
    )
    assert restored.shape == given.shape
    assert np.isfinite(restored).all()
    assert record.arguments['preset'] == preset
    assert record.iterations == 2


@pytest.mark.slow
def test_correlated_noise_is_taken_out_too():
    clean = np.tile(100 + 20 * np.sin(np.arange(128) / 8), (128, 1))
    noisy = clean + 3 * grain(True)[0]
    restored = denoise(noisy, preset='fast', max_num_iter=40, device='cpu')
    assert restored.shape == noisy.shape
    assert psnr(restored, clean) > psnr(noisy, clean) + 6


def counted(step: Step) -> tuple[np.ndarray, np.ndarray]:
    """Cells in photons and without noise, both after a step."""
    clean = 10 + 40 * draw_cells(128)
    return step(np.random.default_rng(0).poisson(clean)), step(clean)


def denoise_fast(
    noisy: np.ndarray, iterations: int | None = None
) -> tuple[np.ndarray, Record]:
    return denoise(
        noisy,
        preset='fast',
        max_num_iter=iterations,
        device='cpu',
        return_info=True,
    )


@pytest.mark.slow
def test_noise_of_a_slow_detector_is_taken_out_too():
    noisy, clean = counted(lambda x: scanned(x, 0.5))
    restored, record = denoise_fast(noisy, 60)
    assert 'Correlated noise (along the rows)' in record.noise
    assert psnr(restored, clean) > psnr(noisy, clean) + 6


@pytest.mark.slow
def test_noise_of_an_interpolated_image_is_taken_out_too():
    noisy, clean = counted(lambda x: shifted(x, 0.5, 0.5))
    restored, record = denoise_fast(noisy, 40)
    assert 'Correlated noise (' in record.noise
    assert psnr(restored, clean) > psnr(noisy, clean) + 5


@pytest.mark.slow
def test_a_smoothed_image_is_fitted_twice():
    noisy, clean = counted(lambda x: gaussian_filter(x.astype(float), 0.9))
    restored, record = denoise_fast(noisy, 150)
    assert len(record.fits) == 2
    assert 'Correlated noise (' in record.noise
    assert psnr(restored, clean) > psnr(noisy, clean) + 3


@pytest.mark.slow
def test_noise_of_an_enlarged_image_is_taken_out_too():
    noisy, clean = counted(lambda x: zoom(x.astype(float), 2, order=1))
    restored, record = denoise_fast(noisy, 40)
    assert 'pixels), fitted in bins of' in record.noise
    assert psnr(restored, clean) > psnr(noisy, clean) + 3


@pytest.mark.parametrize(
    'seed', [0, *(pytest.param(n, marks=pytest.mark.slow) for n in (1, 2, 3))]
)
def test_a_short_fit_does_not_diverge(seed):
    generator = np.random.default_rng(3)
    clean = np.full((64, 64), 3.0)
    clean[16:40, 20:50] = 40.0
    noisy = generator.poisson(clean)
    _, record = denoise(
        noisy, preset='fast', seed=seed, max_num_iter=30, return_info=True
    )
    assert max(record.loss_history) < 20 * record.loss_history[0]


@pytest.mark.slow
@pytest.mark.parametrize('correlated', [False, True])
def test_more_frames_leave_less_noise(correlated):
    given = frames(5, correlated)
    metrics = []
    for repeats in (None, given[1:]):
        restored, record = denoise(
            given[0],
            repeats=repeats,
            preset='fast',
            max_num_iter=60,
            device='cpu',
            return_info=True,
        )
        metrics.append(psnr(restored, WAVES))
    assert metrics[1] > metrics[0] + 1
    assert record.arguments['repeats'] == 4
    kind = record.settings['latent']['kind']
    assert kind == ('noise2noise' if correlated else 'blindspot')
    use = 'fitted to the others' if correlated else 'their mean'
    assert '5 frames, the others times 1.0' in record.noise
    assert record.noise.endswith(use)


def test_channels_of_frames_are_told_apart():
    given = np.stack([frames(2, correlated=True)] * 3, axis=-1)
    given[..., 1] += 50
    restored, record = denoise(
        given[0],
        repeats=given[1],
        preset='fast',
        max_num_iter=2,
        return_info=True,
    )
    assert restored.shape == given[0].shape
    assert record.arguments['repeats'] == 1
    assert record.settings['latent']['kind'] == 'noise2noise'
    assert record.noise.count('1.2') == 3


def test_the_same_frames_give_the_same_result():
    given = frames(3, correlated=True)
    one, two = (
        denoise(
            given[0],
            repeats=given[1:],
            preset='fast',
            max_num_iter=3,
            seed=2,
            device='cpu',
        )
        for _ in range(2)
    )
    np.testing.assert_array_equal(one, two)


def test_pixels_missing_in_the_first_frame_are_filled_in():
    given = frames(2, correlated=True)
    given[0, 20, 30:40], given[0, 60, 60] = np.nan, np.inf
    restored = denoise(
        given[0], repeats=given[1], preset='fast', max_num_iter=2
    )
    assert np.isfinite(restored).all()


def test_no_uncertainty_where_frames_are_split():
    given = frames(2, correlated=True)
    with pytest.raises(ValueError, match=r'uncertainty: .* leave one'):
        denoise(given[0], repeats=given[1], uncertainty=True, return_info=True)
