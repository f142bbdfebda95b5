"""OME-Zarr in and out, a plane at a time."""

from __future__ import annotations

import re
import shutil

import numpy as np
import pytest
import tifffile

zarr = pytest.importorskip('zarr')

AXES = [
    {'name': 't', 'type': 'time', 'unit': 'second'},
    {'name': 'y', 'type': 'space', 'unit': 'micrometer'},
    {'name': 'x', 'type': 'space', 'unit': 'micrometer'},
]
SCALE = {'type': 'scale', 'scale': [2.0, 0.5, 0.25]}

WINDOW = {'min': 0, 'max': 65535, 'start': 300, 'end': 700}


@pytest.fixture
def source(noisy, tmp_path):
    """Three planes in OME-Zarr 0.4."""
    planes = np.random.default_rng(3).poisson(noisy, (3, *noisy.shape))
    dataset = {'path': 's0', 'coordinateTransformations': [SCALE]}
    scales = [{'version': '0.4', 'axes': AXES, 'datasets': [dataset]}]
    path = tmp_path / 'in.ome.zarr'
    group = zarr.create_group(
        store=str(path), zarr_format=2, attributes={'multiscales': scales}
    )
    array = group.create_array(
        's0', shape=planes.shape, chunks=(3, 16, 16), dtype='uint16'
    )
    array[...] = planes
    return path


def test_axes_units_and_scale_are_kept(run, source, tmp_path):
    target = tmp_path / 'out.ome.zarr'
    result = run.quick('denoise', source, target)
    assert result.exit_code == 0, result.output
    assert 'Read as axes T Y X, 3 times: 3 planes' in result.stderr
    group = zarr.open_group(str(target), mode='r')
    ome = group.attrs['ome']
    [scales] = ome['multiscales']
    assert ome['version'] == '0.5'
    assert scales['axes'] == AXES
    [dataset] = scales['datasets']
    assert dataset['coordinateTransformations'] == [SCALE]
    array = group[dataset['path']]
    assert (array.shape, array.dtype) == ((3, 32, 32), np.float32)
    assert array.chunks == (1, 32, 32)
    assert np.isfinite(array[...]).all()
    assert 'out.ome.zarr: 3 × 32 × 32 pixels' in result.stdout


def test_channels_keep_their_names(run, noisy, tmp_path):
    channels = [
        {'label': label, 'color': color, 'window': WINDOW}
        for label, color in (('DAPI', '0000FF'), ('actin', '00FF00'))
    ]
    axes = [{'name': 'c', 'type': 'channel'}, *AXES[1:]]
    scales = [{'version': '0.4', 'axes': axes, 'datasets': [{'path': '0'}]}]
    source, target = tmp_path / 'in.ome.zarr', tmp_path / 'out.ome.zarr'
    group = zarr.create_group(
        store=str(source),
        zarr_format=2,
        attributes={'multiscales': scales, 'omero': {'channels': channels}},
    )
    planes = np.stack([noisy, noisy[::-1]])
    group.create_array('0', shape=planes.shape, dtype='uint16')[...] = planes
    result = run.quick('denoise', source, target)
    assert result.exit_code == 0, result.output
    ome = zarr.open_group(str(target), mode='r').attrs['ome']
    assert ome['omero']['channels'] == channels


def test_some_planes_and_a_result_that_is_read_again(run, source, tmp_path):
    target, again = tmp_path / 'a.zarr', tmp_path / 'b.zarr'
    result = run.quick('denoise', source, target, '--planes', '1:3')
    assert result.exit_code == 0, result.output
    result = run.quick('super-resolve', target, again, '--factor', 2)
    assert result.exit_code == 0, result.output
    group = zarr.open_group(str(again), mode='r')
    assert group['0'].shape == (2, 64, 64)
    [dataset] = group.attrs['ome']['multiscales'][0]['datasets']
    scale, origin = dataset['coordinateTransformations']
    assert scale['scale'] == [2.0, 0.25, 0.125]
    assert origin['translation'] == [0.0, -0.125, -0.0625]


def test_a_tiff_of_planes_becomes_a_zarr_with_a_pyramid(
    run, noisy, tmp_path, monkeypatch
):
    monkeypatch.setattr('napari_dip.io.pyramid._ENOUGH', 16)
    planes = np.random.default_rng(3).poisson(noisy, (2, *noisy.shape))
    path, target = tmp_path / 'in.ome.tif', tmp_path / 'out.ome.zarr'
    tifffile.imwrite(
        path,
        planes.astype(np.uint16),
        metadata={
            'axes': 'TYX',
            'PhysicalSizeY': 0.5,
            'PhysicalSizeX': 0.25,
        },
    )
    result = run.quick('denoise', path, target)
    assert result.exit_code == 0, result.output
    assert 'Read as axes T Y X, 2 times: 2 planes' in result.stderr
    group = zarr.open_group(str(target), mode='r')
    [scales] = group.attrs['ome']['multiscales']
    assert scales['axes'][1] == {
        'name': 'y',
        'type': 'space',
        'unit': 'micrometer',
    }
    fine, coarse = scales['datasets']
    steps, origin = coarse['coordinateTransformations']
    assert fine['coordinateTransformations'][0]['scale'] == [1, 0.5, 0.25]
    assert steps['scale'] == [1, 1, 0.5]
    assert origin['translation'] == [0, 0.25, 0.125]
    means = group['0'][...].reshape(2, 16, 2, 16, 2).mean((2, 4))
    np.testing.assert_allclose(group['1'][...], means, rtol=1e-5)


