"""A result in a folder, and a run that goes on with it."""

import dask.array as da
import numpy as np
import pytest
import zarr

from napari_dip import denoise
from napari_dip.tasks.base import find_task

FEW = {'axes': 'TYX', 'preset': 'fast', 'max_num_iter': 3, 'device': 'cpu'}

pytestmark = pytest.mark.usefixtures('tiny')


@pytest.fixture(scope='module')
def series():
    light = 30 + 20 * np.sin(np.arange(32) / 4)
    rng = np.random.default_rng(0)
    return rng.poisson(light, (4, 32, 32)).astype(np.uint16)


def begin(series, folder, **more):
    return find_task('denoise').begin(
        image=series, output=folder, **{**FEW, **more}
    )


def end_after(session, planes):
    """Leave a run as if it had been killed once some planes were done."""
    for progress in session:
        if progress.plane > planes:
            break
    session.close()


def test_a_killed_run_is_gone_on_with(series, tmp_path):
    folder = tmp_path / 'out.ome.zarr'
    end_after(begin(series, folder), 2)
    group = zarr.open_group(str(folder), mode='r')
    assert group['finished'][...].ravel().tolist() == [1, 1, 0, 0]
    first = group['0'][:2]
    result, info = denoise(
        series, output=folder, resume=True, return_info=True, **FEW
    )
    assert isinstance(result, zarr.Array)
    assert '2 planes were restored by an earlier run.' in info.notes
    np.testing.assert_array_equal(result[:2], first)
    np.testing.assert_array_equal(result[...], denoise(series, **FEW))
    assert 'finished' not in zarr.open_group(str(folder), mode='r')


def test_a_preview_takes_no_finished_plane_away(series, tmp_path):
    folder = tmp_path / 'out.ome.zarr'
    end_after(begin(series, folder), 2)
    session = begin(series, folder, resume=True)
    first = session.preview()[0]
    session.show_plane((0, slice(None), slice(None)))
    session.show_estimate((0, slice(None), slice(None)), first + 7)
    next(session)
    np.testing.assert_array_equal(session.preview()[0], first)
    session.close()


def test_planes_of_a_fit_that_was_cut_short_are_made_anew(series, tmp_path):
    folder = tmp_path / 'out.ome.zarr'
    session = begin(series, folder)
    next(session)
    session.stop()
    session.check = lambda progress: progress.plane > 1
    assert np.isfinite(session.result()[0]).all()
    session.close()
    assert not zarr.open_group(str(folder), mode='r')['finished'][...].any()


def test_a_lazy_series_is_given_back_lazily(series, tmp_path):
    lazy = da.from_array(series[:2], chunks=(1, 32, 32))
    result = denoise(lazy, output=str(tmp_path / 'a.zarr'), **FEW)
    assert isinstance(result, da.Array)
    single = denoise(series[:1], output=tmp_path / 'b.zarr', **FEW)
    np.testing.assert_array_equal(
        single[0], denoise(series[0], **FEW | {'axes': 'YX'})
    )


@pytest.mark.parametrize(
    ('name', 'more', 'sentence'),
    [
        ('there.zarr', {}, 'output: it exists; choose another name'),
        ('a.zarr', {'resume': True}, 'output: it is not there'),
        ('a.tif', {}, r'output: choose a name that ends in \.ome\.zarr'),
        ('no/a.zarr', {}, 'output: there is no folder'),
        ('a.zarr', {'uncertainty': True}, 'uncertainty: a result in a folder'),
        (None, {'resume': True}, 'resume: there is no output'),
        ('a.zarr', {'preset': 'quick'}, "preset: 'quick' is unknown"),
    ],
)
def test_what_cannot_be_is_told_before_the_fit(
    series, tmp_path, name, more, sentence
):
    (tmp_path / 'there.zarr').mkdir()
    folder = name and tmp_path / name
    with pytest.raises(ValueError, match=f'^{sentence}'):
        begin(series, folder, **more)
    assert not (tmp_path / 'a.zarr').exists()


def test_a_full_disk_and_what_is_no_name(series, tmp_path, monkeypatch):
    with pytest.raises(TypeError, match=r'^output: 3 is no name'):
        begin(series, 3)
    monkeypatch.setattr(
        'shutil.disk_usage', lambda path: type('Disk', (), {'free': 100})
    )
    with pytest.raises(ValueError, match=r'^output: the disk is full'):
        begin(series, tmp_path / 'a.zarr')
    with pytest.raises(ValueError, match=r'^output: the image is one plane'):
        begin(series[0], tmp_path / 'a.zarr', axes=None)
