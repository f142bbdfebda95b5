"""Tasks restore series of planes as they lie in an array."""

import dask.array as da
import numpy as np
import pytest
import zarr
from scipy.ndimage import gaussian_filter

from napari_dip import denoise, inpaint, super_resolve
from napari_dip.engine.averaging.filled import FilledAverage
from napari_dip.filters.neighbours import SAID
from napari_dip.images.stacks.stack import Stack
from napari_dip.session.series import beside
from napari_dip.tasks.base import find_task
from napari_dip.tasks.series.networks import count_networks

FEW = {'preset': 'fast', 'max_num_iter': 6, 'device': 'cpu'}
INFO = {**FEW, 'return_info': True}

pytestmark = pytest.mark.usefixtures('tiny_module')


def cells(shape=(24, 32), seed=0):
    drawn = np.random.default_rng(seed).normal(size=shape)
    smooth = gaussian_filter(drawn, 3)
    return np.clip(smooth / smooth.std(), 0, None)


@pytest.fixture(scope='module')
def series():
    """Five noisy planes of 24 × 32 pixels, each one a little darker."""
    rng = np.random.default_rng(1)
    light = np.linspace(60, 45, 5)[:, None, None]
    return rng.poisson(light * (cells() + 0.3)).astype(np.uint16)


@pytest.fixture(scope='module')
def restored(series, tiny_module):
    return denoise(series, axes='TYX', **INFO)


def test_one_network_for_all_planes(series, restored):
    image, info = restored
    assert (image.shape, image.dtype) == (series.shape, np.float32)
    assert np.isfinite(image).all()
    assert info.iterations == 6
    [note] = [x for x in info.notes if 'network' in x]
    assert note == (
        'Read as axes T Y X, 5 times: 5 planes, one network for all.'
    )
    told = {k: info.arguments[k] for k in ('axes', 'fit', 'planes')}
    assert told == {'axes': 'TYX', 'fit': 'auto', 'planes': None}


def test_every_plane_keeps_its_brightness(series, restored):
    mean = series.mean((1, 2))
    assert restored[0].mean((1, 2)) == pytest.approx(mean, rel=1e-4)


def test_the_same_seed_gives_the_same_bits(series, restored):
    again = denoise(series, axes='TYX', **FEW)
    np.testing.assert_array_equal(again, restored[0])


def test_planes_beside_help_and_are_told(series, restored, monkeypatch):
    image, info = restored
    assert SAID in info.notes
    monkeypatch.setattr(beside, 'around', lambda *_: [])
    alone, info = denoise(series, axes='TYX', **INFO)
    assert SAID not in info.notes
    truth = np.linspace(60, 45, 5)[:, None, None] * (cells() + 0.3)
    error, before = (np.square(x - truth).mean() for x in (image, alone))
    assert error < 0.9 * before


def test_axes_in_any_order_give_the_same(series, restored):
    turned = np.moveaxis(series, 0, 2)
    image = denoise(turned, axes='YXT', **FEW)
    np.testing.assert_array_equal(np.moveaxis(image, 2, 0), restored[0])


def test_lazy_planes_are_given_back_as_they_were_given(series, restored):
    lazy = da.from_array(series, chunks=(1, 24, 32))
    image, info = denoise(lazy, axes='TYX', **INFO)
    assert isinstance(image, da.Array)
    assert image.chunksize == (1, 24, 32)
    np.testing.assert_array_equal(image, restored[0])
    assert info.reason_text == restored[1].reason_text
    array = zarr.array(series, store=zarr.storage.MemoryStore())
    some = denoise(array, axes='TYX', planes='0:2', uncertainty=True, **INFO)
    assert isinstance(some[0], zarr.Array)
    assert np.isfinite(some[0][...]).all()
    assert np.isfinite(some[1].uncertainty[...]).all()


def test_guessed_axes_are_told(series):
    image, info = denoise(series, **INFO)
    assert image.shape == series.shape
    assert any(
        note.startswith('Taken for axes Z Y X, 5 depths')
        for note in info.notes
    )


def test_planes_are_taken_out(series):
    image, info = denoise(series, axes='TYX', planes='1:3', **INFO)
    assert image.shape == (2, 24, 32)
    assert info.arguments['planes'] == '1:3'
    single = denoise(series, axes='TYX', planes=2, **FEW)
    assert single.shape == (1, 24, 32)
    np.testing.assert_array_equal(single[0], denoise(series[2], **FEW))


