from napari_dip.presets.shortening import shorten
from napari_dip.tasks.presets.denoise import SETTINGS
from napari_dip.tasks.presets.super_resolve import SETTINGS_COARSE


def test_no_limit_or_a_loose_one_changes_nothing():
    settings = SETTINGS['fast']
    assert shorten(settings, None) is settings
    assert shorten(settings, settings.num_iter) is settings


def test_the_schedule_is_compressed_as_a_whole():
    settings = SETTINGS['balanced']
    shorter = shorten(settings, settings.num_iter // 2)
    assert shorter.fit.num_iter == settings.num_iter // 2
    assert shorter.stopping.min_start == settings.stopping.min_start // 2
    assert shorter.fit.learning_rate == settings.fit.learning_rate


def test_a_fit_on_windows_is_not_hurried():
    settings = SETTINGS['fast']
    shorter = shorten(settings, settings.num_iter // 4)
    assert shorter.fit.learning_rate == settings.fit.learning_rate / 4
    whole = SETTINGS_COARSE['fast']
    assert shorten(whole, 10).fit.learning_rate == whole.fit.learning_rate
