from __future__ import annotations

import numpy as np
import pytest

from napari_dip import inpaint
from napari_dip.fills.base import fill_channels
from napari_dip.presets.choices import PRESETS
from napari_dip.presets.options import Options
from napari_dip.presets.published import RECIPES
from napari_dip.session.progress import Phase
from napari_dip.tasks.forecast import forecast
from napari_dip.tasks.inpaint import start_inpainting
from napari_dip.tasks.presets.inpaint import (
    SETTINGS,
    choose_settings,
)

ROWS, COLUMNS = np.mgrid[:64, :64]
IMAGE = 100 + 40 * np.sin(COLUMNS / 5 + ROWS / 9)


def line(width: int = 3) -> np.ndarray:
    mask = np.zeros(IMAGE.shape, bool)
    mask[30 : 30 + width, 5:60] = True
    return mask


@pytest.mark.usefixtures('tiny')
@pytest.mark.parametrize('dtype', [np.uint8, np.uint16, np.float32])
def test_known_pixels_keep_their_values_exactly(dtype):
    given, mask = IMAGE.astype(dtype), line()
    given[mask] = 0
    restored = inpaint(
        given, mask, preset='fast', max_num_iter=3, device='cpu'
    )
    np.testing.assert_array_equal(restored[~mask], given[~mask])
    assert (restored[mask] != 0).all()


@pytest.mark.usefixtures('tiny')
def test_what_stands_under_the_mask_has_no_say():
    def fill(value):
        given = IMAGE.copy()
        given[line()] = value
        return inpaint(
            given, line(), preset='fast', max_num_iter=5, device='cpu'
        )

    np.testing.assert_array_equal(fill(0.0), fill(1e6))
    np.testing.assert_array_equal(fill(0.0), fill(np.nan))


@pytest.mark.usefixtures('tiny')
def test_missing_pixels_of_both_kinds_are_filled():
    given = IMAGE.copy()
    given[5:8, 5:8] = np.nan
    restored = inpaint(
        given, line(), preset='fast', max_num_iter=5, device='cpu'
    )
    assert np.isfinite(restored).all()
    known = ~line() & np.isfinite(given)
    np.testing.assert_array_equal(restored[known], np.float32(given[known]))


@pytest.mark.usefixtures('tiny')
def test_channels_may_miss_different_pixels():
    given = np.dstack([IMAGE, 2 * IMAGE, 3 * IMAGE])
    mask = np.zeros(given.shape, bool)
    mask[10:14, :, 0] = True
    mask[:, 20:23, 2] = True
    restored = inpaint(given, mask, preset='fast', max_num_iter=3)
    np.testing.assert_array_equal(restored[~mask], np.float32(given[~mask]))


@pytest.mark.slow
def test_a_gap_is_filled_with_what_belongs_there():
    mask = line(5)
    given = np.where(mask, 0, IMAGE)
    restored = inpaint(
        given, mask, preset='fast', max_num_iter=150, device='cpu'
    )
    error = np.sqrt(np.mean((restored - IMAGE)[mask] ** 2))
    # The best constant is off by the deviation of what is missing.
    assert error < 0.4 * IMAGE[mask].std()


@pytest.mark.parametrize(
    ('mask', 'says', 'remedy'),
    [
        (np.zeros((64, 64)), 'mask: no pixel is marked', 'paint'),
        (np.ones((64, 64)), 'mask: all pixels are marked', 'unpainted'),
        (np.ones((32, 64)), r'mask: its shape \(32, 64\)', 'one entry'),
    ],
)
def test_a_mask_that_will_not_do(mask, says, remedy):
    with pytest.raises(ValueError, match=says) as caught:
        inpaint(IMAGE, mask)
    assert remedy in str(caught.value)


def test_a_mask_over_every_finite_pixel_leaves_nothing():
    given = np.where(ROWS < 30, np.nan, IMAGE)
    with pytest.raises(ValueError, match=r'mask: every pixel that is a fin'):
        inpaint(given, ROWS >= 30)


def scattered(part: float) -> np.ndarray:
    return np.random.default_rng(0).random((200, 200)) < part


