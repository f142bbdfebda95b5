"""What the three public functions share."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
import torch

from napari_dip import denoise, inpaint
from tests.tasks.contract import no_memory
from tests.tasks.tasks import (
    FEW,
    MASK,
    TASKS,
    run_denoise,
    run_inpaint,
    scale,
)

pytestmark = pytest.mark.usefixtures('tiny')


def enlarged(shape, task, axis=None):
    factor = scale(task)
    return tuple(n if a == axis else factor * n for a, n in enumerate(shape))


# They are turned into float32 in one place for all tasks.
DTYPES = [
    bool,
    np.uint8,
    np.uint16,
    np.uint32,
    np.int16,
    np.int64,
    np.float16,
    np.float32,
    np.float64,
    '>u2',
    '>f4',
]


@pytest.mark.parametrize(
    ('task', 'dtype'),
    [
        *((run_denoise, dtype) for dtype in DTYPES),
        *((task, dtype) for task in TASKS[1:] for dtype in (bool, '>u2')),
    ],
)
def test_any_real_dtype_gives_float32_and_leaves_the_input(task, dtype, image):
    given = (image > 60 if dtype is bool else image).astype(dtype)
    before = given.copy()
    given.flags.writeable = False
    restored = task(given, **FEW)
    assert restored.dtype == np.float32
    assert restored.shape == enlarged(given.shape, task)
    assert np.isfinite(restored).all()
    np.testing.assert_array_equal(given, before)


@pytest.mark.parametrize('task', TASKS)
@pytest.mark.parametrize(
    ('axis', 'count'), [(0, 2), (1, 5), (2, 1), (-1, 6), (-3, 2)]
)
def test_channels_may_be_anywhere(task, axis, count, image):
    stack = np.stack([image + 100 * i for i in range(count)], axis)
    restored = task(stack, channel_axis=axis, **FEW)
    assert restored.shape == enlarged(stack.shape, task, axis % 3)
    means = restored.mean(axis=tuple({0, 1, 2} - {axis % 3}))
    expected = image.mean() + 100 * np.arange(count)
    np.testing.assert_allclose(means, expected, atol=40)


@pytest.mark.parametrize('task', TASKS)
def test_colour_is_seen_without_being_told(task, image):
    colour = np.dstack([image] * 3)
    seen = task(colour, **FEW)
    told = task(colour, channel_axis=2, **FEW)
    assert seen.shape == enlarged(colour.shape, task, 2)
    np.testing.assert_array_equal(seen, told)


@pytest.mark.parametrize('task', TASKS)
def test_views_lists_and_odd_strides_are_images_too(task, image):
    expected = task(image, **FEW)
    flipped = image[::-1, ::-1].copy()[::-1, ::-1]
    assert flipped.strides[0] < 0
    for other in (flipped, np.asfortranarray(image), image.tolist()):
        np.testing.assert_array_equal(task(other, **FEW), expected)


@pytest.mark.parametrize('task', TASKS)
def test_counts_come_back_in_their_units(task, image):
    counts = 33_000 + 10 * image.astype(np.uint16)
    restored = task(counts, **{**FEW, 'max_num_iter': 20})
    assert restored.mean() == pytest.approx(counts.mean(), abs=150)
    assert restored.min() > 32_000
    assert restored.max() < 35_000


# Greater ones, and an offset, are in the contract of every task.
@pytest.mark.parametrize('task', TASKS)
def test_a_small_gain_is_respected(task, image):
    gain = 1e-4
    plain = task(image.astype(float), **FEW)
    moved = task(gain * image, **FEW)
    tolerance = 0.02 * image.std()
    np.testing.assert_allclose(moved / gain, plain, atol=tolerance)


@pytest.mark.parametrize('task', TASKS)
def test_pixels_that_are_no_number_are_missing_and_not_poison(task, image):
    def spoilt(value: float) -> np.ndarray:
        given = image.astype(np.float32)
        given[12:15, 9:12] = value
        given[0, 0] = value
        return given

    results = [
        task(spoilt(value), **FEW) for value in (np.nan, np.inf, -np.inf)
    ]
    assert np.isfinite(results[0]).all()
    assert abs(results[0] - image.mean()).max() < 300
    for other in results[1:]:
        np.testing.assert_array_equal(other, results[0])


@pytest.mark.parametrize('task', TASKS)
@pytest.mark.parametrize('shape', [(16, 16), (17, 31), (16, 61), (45, 16)])
def test_any_size_from_sixteen(task, shape, monkeypatch):
    given = np.random.default_rng(0).normal(size=shape)
    if task is run_inpaint:
        restored = inpaint(given, given > 1, **FEW)
    else:
        restored = task(given, **FEW)
    assert restored.shape == enlarged(shape, task)


@pytest.mark.parametrize('task', TASKS)
def test_the_seed_decides(task, image):
    def restore(seed):
        return task(image, seed=seed, return_info=True, **FEW)

    torch.manual_seed(0)
    first, record = restore(4)
    torch.manual_seed(1)
    again, same = restore(4)
    np.testing.assert_array_equal(again, first)
    assert same.loss_history == record.loss_history
    # So few iterations earn a network no share beside what is quick.
    other, another = restore(5)
    assert another.loss_history != record.loss_history
    if task is run_denoise:
        assert not np.array_equal(other, first)


@pytest.mark.parametrize('task', TASKS)
def test_the_record_is_complete_and_becomes_json(task, image):
    _, record = task(
        image,
        preset='fast',
        device='cpu',
        seed=np.int64(3),
        max_num_iter=np.int32(4),
        time_limit=np.float32(100),
        return_info=True,
    )
    content = json.loads(json.dumps(record.to_dict(), allow_nan=False))
    assert content['task'] == task.__name__.removeprefix('run_')
    assert content['iterations'] == 4
    assert content['seed'] == content['arguments']['seed'] == 3
    assert content['arguments']['max_num_iter'] == 4
    assert content['arguments']['preset'] == 'fast'
    assert content['device'].startswith('cpu')
    assert len(content['loss_history']) == 4
    assert all(math.isfinite(loss) for loss in content['loss_history'])
    assert content['wall_time'] > 0
    assert content['peak_memory'] > 2**20
    assert content['reason'] in ('SCHEDULE_COMPLETE', 'MAX_NUM_ITER')
    assert ' ' in content['reason_text']
    assert content['version']
    assert content['settings']['network']['kind'] == 'unet'
    short = record.to_dict(histories=False)
    assert set(content) - set(short) == {
        'curves',
        'loss_history',
        'metric_history',
    }


@pytest.mark.parametrize('task', TASKS)
@pytest.mark.parametrize('answer', [True, np.True_])
def test_the_callback_sees_each_iteration_and_may_stop(task, answer, image):
    seen = []

    def callback(progress):
        seen.append(progress)
        return answer if progress.iteration == 2 else None

    _, record = task(image, callback=callback, return_info=True, **FEW)
    assert [p.iteration for p in seen] == [1, 2]
    assert record.reason == 'USER'


@pytest.mark.parametrize('task', TASKS)
def test_a_keyboard_interrupt_keeps_the_best_so_far(task, image):
    def callback(progress):
        if progress.iteration == 2:
            raise KeyboardInterrupt

    restored, record = task(image, callback=callback, return_info=True, **FEW)
    assert record.iterations == 2
    assert record.reason == 'USER'
    assert np.isfinite(restored).all()


@pytest.mark.parametrize('task', TASKS)
def test_the_time_limit_ends_it(task, image):
    options = {**FEW, 'max_num_iter': None}
    _, record = task(image, time_limit=1e-6, return_info=True, **options)
    # Filling quickly takes the time already.
    least = 0 if task is run_inpaint else 1
    assert (record.iterations, record.reason) == (least, 'TIME_LIMIT')


@pytest.mark.parametrize('task', TASKS)
@pytest.mark.parametrize(
    ('options', 'error', 'says', 'remedy'),
    [
        ({'preset': 'quick'}, ValueError, "preset: 'quick'", "'balanced'"),
        ({'device': 'gpu'}, ValueError, "device: 'gpu'", "'cuda'"),
        ({'seed': -1}, ValueError, 'seed: -1', 'give'),
        ({'max_num_iter': 0}, ValueError, 'max_num_iter: 0', 'give'),
        ({'time_limit': -1}, ValueError, 'time_limit: -1', 'give'),
        ({'channel_axis': 7}, ValueError, 'channel_axis', 'at None'),
        ({'preset': np.array(['a', 'b'])}, ValueError, 'preset: ', "'best'"),
        ({'device': np.array(['a', 'b'])}, ValueError, 'device: ', "'cuda'"),
        ({'callback': 3}, TypeError, 'callback: 3', 'give a function'),
    ],
)
def test_an_option_that_will_not_do(task, options, error, says, remedy, image):
    with pytest.raises(error) as caught:
        task(image, **options)
    assert says in str(caught.value)
    assert remedy in str(caught.value)


@pytest.mark.parametrize('task', TASKS)
@pytest.mark.parametrize('device', ['cuda', 'mps'])
def test_a_device_that_is_absent(task, device, image, monkeypatch):
    monkeypatch.setattr(torch.cuda, 'is_available', lambda: False)
    monkeypatch.setattr(torch.backends.mps, 'is_available', lambda: False)
    with pytest.raises(ValueError, match=f"device: '{device}'.*choose 'cpu'"):
        task(image, device=device)


@pytest.mark.parametrize('task', TASKS)
@pytest.mark.parametrize(
    ('given', 'error', 'says'),
    [
        (np.zeros((0, 5)), ValueError, 'image: the image is empty'),
        (np.ones((1, 1)), ValueError, 'image: 1 × 1 pixels'),
        (np.ones((24, 28)), ValueError, 'image: all pixels have the value'),
        (np.full((24, 28), np.nan), ValueError, 'image: no pixel is a finite'),
        (np.zeros((4, 24, 28)), ValueError, 'image: 4 planes .* tell which'),
        (np.eye(24) * 1j, TypeError, 'image: dtype complex128'),
        (np.eye(24).astype(object), TypeError, 'image: dtype object'),
        ([[1, 2], [3]], ValueError, 'image: .* lists of one length'),
        (1e298 * np.eye(24), ValueError, 'image: .* too large for float32'),
        (1e9 + np.eye(24), ValueError, r'image: .* subtract 1e\+09 first'),
    ],
)
def test_an_image_that_will_not_do(task, given, error, says):
    with pytest.raises(error, match=says):
        task(given, **FEW)


@pytest.mark.parametrize('task', TASKS)
@pytest.mark.parametrize('where', ['build', 'estimate'])
def test_not_enough_memory_is_said_in_words(task, where, image, monkeypatch):
    if where == 'build':
        monkeypatch.setattr('napari_dip.session.source._problem', no_memory)
    else:
        for name in (
            'output.OutputAverage',
            'weights.WeightAverage',
            'coarse_to_fine.CoarseToFineAverage',
            'filled.FilledAverage',
        ):
            place = f'napari_dip.engine.averaging.{name}.estimate'
            monkeypatch.setattr(place, no_memory)
    with pytest.raises(MemoryError, match=r'Not enough memory on cpu.*crop'):
        task(image, **FEW)


@pytest.mark.parametrize('task', TASKS)
@pytest.mark.parametrize('axis', [None, 0])
def test_the_uncertainty_is_in_the_record(task, axis, image):
    if axis is not None:
        image = np.stack([image, 2 * image])
    options = FEW | {'channel_axis': axis, 'return_info': True}
    restored, info = task(image, uncertainty=True, **options)
    assert info.uncertainty.shape == restored.shape
    assert info.uncertainty.dtype == np.float32
    assert info.uncertainty.min() >= 0
    assert info.uncertainty.max() > 0
    assert 'uncertainty' not in info.to_dict()
    _, without = task(image, **options)
    assert without.uncertainty is None


@pytest.mark.parametrize(
    ('task', 'method'),
    [
        *((task, 'auto') for task in TASKS),
        *((task, 'deep-image-prior') for task in TASKS[1:]),
    ],
)
def test_the_uncertainty_changes_nothing(task, method, image):
    options = FEW | {'method': method, 'return_info': True}
    plain, _ = task(image, **options)
    restored, info = task(image, uncertainty=True, **options)
    assert info.uncertainty is not None
    np.testing.assert_array_equal(restored, plain)


@pytest.mark.parametrize('task', TASKS)
def test_the_uncertainty_has_the_units_of_the_image(task, image):
    options = FEW | {'uncertainty': True, 'return_info': True}
    _, info = task(image.astype(np.float32), **options)
    _, scaled = task(50 * image.astype(np.float32) + 1000, **options)
    ratio = scaled.uncertainty.mean() / info.uncertainty.mean()
    assert ratio == pytest.approx(50, rel=0.05)


@pytest.mark.parametrize('task', TASKS)
def test_an_uncertainty_is_not_computed_to_be_lost(task, image):
    with pytest.raises(ValueError, match=r'^uncertainty: .* return_info=True'):
        task(image, uncertainty=True, **FEW)


def test_known_pixels_have_no_uncertainty(image):
    options = FEW | {'uncertainty': True, 'return_info': True}
    _, info = inpaint(image, MASK, **options)
    assert (info.uncertainty[~MASK] == 0).all()
    assert (info.uncertainty[MASK] > 0).all()


def test_no_uncertainty_where_the_network_sees_every_pixel(image):
    with pytest.raises(ValueError, match=r"^uncertainty: .*'ulyanov2018'"):
        denoise(
            image, preset='ulyanov2018', uncertainty=True, return_info=True
        )
