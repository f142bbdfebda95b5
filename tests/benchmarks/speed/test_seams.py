from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as PillowImage

from benchmarks.speed.seams import PEAK, borders_of, seam, show, texture

BORDERS = [(512, 512), (352, 320)]


@pytest.fixture
def truth():
    return texture(1024)


@pytest.fixture
def even(truth):
    return truth + np.random.default_rng(0).normal(0, 2, truth.shape)


@pytest.mark.parametrize('borders', BORDERS)
def test_a_seam_shows(truth, even, borders):
    clean = seam(even, truth, borders)
    assert clean['difference'] == pytest.approx(0, abs=0.1)
    assert clean['spread'] < 0.1
    assert clean['step'] == pytest.approx(1, abs=0.05)
    even[borders[0] - 1 : borders[0] + 1] += 3
    marked = seam(even, truth, borders)
    assert marked['along'] < marked['elsewhere'] - 0.2


@pytest.mark.parametrize('borders', BORDERS)
def test_a_step_shows_though_the_lines_are_no_worse(truth, even, borders):
    for count, edge in enumerate(range(borders[0], 1024, borders[1])):
        even[edge:] += (-1) ** count * 2
    judged = np.zeros(truth.shape, bool)
    judged[:, ::3] = judged[:, 1::3] = True
    for where in (None, judged):
        marked = seam(even, truth, borders, where)
        assert marked['along'] == pytest.approx(marked['elsewhere'], abs=1)
        assert marked['step'] > 1.1


def test_only_what_is_judged_counts(truth, even):
    judged = np.zeros(truth.shape, bool)
    judged[:, ::2] = True
    before = seam(even, truth, BORDERS[0], judged)
    even[~judged] += 1000
    assert seam(even, truth, BORDERS[0], judged) == before


@pytest.mark.parametrize('borders', BORDERS)
def test_lines_that_are_harder_for_both_are_no_seam(truth, even, borders):
    harder = np.zeros(truth.shape)
    harder[borders[0] - 2 : borders[0] + 2] = 20
    tiled = even + harder
    assert seam(tiled, truth, borders)['along'] < 20
    whole = truth + 10 ** (1 / 20) * (tiled - truth)
    beside = seam(tiled, truth, borders, whole=whole)
    assert beside['along'] == pytest.approx(1)
    assert beside['elsewhere'] == pytest.approx(1)
    assert beside['difference'] == pytest.approx(0)
    assert beside['spread'] == pytest.approx(0)
    tiled[borders[0] - 1 : borders[0] + 1] += 20
    marked = seam(tiled, truth, borders, whole=whole)
    assert marked['along'] < marked['elsewhere'] - 1


def test_borders_are_the_middles_of_overlaps():
    tiles = [
        (top, left, 384, 384)
        for top in (0, 320, 640)
        for left in (0, 320, 640)
    ]
    assert borders_of(tiles) == (352, 320)


@pytest.mark.parametrize('panels', [2, 3])
def test_a_picture_shows_the_border_in_its_middle(
    truth, even, tmp_path, panels
):
    path = tmp_path / 'seam.png'
    even[:] = truth
    even[350:354] += PEAK / 10
    noisy = even if panels == 3 else None
    show(even, truth, 352, path, noisy)
    grey = np.asarray(PillowImage.open(path), float)
    assert grey.shape == (384, 384 * panels)
    error = grey[:, -384:]
    assert error[192].mean() > error[100].mean() + 50
