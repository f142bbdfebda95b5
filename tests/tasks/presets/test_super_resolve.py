from __future__ import annotations

from napari_dip.forecast.work import footprint, work_of
from napari_dip.tasks.presets.super_resolve import SETTINGS


def test_better_presets_are_ensembles_of_the_fast_one():
    fast = SETTINGS['fast']
    for name in ('balanced', 'best'):
        settings = SETTINGS[name]
        members = settings.network.members
        assert members > 1
        assert settings.fit.num_iter == fast.fit.num_iter
        assert settings.fit.num_windows == members * fast.fit.num_windows


def test_an_ensemble_is_forecast_to_take_so_many_fits():
    fast, balanced = (
        work_of(SETTINGS[name], (256, 256), 1, (4, 4))
        for name in ('fast', 'balanced')
    )
    members = SETTINGS['balanced'].network.members
    assert balanced.iteration == members * fast.iteration
    assert balanced.sample == members * fast.sample
    settings = SETTINGS['balanced']
    seen = footprint(settings, 1, (1, 64, 64))
    fitted = footprint(settings, 1, (members, 64, 64), fitting=True)
    assert seen == members * fitted
