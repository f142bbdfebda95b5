from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from skimage.io import imsave

from benchmarks import runner
from napari_dip.networks import UNetSpec
from napari_dip.tasks.presets import denoise as denoising_settings

HEAD = 'file\tlicence\n'


def save(folder: Path, name: str, image: np.ndarray) -> None:
    imsave(folder / name, image, check_contrast=False)


def write_manifest(folder: Path, licence: str) -> None:
    names = sorted(path.name for path in folder.iterdir())
    lines = ''.join(f'{name}\t{licence}\n' for name in names)
    (folder / 'MANIFEST.tsv').write_text(HEAD + lines, encoding='utf-8')


def gradient(*shape: int) -> np.ndarray:
    ramp = np.linspace(20, 220, int(np.prod(shape))).reshape(shape)
    return ramp.astype(np.uint8)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A folder like the real one, with small images."""
    microscopy = tmp_path / 'microscopy'
    colour = tmp_path / 'denoise_color'
    inpaint = tmp_path / 'inpaint'
    set5 = tmp_path / 'set5'
    grey = tmp_path / 'bsd68'
    for folder in (microscopy, colour, inpaint, set5, grey):
        folder.mkdir()
    generator = np.random.default_rng(0)
    truth = gradient(48, 48)
    noisy = generator.poisson(truth).clip(0, 255).astype(np.uint8)
    for scene in ('Confocal_MICE', 'WideField_BPAE_B'):
        save(microscopy, f'fmd_{scene}_1_noisy.png', noisy)
        save(microscopy, f'fmd_{scene}_gt.png', truth)
    save(microscopy, 'fmd_Confocal_BPAE_R_gt.png', truth)
    save(microscopy, 'w2s_010_ch0_noisy.png', noisy)
    save(microscopy, 'w2s_010_ch0_gt.png', truth)
    save(colour, 'House.png', gradient(40, 40, 3))
    save(grey, 'test001.png', gradient(40, 48))
    mask = 255 * generator.integers(0, 2, (48, 48), np.uint8)
    save(inpaint, 'bernoulli_house.png', truth)
    save(inpaint, 'bernoulli_house_mask50.png', mask)
    save(inpaint, 'kate.png', gradient(48, 48, 3))
    save(inpaint, 'kate_mask.png', mask)
    save(set5, 'butterfly.png', gradient(50, 41, 3))
    counts = 33_000 + 4 * truth.astype(np.uint16)
    save(microscopy, 'em_stem_SrTiO3_u16.tif', counts)
    save(microscopy, 'membrane_timelapse_tyx_u16.tif', np.stack([counts] * 5))
    channels = np.stack([np.tile(counts, (6, 9))] * 3)
    save(microscopy, 'cellpainting_cyx_u16.tif', channels)
    save(microscopy, 'ihc_rgb.png', gradient(40, 40, 3))
    write_manifest(microscopy, 'Apache-2.0 (images from FMD dataset)')
    write_manifest(colour, 'MIT (authors of images not stated)')
    write_manifest(inpaint, 'none stated')
    write_manifest(set5, 'none stated')
    write_manifest(grey, 'none stated')
    return tmp_path


@pytest.fixture
def in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Measure here, since a process that has yet to load torch takes long."""

    def pool(count: int, mp_context: object) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(count)

    monkeypatch.setattr(runner, 'ProcessPoolExecutor', pool)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """The preset fast, ended in no time."""
    settings = denoising_settings.SETTINGS['fast']
    fit = replace(settings.fit, num_iter=40, num_samples=1)
    small = replace(settings, network=UNetSpec((4, 4)), fit=fit)
    monkeypatch.setitem(denoising_settings.SETTINGS, 'fast', small)
