from __future__ import annotations

from dataclasses import replace

import pytest

from benchmarks.speed import iterations, names, sizes, tiles
from napari_dip.networks import TrunkSpec
from napari_dip.tasks import inpaint as inpainting
from napari_dip.tasks import super_resolve as super_resolution


@pytest.fixture(autouse=True)
def _small(monkeypatch):
    """Presets that end in no time, in tiles of 240 pixels."""
    monkeypatch.setattr(tiles, '_TILE', 240)
    for module in (inpainting, super_resolution):
        settings = module.SETTINGS['fast']
        network = TrunkSpec((4, 4), norm='batch')
        fit = replace(settings.fit, num_iter=24)
        small = replace(settings, network=network, fit=fit, refinement='none')
        monkeypatch.setitem(module.SETTINGS, 'fast', small)


def test_seams_of_tiles_are_measured(monkeypatch, tmp_path):
    name = f'inpaint lines {names.IN_TILES} fast, 416²'
    monkeypatch.setitem(sizes.SIZES, name, ('lines', 'fast', 416))
    figures = sizes.measure(name, 'cpu', tmp_path)
    assert figures['iterations'] == [96, 96]
    assert figures['seam'].keys() == {'along', 'elsewhere', 'spread', 'step'}
    beside = figures['seam_beside_whole']
    assert beside.keys() == {'along', 'elsewhere', 'spread', 'step'}
    gain = figures['psnr'] - figures['psnr_at_once']
    assert beside['elsewhere'] == pytest.approx(gain, abs=0.5)
    assert (tmp_path / 'tiles-lines.png').exists()


@pytest.mark.parametrize(
    ('kind', 'iterations'), [('lines', 1), ('scattered', 1), ('enlarge', 24)]
)
def test_few_iterations_or_all_of_an_enlargement_have_cost_and_forecast(
    kind, iterations, monkeypatch, tmp_path
):
    monkeypatch.setattr(sizes, '_FEW', 1)
    monkeypatch.setitem(sizes.SIZES, 'x fast, 64²', (kind, 'fast', 64))
    figures = sizes.measure('x fast, 64²', 'cpu', tmp_path)
    assert figures['iterations'] == [iterations, iterations]
    assert figures['seconds'] > 0
    assert figures['forecast'] > 0


def test_lines_are_missing_in_every_tile_of_a_large_image():
    session = iterations.start('lines', 'fast', 128, 'cpu', 1)
    known = session._stage.output.known[0]
    assert not known[:64].all()
    assert not known[64:].all()
    session.close()
