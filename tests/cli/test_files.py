"""What files of other programs hold, from file to file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import imageio.v3 as iio
import numpy as np
import pytest
import tifffile

from napari_dip.io.reading import read_image

if TYPE_CHECKING:
    from conftest import Run


@pytest.fixture
def opacity() -> np.ndarray:
    opacity = np.full((32, 32), 255, np.uint8)
    opacity[4:8, 4:8] = 0
    opacity[20:, :] = 77
    return opacity


@pytest.mark.parametrize('samples', [1, 3])
@pytest.mark.parametrize('ending', ['.png', '.tif', '.ome.tif', '.npy'])
def test_opacity_comes_back(
    run: Run,
    tmp_path: Path,
    noisy: np.ndarray,
    opacity: np.ndarray,
    samples: int,
    ending: str,
) -> None:
    grey = (noisy // 4).astype(np.uint8)
    # What nobody sees must not matter.
    grey[opacity == 0] = 255
    picture = np.stack([grey] * samples + [opacity], axis=-1)
    iio.imwrite(tmp_path / 'a.png', picture)
    output = tmp_path / f'b{ending}'
    result = run.quick('denoise', tmp_path / 'a.png', output)
    assert result.exit_code == 0, result.output
    if ending == '.npy':
        written = np.load(output)
        np.testing.assert_array_equal(written[..., -1], opacity)
        return
    written = read_image(output)
    assert written.opacity is not None
    np.testing.assert_array_equal(written.opacity.values, opacity)
    assert written.data[5, 5].max() < 160


def test_opacity_enlarged(
    run: Run, tmp_path: Path, noisy: np.ndarray, opacity: np.ndarray
) -> None:
    picture = np.stack([(noisy // 4).astype(np.uint8), opacity], axis=-1)
    iio.imwrite(tmp_path / 'a.png', picture)
    output = tmp_path / 'b.tif'
    call = ('super-resolve', tmp_path / 'a.png', output, '--factor', '2,3')
    result = run.quick(*call, '--uncertainty')
    assert result.exit_code == 0, result.output
    written = read_image(output)
    assert written.data.shape == (64, 96)
    assert written.opacity is not None
    expected = opacity.repeat(2, axis=0).repeat(3, axis=1)
    np.testing.assert_array_equal(written.opacity.values, expected)
    uncertainty = read_image(tmp_path / 'b_uncertainty.tif')
    assert uncertainty.opacity is None


def test_no_data_is_filled_and_told(
    run: Run, tmp_path: Path, noisy: np.ndarray
) -> None:
    data = noisy.astype(np.int16)
    data[4:8, 4:8] = -9999
    tags = [(42113, 's', 0, '-9999', True)]
    tifffile.imwrite(tmp_path / 'a.tif', data, extratags=tags)
    output, report = tmp_path / 'b.tif', tmp_path / 'b.json'
    call = ('denoise', tmp_path / 'a.tif', output, '--report', report)
    result = run.quick(*call)
    assert result.exit_code == 0, result.output
    assert tifffile.imread(output).min() > 300
    assert '16 values are -9999' in result.stderr
    assert '16 values are -9999' in json.loads(report.read_text())['notes'][0]


def test_an_image_of_several(
    run: Run, tmp_path: Path, noisy: np.ndarray
) -> None:
    path, output = tmp_path / 'a.tif', tmp_path / 'b.tif'
    with tifffile.TiffWriter(path) as file:
        file.write(noisy[:20])
        file.write(noisy)
    said = run.refused('denoise', path, output)
    assert 'choose one with --series: 0: 20 × 32 uint16' in said
    for option in ('--series', '--page'):
        call = ('denoise', path, output, option, 1, '--overwrite')
        assert run.quick(*call).exit_code == 0
        assert tifffile.imread(output).shape == (32, 32)
        assert option in run.refused(*call[:-2], 2, '--overwrite')


def test_a_plane_of_a_stack(
    run: Run, tmp_path: Path, noisy: np.ndarray
) -> None:
    path, output = tmp_path / 'a.tif', tmp_path / 'b.tif'
    stack = np.stack([noisy, noisy + 1000])
    tifffile.imwrite(path, stack, imagej=True, metadata={'axes': 'ZYX'})
    result = run.quick('denoise', path, output, '--page', 1)
    assert result.exit_code == 0, result.output
    assert tifffile.imread(output).min() > 1000


def test_the_other_sense_of_a_mask(
    run: Run, tmp_path: Path, image: Path, mask: Path, noisy: np.ndarray
) -> None:
    kept = tmp_path / 'kept.npy'
    np.save(kept, ~np.load(mask))
    output = tmp_path / 'b.npy'
    call = ('inpaint', image, kept, output)
    result = run.quick(*call)
    assert 'fills 960 of 1,024 pixels (94 %)' in result.stderr
    assert 'add --invert-mask' in result.stderr
    result = run.quick(*call, '--invert-mask', '--overwrite')
    assert result.exit_code == 0, result.output
    assert 'fills 64 of 1,024 pixels (6 %).' in result.stderr
    assert 'add --invert-mask' not in result.stderr
    known = np.load(kept)
    restored = np.load(output)
    np.testing.assert_array_equal(restored[known], noisy[known])


def test_metadata_is_kept_or_named(
    run: Run, tmp_path: Path, noisy: np.ndarray
) -> None:
    path, output = tmp_path / 'a.tif', tmp_path / 'b.tif'
    text = {'description': 'HeLa', 'datetime': '2026:01:02 03:04:05'}
    tifffile.imwrite(path, noisy, **text)
    assert run.quick('denoise', path, output).exit_code == 0
    assert read_image(output).text == read_image(path).text
    result = run.quick('denoise', path, tmp_path / 'b.npy')
    assert 'does not hold the date' in result.stdout
    assert 'does not hold the description' in result.stdout


@pytest.mark.parametrize('axes', ['SYX', 'YXS'])
def test_one_sample(
    run: Run, tmp_path: Path, noisy: np.ndarray, axes: str
) -> None:
    data = np.expand_dims(noisy, axes.index('S'))
    path, output = tmp_path / 'a.tif', tmp_path / 'b.tif'
    tifffile.imwrite(path, data, metadata={'axes': axes})
    result = run.quick('denoise', path, output)
    assert result.exit_code == 0, result.output
    assert tifffile.imread(output).shape == (32, 32)


def test_a_resolution_of_zero(
    run: Run, tmp_path: Path, noisy: np.ndarray
) -> None:
    path, output = tmp_path / 'a.tif', tmp_path / 'b.tif'
    tifffile.imwrite(path, noisy, resolution=(4, 2), resolutionunit='INCH')
    with tifffile.TiffFile(path, mode='r+') as file:
        # One of the two: half a pixel size is harder to write than none.
        file.pages.first.tags['XResolution'].overwrite((0, 1))
    result = run.quick('denoise', path, output)
    assert result.exit_code == 0, result.output
    assert output.exists()


def test_four_entries_of_an_array_are_colours_and_opacity(
    run: Run, tmp_path: Path, noisy: np.ndarray, opacity: np.ndarray
) -> None:
    grey = (noisy // 4).astype(np.uint8)
    np.save(tmp_path / 'a.npy', np.stack([grey] * 3 + [opacity], axis=-1))
    output = tmp_path / 'b.npy'
    result = run.quick('denoise', tmp_path / 'a.npy', output)
    assert result.exit_code == 0, result.output
    np.testing.assert_array_equal(np.load(output)[..., -1], opacity)