def test_each_plane_by_itself_is_what_it_is_alone(series):
    image, info = denoise(series[:2], axes='TYX', fit='planes', **INFO)
    for plane, alone in zip(image, series, strict=False):
        np.testing.assert_array_equal(plane, denoise(alone, **FEW))
    assert any('each fitted by itself' in note for note in info.notes)


def test_a_network_for_each_channel_or_one_for_all(series):
    pair = np.stack([series[:2], 3 * series[:2]], 1)
    apart, info = denoise(pair, axes='TCYX', **INFO)
    assert apart.shape == pair.shape
    assert info.iterations == 12
    assert 'one network for each channel' in ' '.join(info.notes)
    np.testing.assert_array_equal(
        apart[:, 0], denoise(pair[:, 0], axes='TYX', **FEW)
    )
    joint, info = denoise(pair, axes='TCYX', channel_axis=1, **INFO)
    assert joint.shape == pair.shape
    assert info.iterations == 6


def test_colours_of_a_series(series):
    colours = np.stack([series[:2]] * 3, -1)
    assert denoise(colours, axes='TYXS', **FEW).shape == colours.shape


def test_planes_without_contrast_are_left_and_told(series):
    odd = series.astype(float)
    odd[1] = 7
    odd[3] = np.nan
    image, info = denoise(odd, axes='TYX', **INFO)
    assert (image[1] == 7).all()
    assert np.isnan(image[3]).all()
    assert np.isfinite(image[[0, 2, 4]]).all()
    told = ' '.join(info.notes)
    assert 'Plane T 1: Left as it was: all pixels have the value 7.0' in told
    assert 'Plane T 3: Left as it was: no pixel is a finite number' in told


def test_a_series_without_any_contrast():
    with pytest.raises(ValueError, match=r'^image: no plane can be restored'):
        denoise(np.ones((5, 32, 32)), axes='TYX', **FEW)


def test_a_plane_of_another_exposure_is_fitted_by_itself(series):
    odd = series.astype(float)
    odd[2] = odd[2] * 20 + 500
    image, info = denoise(odd, axes='TYX', **INFO)
    assert np.isfinite(image).all()
    assert 'Plane T 2: not fitted with the others' in ' '.join(info.notes)
    assert info.notes[0] == (
        'Read as axes T Y X, 5 times: 5 planes, a network for planes of like '
        'exposure.'
    )
    stack = Stack(odd.shape, 'TYX')
    assert count_networks(odd, stack) == 2
    odd[0] = 7
    assert count_networks(odd, stack) == 2
    pair = np.stack([series, series], 1)
    assert count_networks(pair, Stack(pair.shape, 'TCYX')) == 2
    np.testing.assert_array_equal(image[2], denoise(odd[2], **FEW))
    assert image[2].mean() == pytest.approx(odd[2].mean(), rel=1e-5)


def test_a_plane_that_needs_bins_is_fitted_by_itself():
    rng = np.random.default_rng(1)
    planes = 0.3 * cells((72, 72)) + rng.normal(size=(4, 72, 72))
    # Spots would be lost in bins; the last plane has none.
    for first in (20, 33, 46):
        planes[:3, first : first + 3, first : first + 3] += 5
    planes = (20 * planes + 1000).round().astype(np.uint16)
    image, info = denoise(planes, axes='TYX', **INFO)
    [note] = [x for x in info.notes if 'Fitted by itself' in x]
    assert note == (
        'Plane T 3: Fitted by itself: its noise asks for bins of 2 × 2 '
        'pixels, that of the planes that share a network for pixels.'
    )
    assert info.iterations == 12
    np.testing.assert_array_equal(image[3], denoise(planes[3], **FEW))


def test_an_uncertainty_of_every_plane(series):
    image, info = denoise(series[:2], axes='TYX', uncertainty=True, **INFO)
    assert info.uncertainty.shape == image.shape
    assert np.isfinite(info.uncertainty).all()


def test_masks_for_all_planes_and_for_each(series):
    mask = np.zeros(series.shape, bool)
    mask[:3, 10:13, 5:30] = True
    each, info = inpaint(series[:4], mask[:4], axes='TYX', **INFO)
    known = ~mask[:4]
    np.testing.assert_array_equal(each[known], series[:4][known])
    assert 'Plane T 3: Left as it was: no pixel is marked' in str(info.notes)
    every = inpaint(series[:2], mask[0], axes='TYX', **FEW)
    np.testing.assert_array_equal(every, each[:2])


