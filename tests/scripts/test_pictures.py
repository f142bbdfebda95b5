from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from benchmarks.cases import Case, Problem
from benchmarks.quality import kept
from scripts.pictures import compose, publishable, write_picture


def case_of(licence: str) -> Case:
    truth = np.tile(np.linspace(20, 220, 48), (48, 1))
    noisy = np.random.default_rng(0).poisson(truth).astype(np.uint8)
    return Case('a', 'fmd', lambda: Problem(noisy, truth), print, '', licence)


def test_three_panels_side_by_side():
    generator = np.random.default_rng(0)
    truth = generator.uniform(1000, 2000, (60, 90))
    picture = compose(Problem(truth, truth), truth)
    panel = round(384 * 90 / 60)
    assert picture.size == (3 * panel + 2 * 6, 2 * 384 + 6)


def test_two_panels_where_there_is_no_truth():
    image = np.random.default_rng(0).uniform(1000, 2000, (60, 60))
    picture = compose(Problem(image), image)
    assert picture.size == (2 * 384 + 6, 2 * 384 + 6)


def test_missing_pixels_are_orange_in_the_input_alone():
    truth = np.random.default_rng(0).uniform(0, 255, (384, 384))
    mask = np.zeros((384, 384), bool)
    mask[10:20, 10:20] = True
    picture = np.asarray(compose(Problem(truth, truth, mask=mask), truth))
    assert picture[15, 15].tolist() == [230, 97, 0]
    assert len(set(picture[15, 390 + 15].tolist())) == 1


def test_enlarged_part_is_the_one_with_most_detail():
    truth = np.zeros((384, 384))
    truth[300:320, 300:320] = 255
    picture = np.asarray(compose(Problem(truth, truth), truth))
    assert picture[390:, :384].max() == 255


def test_a_kept_result_is_shown_without_a_second_fit(tmp_path):
    case = case_of('MIT')
    stored = kept(tmp_path, case, 'dip-fast', 0)
    stored.parent.mkdir()
    np.save(stored, np.zeros((48, 48)))
    path = write_picture(case, 'dip-fast', 'cpu', tmp_path, tmp_path)
    middle = np.asarray(Image.open(path))[100, 390 + 100]
    assert middle.max() < 10


@pytest.mark.parametrize('shape', [(301, 277), (277, 301), (97, 40)])
def test_panels_of_any_proportion_fit_together(shape):
    truth = np.random.default_rng(0).uniform(0, 255, shape)
    width = round(shape[1] * 384 / shape[0])
    picture = compose(Problem(truth, truth), truth)
    assert picture.size == (3 * width + 2 * 6, 2 * 384 + 6)


@pytest.mark.parametrize('shape', [(15, 20), (15, 20, 3)])
def test_small_inputs_are_shown_at_the_size_of_the_result(shape):
    image = np.random.default_rng(0).uniform(0, 255, shape)
    truth = np.repeat(np.repeat(image, 4, 0), 4, 1)
    picture = compose(Problem(image, truth, factor=4), truth)
    left, right = (
        np.asarray(picture)[:, start : start + 512] for start in (0, 518)
    )
    np.testing.assert_array_equal(left, right)


def test_picture_is_small_and_only_where_the_licence_allows(tmp_path):
    output = tmp_path / 'images'
    path = write_picture(case_of('CC0'), 'tv-vst', 'cpu', output, None)
    assert path.stat().st_size < 300_000
    assert Image.open(path).format == 'JPEG'
    closed = case_of('none stated')
    shown = write_picture(closed, 'tv-vst', 'cpu', output, None)
    assert shown is None
    assert list(output.iterdir()) == [path]


@pytest.mark.parametrize(
    ('licence', 'shown'),
    [
        ('Apache-2.0 (repo LICENSE; images from FMD dataset)', True),
        ('CC0 (BBBC022v1)', True),
        ('BSD-3-Clause', True),
        ('Apache-2.0, repo LICENSE asks to be contacted for sale', False),
        ('MIT (repo LICENSE; authors of images not stated)', False),
        ('no known copyright restrictions (skimage docstring)', True),
        ('GPL-3.0', False),
        ('none stated', False),
    ],
)
def test_pictures_need_an_open_licence(licence, shown):
    assert publishable(licence) is shown
