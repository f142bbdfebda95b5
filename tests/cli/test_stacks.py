"""Files that hold many planes."""

from __future__ import annotations

import json

import numpy as np
import pytest
import tifffile


@pytest.fixture
def series(noisy):
    rng = np.random.default_rng(3)
    return rng.poisson(noisy, (6, *noisy.shape)).astype('uint16')


def test_axes_sizes_and_units_are_kept(run, series, tmp_path):
    source, target = tmp_path / 'in.ome.tif', tmp_path / 'out.ome.tif'
    size = {'PhysicalSizeX': 0.2, 'PhysicalSizeXUnit': 'µm'}
    tifffile.imwrite(
        source, series[:2], ome=True, metadata={'axes': 'TYX', **size}
    )
    result = run.quick('denoise', source, target)
    assert result.exit_code == 0, result.output
    assert 'Read as axes T Y X, 2 times: 2 planes, one network' in (
        result.stderr
    )
    assert 'plane 2 of 2' in result.stderr
    with tifffile.TiffFile(target) as written:
        [image] = written.series
        assert (image.axes, image.shape) == ('TYX', (2, 32, 32))
        assert 'PhysicalSizeX="0.2"' in written.ome_metadata


def test_planes_and_axes_are_told(run, series, tmp_path):
    source, target = tmp_path / 'in.tif', tmp_path / 'out.tif'
    tifffile.imwrite(source, series)
    report = tmp_path / 'report.json'
    told = ('--axes', 'TYX', '--planes', '1:3', '--fit', 'series')
    result = run.quick('denoise', source, target, *told, '--report', report)
    assert result.exit_code == 0, result.output
    assert tifffile.imread(target).shape == (2, 32, 32)
    arguments = json.loads(report.read_text())['arguments']
    assert arguments['axes'] == 'TYX'
    assert arguments['planes'] == '1:3'


def test_a_hyperstack_of_imagej(run, series, tmp_path):
    source, target = tmp_path / 'in.tif', tmp_path / 'out.tif'
    stack = series.reshape(3, 2, 32, 32)
    told = {'axes': 'ZCYX', 'spacing': 0.5, 'unit': 'um'}
    tifffile.imwrite(source, stack, imagej=True, metadata=told)
    result = run.quick('denoise', source, target, '--planes', '0:1')
    assert result.exit_code == 0, result.output
    with tifffile.TiffFile(target) as written:
        assert written.series[0].get_axes(False)[-4:] == 'CYXS' or (
            'C' in written.series[0].axes
        )
        assert written.imagej_metadata['spacing'] == 0.5


def test_planes_that_are_not_restored_are_no_garbage(run, series, tmp_path):
    source, target = tmp_path / 'in.tif', tmp_path / 'out.tif'
    empty = series[:2].astype('float32')
    empty[1] = np.nan
    tifffile.imwrite(source, empty, metadata={'axes': 'TYX'})
    result = run.quick('denoise', source, target)
    assert result.exit_code == 0, result.output
    assert 'Plane T 1: Left as it was' in result.stderr
    assert np.isnan(tifffile.imread(target)[1]).all()


@pytest.mark.parametrize(
    ('told', 'sentence'),
    [
        (('--axes', 'TTX'), "--axes: 'TTX' names T more than once"),
        (('--axes', 'YX'), "--axes: 'YX' has 2 letters, but"),
        (('--planes', '9:'), "--planes: '9:' takes none of the 6 of axis Z"),
    ],
)
def test_what_does_not_fit_is_refused(run, series, tmp_path, told, sentence):
    source = tmp_path / 'in.tif'
    tifffile.imwrite(source, series)
    said = run.refused('denoise', source, tmp_path / 'out.tif', *told)
    assert sentence in said


def test_few_planes_may_be_channels(run, series, tmp_path):
    source = tmp_path / 'in.npy'
    np.save(source, series[:3])
    said = run.refused('denoise', source, tmp_path / 'out.tif')
    assert 'a series; tell which by --axes CYX or --axes ZYX.' in said


def test_depths_that_are_refined_lie_nearer(run, series, tmp_path):
    source, target = tmp_path / 'in.ome.tif', tmp_path / 'out.ome.tif'
    size = {
        f'PhysicalSize{axis}{part}': value
        for axis, step in (('X', 0.2), ('Y', 0.2), ('Z', 1.0))
        for part, value in (('', step), ('Unit', 'µm'))
    }
    tifffile.imwrite(
        source, series, ome=True, metadata={'axes': 'ZYX', **size}
    )
    result = run.quick('super-resolve', source, target, '--factor', '4,1,1')
    assert result.exit_code == 0, result.output
    with tifffile.TiffFile(target) as written:
        [image] = written.series
        assert (image.axes, image.shape) == ('ZYX', (24, 32, 32))
        assert 'PhysicalSizeZ="0.25"' in written.ome_metadata
        assert 'PhysicalSizeX="0.2"' in written.ome_metadata