def test_a_mask_that_does_not_fit(series):
    with pytest.raises(ValueError, match=r'^mask: its shape \(40, 40\) is no'):
        inpaint(series, np.ones((40, 40)), axes='TYX', **FEW)


def test_an_enlarged_series(series):
    image, info = super_resolve(series[:2], (2, 3), axes='TYX', **INFO)
    assert image.shape == (2, 48, 96)
    assert info.iterations == 12
    np.testing.assert_array_equal(
        image[1], super_resolve(series[1], (2, 3), **FEW)
    )


@pytest.mark.parametrize(('right', 'second'), [(True, 2), (False, 6)])
def test_a_hole_is_filled_by_what_the_plane_before_has_learnt(
    series, monkeypatch, right, second
):
    monkeypatch.setattr(FilledAverage, '_carries_over', lambda _: right)
    mask = np.zeros(series.shape[1:], bool)
    mask[10:13, 5:30] = True
    image, info = inpaint(series[:2], mask, axes='TYX', **INFO)
    assert np.isfinite(image).all()
    assert info.iterations == 6 + second
    told = 'Plane T 1: It went on from what the plane before had learnt.'
    assert (told in info.notes) == right
    _, info = inpaint(series[:2], mask, axes='TYX', fit='planes', **INFO)
    assert info.iterations == 12


def begin(series, **arguments):
    return find_task('denoise').begin(
        image=series, axes='TYX', **{**FEW, **arguments}
    )


def test_progress_counts_planes(series):
    session = begin(series)
    seen = list(session)
    assert [p.plane for p in seen][-5:] == [2, 3, 4, 5, 5]
    assert {p.num_planes for p in seen} == {5}
    assert seen[-1].reason == 'the limit of 6 iterations was reached'
    assert seen[-1].remaining == 0
    session.close()


def test_a_stopped_series_keeps_its_planes_and_goes_on(series, restored):
    session = begin(series)
    for progress in session:
        if progress.plane == 3:
            session.stop()
    image = session.result().copy()
    assert np.isfinite(image[:2]).all()
    assert np.isnan(image[2:]).all()
    record = session.record()
    assert '2 of 5 planes are restored, and the others are empty' in (
        record.reason_text
    )
    session.extend(10)
    for _ in session:
        pass
    np.testing.assert_array_equal(session.result(), restored[0])
    session.close()


def test_stopped_in_the_fit_what_was_learnt_is_applied(series):
    session = begin(series)
    next(session)
    session.stop()
    assert np.isfinite(session.result()).all()
    assert session.record().iterations == 1
    session.close()


def test_watching_changes_nothing(series, restored):
    session = begin(series)
    for progress in session:
        if progress.iteration in (2, 5) and progress.plane == 1:
            session.shown = (3, slice(None), slice(None))
            assert np.isfinite(session.preview()[3]).all()
    np.testing.assert_array_equal(session.result(), restored[0])
    session.close()


def test_a_preview_is_no_result(series):
    session = begin(series)
    next(session)
    session.shown = (4, slice(None), slice(None))
    session.preview()
    for progress in session:
        if progress.plane == 2:
            session.stop()
    assert np.isnan(session.result()[4]).all()
    session.close()


def test_a_plane_that_was_tried_is_shown_until_it_is_restored(series):
    session = begin(series)
    tried = np.full((24, 32), 7, np.float32)
    place = (2, slice(None), slice(None))
    session.show_estimate(place, tried)
    session.show_estimate(place, tried[:-1])
    np.testing.assert_array_equal(session.preview()[2], tried)
    assert np.isnan(session.preview()[3]).all()
    session.check = lambda _: True
    session.stop()
    assert not (session.result()[2] == tried).all()
    session.close()


def test_a_time_limit_ends_it(series):
    image, info = denoise(series, axes='TYX', time_limit=1e-3, **INFO)
    assert np.isfinite(image[0]).all()
    assert info.reason == 'TIME_LIMIT'


@pytest.mark.parametrize(
    ('arguments', 'sentence'),
    [
        ({'fit': 'all'}, "fit: 'all' is unknown; choose one of"),
        ({'planes': '9:'}, "planes: '9:' takes none of the 5 of axis T"),
        ({'preset': 'quick'}, "preset: 'quick' is unknown"),
        ({'axes': 'TCYX'}, "axes: 'TCYX' has 4 letters"),
    ],
)
def test_wrong_arguments_are_told_before_the_fit(series, arguments, sentence):
    with pytest.raises(ValueError, match=f'^{sentence}'):
        denoise(series, **{'axes': 'TYX', **FEW, **arguments})
