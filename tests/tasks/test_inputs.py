"""What the three public functions make of images that are not plain."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from napari_dip import denoise, inpaint, super_resolve
from napari_dip.presets.options import Options
from napari_dip.session.tiled import TiledSession
from napari_dip.tasks.inpaint import start_inpainting
from tests.tasks.tasks import FEW, MASK, TASKS, run_super_resolve, scale

pytestmark = pytest.mark.usefixtures('tiny')

INFO = FEW | {'return_info': True, 'uncertainty': True}


def colour(image) -> np.ndarray:
    return np.dstack([image, image + 20, 2 * image]).astype(np.uint8)


@pytest.mark.parametrize('task', TASKS)
def test_axes_of_length_one_come_back(task, image):
    expected, plain = task(image, **INFO)
    for axes in [(0, 1), (0, 3), (1, 2), (2, 3)]:
        given = np.expand_dims(image, axes)
        restored, info = task(given, **INFO)
        np.testing.assert_array_equal(restored, np.expand_dims(expected, axes))
        assert info.uncertainty.shape == restored.shape
        np.testing.assert_array_equal(
            info.uncertainty.squeeze(), plain.uncertainty
        )
        assert restored.flags.c_contiguous


@pytest.mark.parametrize('task', TASKS)
def test_channels_lie_among_axes_of_length_one(task, image):
    channels = np.stack([image, image + 20])
    expected = task(channels, channel_axis=0, **FEW)
    given = channels[None, :, None]
    for axis in (1, -4):
        restored, info = task(
            given, channel_axis=axis, return_info=True, **FEW
        )
        np.testing.assert_array_equal(restored, expected[None, :, None])
        assert info.arguments['channel_axis'] == 1


# Each task and each type: what becomes of one does not depend on the other.
@pytest.mark.parametrize(
    ('task', 'dtype'),
    [*zip(TASKS, [np.uint8, np.uint16, np.float32], strict=True)],
)
def test_opacity_is_no_intensity(task, dtype, image):
    rgb = colour(image).astype(dtype)
    alpha = np.arange(1, 1 + image.size).reshape(image.shape).astype(dtype)
    alpha = np.maximum(alpha, dtype(1))
    expected = task(rgb, **FEW)
    restored, info = task(np.dstack([rgb, alpha]), **INFO)
    factor = scale(task)
    repeated = alpha.repeat(factor, 0).repeat(factor, 1)
    np.testing.assert_array_equal(restored[..., 3], repeated)
    if task is not run_super_resolve:
        # For its uncertainty pixels are held out of an enlargement.
        np.testing.assert_array_equal(restored[..., :3], expected)
    assert (info.uncertainty[..., 3] == 0).all()
    assert (info.uncertainty[..., :3] > 0).any()
    assert info.arguments['channel_axis'] is None


@pytest.mark.parametrize('task', TASKS)
def test_what_cannot_be_seen_is_missing(task, image):
    opaque = np.full(image.shape, 255, np.uint8)
    opaque[12:15, 9:12] = 0
    hidden, other = (np.dstack([colour(image), opaque]) for _ in 'ab')
    hidden[12:15, 9:12, :3], other[12:15, 9:12, :3] = 0, 255
    restored, info = task(hidden, return_info=True, **FEW)
    np.testing.assert_array_equal(restored, task(other, **FEW))
    says = '9 pixels that are fully transparent were filled in.'
    assert info.notes[0] == says


@pytest.mark.parametrize('task', TASKS)
def test_what_is_masked_is_missing_and_not_data(task, image):
    given = np.ma.array(image.astype(float), mask=False)
    given[12:15, 9:12] = 1e6
    given[12:15, 9:12] = np.ma.masked
    assert given.data.max() == 1e6
    restored, info = task(given, return_info=True, **FEW)
    assert type(restored) is np.ndarray
    assert restored.max() < 400
    np.testing.assert_array_equal(restored, task(given.filled(np.nan), **FEW))
    assert '9 pixels that are masked were filled in.' in info.notes


@pytest.mark.parametrize('task', TASKS)
def test_pixels_that_are_filled_are_counted(task, image):
    given = image.astype(float)
    given[12:15, 9:12] = np.nan
    _, info = task(given, return_info=True, **FEW)
    says = '9 pixels that are not finite numbers were filled in.'
    assert says in info.notes
    assert info.to_dict()['notes'] == info.notes


@pytest.mark.parametrize('task', TASKS)
def test_a_channel_without_data_is_refused_before_the_fit(task, image):
    given = colour(image).astype(float)
    given[..., 2] = np.nan
    with pytest.raises(ValueError, match=r'^image: no pixel of channel 2 is'):
        task(given, **FEW)


def test_a_channel_of_which_a_mask_leaves_nothing_is_refused(image):
    mask = np.zeros((24, 28, 3), bool)
    mask[..., 1] = True
    with pytest.raises(ValueError, match=r'^mask: every pixel of channel 1'):
        inpaint(colour(image), mask, **FEW)


def test_how_much_a_mask_fills_is_in_the_record(image):
    _, info = inpaint(image, MASK, return_info=True, **FEW)
    assert info.notes[0] == 'The mask fills 48 of 672 pixels (7 %).'
    _, info = inpaint(image, ~MASK, return_info=True, **FEW)
    note = info.notes[0]
    assert note.startswith('The mask fills 624 of 672 pixels (93 %). That is')


@pytest.mark.parametrize(
    ('option', 'value'), [('defects', np.array(['auto', 'keep']))]
)
def test_an_array_is_no_name(option, value, image):
    with pytest.raises(ValueError, match=f'^{option}: '):
        denoise(image, **{option: value}, **FEW)


def test_repeats_of_another_field_are_refused(image):
    other = np.random.default_rng(1).normal(50, 5, image.shape)
    with pytest.raises(ValueError, match='does not correlate'):
        denoise(image, repeats=other, **FEW)
    with pytest.raises(ValueError, match='bright where the image is dark'):
        denoise(image, repeats=-1.0 * image, **FEW)


@pytest.fixture
def expected(image):
    return [task(image, **FEW) for task in TASKS]


def test_what_torch_is_doing_makes_no_difference(image, expected):
    for context in (
        torch.no_grad(),
        torch.inference_mode(),
        torch.autocast('cpu', torch.bfloat16),
    ):
        with context:
            for task, result in zip(TASKS, expected, strict=True):
                np.testing.assert_array_equal(task(image, **FEW), result)
                task(image, **INFO)


@pytest.fixture
def double():
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(before)


def test_the_default_dtype_makes_no_difference(image, expected, double):
    for task, result in zip(TASKS, expected, strict=True):
        np.testing.assert_array_equal(task(image, **FEW), result)
        task(image, **INFO)
    assert torch.get_default_dtype() is torch.float64


@pytest.mark.parametrize('task', TASKS)
def test_nothing_global_is_changed(task, image):
    def state():
        return (
            torch.get_rng_state().tolist(),
            torch.get_num_threads(),
            torch.get_default_dtype(),
            torch.are_deterministic_algorithms_enabled(),
            torch.is_grad_enabled(),
            [str(x) for x in np.random.get_state()],
            np.geterr(),
        )

    before = state()
    task(image, **INFO)
    assert state() == before


@pytest.mark.parametrize('task', TASKS)
def test_what_numpy_raises_makes_no_difference(task, image):
    plain = task(image, **FEW)
    with np.errstate(all='raise', under='ignore'):
        np.testing.assert_array_equal(task(image, **FEW), plain)


def test_the_factor_is_of_rows_and_columns_wherever_they_are(image):
    assert super_resolve(image[None, :, None], (2, 3), **FEW).shape == (
        1,
        48,
        1,
        84,
    )


def test_opacity_and_axes_of_length_one_come_back_from_tiles():
    drawn = np.random.default_rng(0).normal(100, 5, (1, 40, 72, 1, 4))
    drawn[0, 12:15, 9:12, 0, 3] = 0
    mask = drawn[..., 1] > 106
    options = Options('fast', max_num_iter=2, tile=32, uncertainty=True)
    session = start_inpainting(drawn, mask, options=options)
    assert isinstance(session, TiledSession)
    for _ in session:
        pass
    restored, info = session.result(), session.record()
    session.close()
    assert restored.shape == info.uncertainty.shape == drawn.shape
    expected = drawn[..., 3].astype(np.float32)
    np.testing.assert_array_equal(restored[..., 3], expected)
    assert (info.uncertainty[..., 3] == 0).all()
    assert info.notes[0].startswith('9 pixels that are fully transparent')
    assert info.notes[1].startswith('The mask fills')