def hole(radius: int, at: int = 100) -> np.ndarray:
    rows, columns = np.mgrid[:200, :200]
    return np.hypot(rows - at, columns - 100) < radius


def text() -> np.ndarray:
    mask = np.zeros((200, 200), bool)
    mask[20:180:20] = mask[21:180:20] = True
    return mask


@pytest.mark.parametrize(
    ('mask', 'expected'),
    [
        (scattered(0.98), 'most-missing'),
        (scattered(0.5), 'half-missing'),
        (hole(40), 'vase'),
        (hole(40, at=10), 'vase'),
        (hole(40, at=50) | hole(40, at=150), 'library'),
        (hole(6), 'text'),
        (text(), 'text'),
        (scattered(0.05), 'text'),
    ],
)
def test_the_mask_chooses_the_published_recipe(mask, expected):
    assert choose_settings('ulyanov2018', mask[None]) is RECIPES[expected]


@pytest.mark.parametrize('preset', PRESETS)
def test_every_preset_runs(preset):
    given, mask = IMAGE[:24, :20], IMAGE[:24, :20] > 130
    restored, record = inpaint(
        given, mask, preset=preset, max_num_iter=2, return_info=True
    )
    assert np.isfinite(restored).all()
    assert record.iterations == 2
    if preset in SETTINGS:
        assert choose_settings(preset, mask[None]) is SETTINGS[preset]


@pytest.fixture
def wide():
    """An image, a small hole in it, and both with three channels last."""
    rows, columns = np.mgrid[:300, :420]
    image = 100 + 40 * np.sin(columns / 5 + rows / 9)
    mask = np.zeros(image.shape, bool)
    mask[20:30, 290:300] = True
    return image, mask


@pytest.mark.usefixtures('tiny')
def test_only_what_lies_around_missing_pixels_is_fitted(wide):
    image, mask = wide
    session = start_inpainting(
        image, mask, options=Options('fast', device='cpu', max_num_iter=5)
    )
    # Of 123 pixels to each side of the hole, those inside the image.
    assert session._fit.problem.data.shape[-2:] == (153, 253)
    for _ in session:
        pass
    for restored in (session.preview(), session.result()):
        np.testing.assert_array_equal(
            restored[~mask], np.float32(image[~mask])
        )
        assert np.ptp(restored[mask]) > 0
        # It lies where the hole is.
        assert abs(restored[mask].mean() - 100) < 60


@pytest.mark.slow
@pytest.mark.usefixtures('tiny')
def test_pixels_around_missing_ones_make_the_fit_that_they_make_alone(wide):
    image, mask = wide
    image = image[:200]
    part = np.s_[:153, 167:420]
    options = {'preset': 'fast', 'max_num_iter': 5, 'device': 'cpu'}
    whole = inpaint(image, mask[:200], **options)
    alone = inpaint(image[part], mask[part], **options)
    np.testing.assert_array_equal(whole[part], alone)


@pytest.mark.slow
@pytest.mark.usefixtures('tiny')
def test_far_known_pixels_have_no_uncertainty(wide):
    image, mask = wide
    _, info = inpaint(
        np.dstack([image] * 3),
        mask,
        preset='fast',
        max_num_iter=5,
        device='cpu',
        uncertainty=True,
        return_info=True,
    )
    assert info.uncertainty.shape == (300, 420, 3)
    assert (info.uncertainty[~mask] == 0).all()
    assert (info.uncertainty[mask] > 0).all()


@pytest.mark.slow
def test_the_published_recipe_fits_the_whole(wide):
    options = Options('ulyanov2018', device='cpu', max_num_iter=1)
    session = start_inpainting(*wide, options=options)
    assert session._fit.problem.data.shape[-2:] == (300, 420)


