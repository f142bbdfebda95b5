from __future__ import annotations

import numpy as np
import pytest
import tifffile
from PIL import Image

from napari_dip.io.reading import read_mask


@pytest.fixture
def scan():
    """Counts with a dead row and a saturated spot."""
    image = np.random.default_rng(0).poisson(60, (64, 80)).astype(np.uint8)
    image[20] = 0
    image[40:43, 50:53] = 255
    return image


def test_a_mask_is_written_that_inpaint_reads(run, tmp_path, scan):
    tifffile.imwrite(tmp_path / 'scan.tif', scan)
    target = tmp_path / 'mask.png'
    result = run(
        'find-missing',
        tmp_path / 'scan.tif',
        target,
        '--what',
        'lines',
        '--what',
        'saturation',
    )
    assert result.exit_code == 0, result.output
    assert result.stdout == f'{target}: 89 of 5,120 pixels are marked.\n'
    mask = read_mask(target)
    assert set(np.unique(mask)) == {0, 255}
    assert (mask[20] > 0).all()
    assert (mask[40:43, 50:53] > 0).all()
    filled = tmp_path / 'filled.tif'
    done = run.quick('inpaint', tmp_path / 'scan.tif', target, filled)
    assert done.exit_code == 0, done.output
    np.testing.assert_array_equal(
        tifffile.imread(filled)[mask == 0], scan[mask == 0]
    )


def test_stacks_are_looked_at_plane_by_plane(run, tmp_path, scan):
    stack = np.stack([scan, np.roll(scan, 5, axis=0)])
    tifffile.imwrite(
        tmp_path / 'stack.tif',
        stack,
        imagej=True,
        metadata={'axes': 'TYX', 'unit': 'um'},
        resolution=(4, 4),
    )
    target = tmp_path / 'mask.tif'
    result = run(
        'find-missing', tmp_path / 'stack.tif', target, '--what', 'lines'
    )
    assert result.exit_code == 0, result.output
    mask = tifffile.imread(target)
    assert mask.shape == stack.shape
    assert mask[0, 20].all()
    assert mask[1, 25].all()
    assert np.count_nonzero(mask) == 160


def test_colours_share_a_mask(run, tmp_path, scan):
    rgb = np.stack([scan, scan // 2, scan // 2], axis=-1)
    Image.fromarray(rgb).save(tmp_path / 'colours.png')
    target = tmp_path / 'mask.png'
    result = run(
        'find-missing',
        tmp_path / 'colours.png',
        target,
        '--what',
        'saturation',
        '--quiet',
    )
    assert result.exit_code == 0, result.output
    assert result.stdout == ''
    mask = np.asarray(Image.open(target))
    np.testing.assert_array_equal(mask > 0, scan == 255)


def test_a_value_alone_will_do(run, tmp_path, scan):
    np.save(tmp_path / 'scan.npy', scan.astype(float))
    target = tmp_path / 'mask.npy'
    result = run(
        'find-missing', tmp_path / 'scan.npy', target, '--value', '255'
    )
    assert result.exit_code == 0, result.output
    np.testing.assert_array_equal(np.load(target) > 0, scan == 255)


def test_what_is_wrong_is_told(run, tmp_path, scan):
    source, target = tmp_path / 'scan.tif', tmp_path / 'mask.png'
    tifffile.imwrite(source, scan)
    call = ('find-missing', source, target)
    assert run.refused(*call).startswith('--what: nothing is to be found')
    assert "--what: 'dust' is unknown" in run.refused(*call, '--what', 'dust')
    assert '--channel-axis: 4 is not an axis' in run.refused(
        *call, '--what', 'lines', '--channel-axis', '4'
    )
    told = run.refused('find-missing', source, source, '--what', 'lines')
    assert told.startswith('MASK (')
    told = run.refused(
        'find-missing', tmp_path / 'no.tif', target, '--what', 'lines'
    )
    assert told.startswith('INPUT (')
    target.write_bytes(b'')
    told = run.refused(*call, '--what', 'lines')
    assert told.startswith('MASK (')
    assert run(*call, '--what', 'lines', '--overwrite').exit_code == 0
