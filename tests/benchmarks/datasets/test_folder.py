from __future__ import annotations

import numpy as np
import pytest
from skimage.io import imsave

from benchmarks.cases import SETS
from benchmarks.datasets.folder import (
    data_folder,
    find_case,
    find_cases,
)


def test_every_set_is_described_and_found(data):
    for name, about in SETS.items():
        assert about.task in ('denoise', 'inpaint', 'super_resolve')
        assert about.size > 0
        if name not in ('fmd-mixed', 'other-pairs', 'set14-x4', 'set14-x8'):
            assert list(find_cases(data, [name]))


def test_every_case_loads_and_scores_its_own_truth(data):
    cases = [*find_cases(data), *find_cases(data, quick=True)]
    names = {(case.collection, case.name) for case in cases}
    assert len(names) == len(cases) > 12
    for case in cases:
        problem = case.load()
        if problem.truth is None:
            continue
        figures = case.score(problem.truth, problem)
        assert figures['psnr'] > 60


def test_quick_and_full_cases_are_apart(data):
    full = {case.name for case in find_cases(data, ['fmd'])}
    quick = {case.name for case in find_cases(data, ['fmd'], quick=True)}
    assert full == {'Confocal_MICE', 'WideField_BPAE_B'}
    assert quick == {'Confocal_MICE-crop', 'WideField_BPAE_B-crop'}


def test_only_keeps_cases_whose_name_contains_a_part(data):
    found = find_cases(data, ['fmd'], only=['Wide'])
    assert [case.group for case in found] == ['wide-field']


def test_unknown_set_is_named(data):
    with pytest.raises(ValueError, match="no set 'fdm'; there are fmd"):
        list(find_cases(data, ['fdm']))


def test_a_set_that_is_named_needs_images(tmp_path):
    assert list(find_cases(tmp_path, only=['Wide'])) == []
    with pytest.raises(ValueError, match="'fmd-mixed' has no images in"):
        list(find_cases(tmp_path, ['fmd-mixed']))


def test_the_mixed_test_set_pairs_files_of_one_name(tmp_path):
    generator = np.random.default_rng(0)
    names = ('Confocal_FISH_1', 'TwoPhoton_MICE_4', 'unheard_of')
    for folder in ('raw', 'gt'):
        (tmp_path / folder).mkdir()
        for name in names:
            image = generator.integers(0, 255, (24, 24), np.uint8)
            imsave(tmp_path / folder / f'{name}.png', image)
    cases = list(find_cases(tmp_path, ['fmd-mixed']))
    assert [case.name for case in cases] == list(names)
    assert [case.group for case in cases] == ['confocal', 'two-photon', '']
    for case in cases:
        problem = case.load()
        assert case.score(problem.truth, problem)['psnr'] == np.inf
        assert case.score(problem.image, problem)['psnr'] < 20


def test_noise_is_the_same_at_every_load_and_clipped(data):
    case = find_case(data, 'nine-colour-25', 'House')
    first, second = case.load(), case.load()
    np.testing.assert_array_equal(first.image, second.image)
    assert first.image.dtype == np.uint8
    assert np.std(first.image - first.truth.astype(float)) == pytest.approx(
        25, rel=0.1
    )


def test_noise_of_grey_photographs_is_not_clipped(data):
    problem = find_case(data, 'bsd68-25', 'test001').load()
    noise = problem.image - problem.truth.astype(float)
    assert problem.sigma == 25
    assert np.std(noise) == pytest.approx(25, rel=0.1)
    assert problem.image.min() < 0


def test_masks_are_true_where_pixels_are_missing(data):
    problem = find_case(data, 'missing-50', 'house').load()
    assert not problem.image[problem.mask].any()
    known = ~problem.mask
    np.testing.assert_array_equal(problem.image[known], problem.truth[known])


def test_enlargement_truth_is_a_multiple_of_the_factor(data):
    problem = find_case(data, 'set5-x8', 'butterfly').load()
    assert problem.truth.shape == (48, 40, 3)
    assert problem.image.shape == (6, 5, 3)


def test_a_micrograph_is_reduced_in_its_own_dtype_and_units(data):
    problem = find_case(data, 'microscopy-x4', 'cells').load()
    assert problem.image.dtype == np.uint16
    assert problem.channel_axis is None
    assert problem.truth.shape == (256, 256)
    assert problem.image.shape == (64, 64)
    means = problem.image.mean(), problem.truth.mean()
    assert means[0] == pytest.approx(means[1], rel=0.01)


@pytest.mark.parametrize(
    ('name', 'channel_axis'), [('SrTiO3', None), ('ihc', 2)]
)
def test_images_without_truth_get_no_figures(data, name, channel_axis):
    case = find_case(data, 'unscored', name)
    problem = case.load()
    assert problem.truth is None
    assert problem.channel_axis == channel_axis
    assert case.score(problem.image, problem) == {}


def test_synthetic_noise_follows_the_detector(data):
    case = find_case(data, 'poisson-gaussian', 'peak-500')
    problem = case.load()
    residual = problem.image - problem.truth
    signal = (problem.truth - 100) / 2.2
    expected = 2.2**2 * (signal + 1.6**2) + 1 / 12
    assert np.mean(residual**2 / expected) == pytest.approx(1, abs=0.03)


def test_few_photons_are_counted_one_by_one(data):
    problem = find_case(data, 'few-photons', 'peak-1').load()
    assert set(np.unique(problem.image)) >= {0, 1}
    variance = np.mean((problem.image - problem.truth) ** 2)
    assert variance == pytest.approx(problem.truth.mean(), rel=0.05)


def test_faint_fields_lie_in_noise_of_their_own_brightness(data):
    problem = find_case(data, 'faint', 'noise-1').load()
    noise = np.std(problem.image - problem.truth)
    assert noise == pytest.approx(np.max(problem.truth), rel=0.02)


def test_missing_folder_says_how_to_choose_one(tmp_path):
    with pytest.raises(ValueError, match='--data or the environment'):
        data_folder(tmp_path / 'absent')


def test_processed_frames_are_what_their_step_makes_of_them(data):
    cases = find_cases(data, ['processed'])
    sizes = {case.group: case.load().image.shape for case in cases}
    assert sizes.pop('enlarged') == (96, 96)
    assert set(sizes.values()) == {(48, 48)}
    smoothed, compressed = (
        find_case(data, 'processed', f'Confocal_BPAE_R_{step}').load()
        for step in ('smoothed', 'jpeg-50')
    )
    assert np.ptp(smoothed.image) < np.ptp(compressed.image)
    assert compressed.image.dtype == np.uint8