@pytest.mark.usefixtures('tiny')
@pytest.mark.parametrize(
    ('options', 'reason'),
    [
        (Options('fast'), 'USER'),
        (Options('fast', time_limit=1e-9), 'TIME_LIMIT'),
    ],
)
def test_quick_fills_are_ended_with_what_there_is(options, reason):
    session = start_inpainting(IMAGE, line(), options=options)
    phases = []

    def check(progress):
        phases.append(progress.phase)
        return reason == 'USER'

    session.check = check
    while not session.finished:
        next(session)
    restored, record = session.result(), session.record()
    assert phases[0] is Phase.PREPARING
    assert record.iterations == 0
    assert record.reason == reason
    assert any('cut short' in note for note in record.notes)
    alone = 'Missing pixels were filled by harmonic interpolation;'
    assert any(note.startswith(alone) for note in record.notes)
    # A soap film, which is nearer than a plane.
    off = np.abs(restored - IMAGE)[line()]
    assert off.max() < IMAGE.std()
    # Who goes on has them all.
    session.check = None
    session.extend(2)
    while not session.finished:
        next(session)
    session.result()
    assert not any('cut short' in note for note in session.record().notes)


@pytest.mark.usefixtures('tiny')
def test_the_record_tells_what_was_taken_and_how_it_was_judged():
    """A network of two iterations has nothing to add to the fills."""
    restored, record = inpaint(
        IMAGE,
        line(),
        preset='fast',
        max_num_iter=2,
        device='cpu',
        return_info=True,
    )
    [note] = [n for n in record.notes if n.startswith('Missing pixels were')]
    assert 'held out in holes of the same shape' in note
    # The best fill alone, or measured by it, better or no better.
    assert ', the best on' in note or ' alone' in note
    off = (restored - IMAGE)[line()].std()
    [harmonic, *_] = SETTINGS['fast'].latent.fills
    plain = fill_channels(harmonic, IMAGE[None], line()[None])[0]
    assert off <= (plain - IMAGE)[line()].std()


STRIPED = np.random.default_rng(1).normal(100, 3, (96, 96))
STRIPED += np.random.default_rng(2).normal(0, 20, (96, 1))
HOLE = np.zeros(STRIPED.shape, bool)
HOLE[40:52, 30:60] = True


@pytest.mark.usefixtures('tiny')
def test_filled_pixels_have_the_offset_of_their_line():
    given = np.where(HOLE, np.nan, STRIPED)
    few = {'max_num_iter': 3, 'return_info': True, 'preset': 'fast'}
    restored, record = inpaint(given, HOLE, **few)
    np.testing.assert_array_equal(restored[~HOLE], np.float32(STRIPED)[~HOLE])
    lines = np.median(np.where(HOLE, np.nan, STRIPED)[:, :30], axis=1)
    off = np.median(np.where(HOLE, restored, np.nan)[40:52, 30:60], axis=1)
    assert np.abs(off - lines[40:52]).max() < 15
    [note] = [x for x in record.notes if 'Offsets' in x]
    assert note.startswith('Offsets of the rows were found: filled pixels')
    assert record.arguments['stripes'] == 'auto'
    kept, record = inpaint(given, HOLE, stripes='keep', **few)
    assert 'Offsets' not in ' '.join(record.notes)
    assert (kept != restored).any()


@pytest.mark.usefixtures('tiny')
def test_without_stripes_no_bit_changes():
    few = {'max_num_iter': 3, 'preset': 'fast'}
    image = np.random.default_rng(1).normal(100, 3, (96, 96))
    np.testing.assert_array_equal(
        inpaint(image, HOLE, **few),
        inpaint(image, HOLE, stripes='keep', **few),
    )


@pytest.mark.usefixtures('tiny')
def test_stripes_under_the_mask_have_no_say():
    image = np.random.default_rng(1).normal(100, 3, (96, 96))
    given = np.where(HOLE, STRIPED, image)
    few = {'max_num_iter': 3, 'preset': 'fast'}
    np.testing.assert_array_equal(
        inpaint(given, HOLE, **few), inpaint(image, HOLE, **few)
    )


@pytest.mark.usefixtures('tiny')
def test_the_forecast_tells_of_stripes_that_the_mask_leaves():
    def told(image):
        return forecast(
            'inpaint', (96, 96), preset='fast', image=image, mask=HOLE
        ).outline.parts.get('stripes')

    assert told(STRIPED) == 'rows'
    assert not told(np.random.default_rng(1).normal(100, 3, (96, 96)))


def test_an_unknown_word_for_stripes_is_refused():
    with pytest.raises(ValueError, match="stripes: 'no' is unknown"):
        inpaint(STRIPED, HOLE, stripes='no')
