from __future__ import annotations

from napari_dip.filters.chains.self_similarity import SelfSimilarity
from napari_dip.forecast.work import footprint, work_of
from napari_dip.tasks.presets.super_resolve import SETTINGS, SETTINGS_NOISY


def test_better_presets_begin_with_the_fit_of_the_fast_one():
    fast = SETTINGS['fast']
    for name in ('balanced', 'best'):
        settings = SETTINGS[name]
        members = settings.network.members
        assert settings.fit.num_iter == fast.fit.num_iter
        assert settings.fit.num_windows == members * fast.fit.num_windows
        assert settings.filters == (SelfSimilarity(),)
    assert SETTINGS['balanced'].fit == fast.fit
    assert SETTINGS['best'].network.members > 1


def test_what_follows_the_data_is_left_out_where_they_are_noisy():
    assert not any(settings.filters for settings in SETTINGS_NOISY.values())


def test_an_ensemble_is_forecast_to_take_so_many_fits():
    fast, best = (
        work_of(SETTINGS[name], (256, 256), 1, (4, 4))
        for name in ('fast', 'best')
    )
    members = SETTINGS['best'].network.members
    assert best.iteration == members * fast.iteration
    assert best.sample == members * fast.sample
    assert best.filters > 0
    settings = SETTINGS['best']
    seen = footprint(settings, 1, (1, 64, 64))
    fitted = footprint(settings, 1, (members, 64, 64), fitting=True)
    assert seen == members * fitted