def lose(folder, plane):
    """Make of a finished result one that lacks a plane."""
    group = zarr.open_group(str(folder), mode='r+')
    finished = np.ones(group['0'].cdata_shape, 'u1')
    finished[plane] = 0
    group.create_array('finished', data=finished)
    # A preview was there when the run was killed.
    group['0'][plane] = 7


def write_channels(path, noisy):
    """Write two times of two named channels."""
    planes = np.random.default_rng(3).poisson(noisy, (2, 2, *noisy.shape))
    channels = {'Name': ['DAPI', 'actin'], 'Color': [65535, 16711935]}
    tifffile.imwrite(
        path,
        planes.astype(np.uint16),
        photometric='minisblack',
        metadata={
            'axes': 'TCYX',
            'PhysicalSizeX': 0.25,
            'PhysicalSizeXUnit': 'µm',
            'Channel': channels,
        },
    )


def test_channels_of_a_tiff_keep_their_names(run, noisy, tmp_path):
    path, target = tmp_path / 'in.ome.tif', tmp_path / 'out.ome.zarr'
    write_channels(path, noisy)
    assert run.quick('denoise', path, target).exit_code == 0
    ome = zarr.open_group(str(target), mode='r').attrs['ome']
    told = [(c['label'], c['color']) for c in ome['omero']['channels']]
    assert told == [('DAPI', '0000FF'), ('actin', '00FF00')]


@pytest.mark.parametrize('ending', ['.ome.tif', '.tif'])
def test_a_large_tiff_is_restored_plane_by_plane(
    run, noisy, tmp_path, monkeypatch, ending
):
    source = tmp_path / 'in.ome.tif'
    targets = [tmp_path / f'{name}{ending}' for name in ('whole', 'planes')]
    write_channels(source, noisy)
    assert run.quick('denoise', source, targets[0]).exit_code == 0
    monkeypatch.setattr(
        'napari_dip.cli.plane_by_plane.has_room', lambda shape: False
    )
    read = 'napari_dip.cli.restore.read_image'
    monkeypatch.setattr(read, lambda *_: pytest.fail('it was read whole'))
    result = run.quick('denoise', source, targets[1])
    assert result.exit_code == 0, result.output
    assert 'planes.ome.tif: 2 × 2 × 32 × 32 pixels' in (
        result.stdout.replace('planes.tif', 'planes.ome.tif')
    )
    written = []
    for path in targets:
        with tifffile.TiffFile(path) as file:
            [series] = file.series
            told = (file.ome_metadata or '').replace('whole', 'planes')
            told = re.sub(r'UUID="[^"]*"', '', told)
            written.append((series.axes, told, series.asarray()))
    for whole, planes in zip(*written, strict=True):
        np.testing.assert_array_equal(whole, planes)
    sentence = run.refused('denoise', source, targets[1])
    assert 'exists already' in sentence
    other = tmp_path / f'other{ending}'
    sentence = run.refused('denoise', source, other, '--dtype', 'same')
    assert sentence.startswith('--dtype: planes that are written one by one')


def test_a_run_goes_on_with_the_planes_that_are_left(run, source, tmp_path):
    target = tmp_path / 'out.ome.zarr'
    assert run.quick('denoise', source, target).exit_code == 0
    group = zarr.open_group(str(target), mode='r')
    assert 'finished' not in group
    whole = group['0'][...]
    lose(target, 1)
    other = run.refused('denoise', source, target, '--resume', '--seed', '3')
    assert 'with other settings or of another image' in other
    assert '(preset, seed, max num iter)' in other
    result = run.quick('denoise', source, target, '--resume')
    assert result.exit_code == 0, result.output
    assert '2 planes were restored by an earlier run.' in result.stderr
    np.testing.assert_array_equal(group['0'][...], whole)
    sentence = run.refused('denoise', source, target, '--resume')
    assert 'it is complete' in sentence


def test_another_image_is_not_mixed_in(run, source, tmp_path):
    target = tmp_path / 'out.ome.zarr'
    assert run.quick('denoise', source, target).exit_code == 0
    lose(target, 1)
    zarr.open_group(str(source), mode='r+')['s0'][0, 3, 3] += 1
    result = run.quick('denoise', source, target, '--resume')
    assert result.exit_code == 2
    assert 'of another image (image)' in result.stderr


def test_no_room_on_disk_is_told_before_the_fit(
    run, source, tmp_path, monkeypatch
):
    full = shutil.disk_usage(tmp_path)._replace(free=100)
    monkeypatch.setattr('shutil.disk_usage', lambda path: full)
    target = tmp_path / 'out.zarr'
    sentence = run.refused('denoise', source, target)
    assert 'OUTPUT' in sentence
    assert 'the disk is full' in sentence
    assert not target.exists()


def test_folders_at_fault(run, source, tmp_path):
    target = tmp_path / 'out.zarr'
    target.mkdir()
    assert 'it exists' in run.refused('denoise', source, target)
    sentence = run.refused('denoise', source, target, '--overwrite')
    assert 'it is no Zarr' in sentence
    sentence = run.refused('denoise', source, tmp_path / 'out.tif')
    assert 'planes are written to an OME-Zarr folder' in sentence
    sentence = run.refused('denoise', tmp_path / 'x.zarr', target)
    assert 'no such folder' in sentence
    sentence = run.refused('denoise', target, tmp_path / 'new.zarr')
    assert 'it cannot be read as Zarr' in sentence
