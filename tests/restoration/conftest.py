from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import torch

from napari_dip.prior.networks import TrunkSpec
from napari_dip.tasks import denoise_settings as denoising_settings
from napari_dip.tasks import inpaint as inpainting
from napari_dip.tasks import super_resolve as super_resolution


@pytest.fixture(autouse=True, scope='session')
def one_thread() -> Iterator[None]:
    """Small images are quicker on one thread, and the same everywhere."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make 'fast' a network of a few hundred weights."""
    for module in (denoising_settings, inpainting, super_resolution):
        settings = module.SETTINGS['fast']
        network = TrunkSpec((4, 4), norm=settings.network.norm)
        fit = replace(settings.fit, check_every=1, passes=2)
        monkeypatch.setitem(
            module.SETTINGS,
            'fast',
            replace(settings, network=network, fit=fit),
        )
    shared = denoising_settings._SHARED['fast']
    fit = replace(shared.fit, check_every=1, passes=2)
    monkeypatch.setitem(
        denoising_settings._SHARED, 'fast', replace(shared, fit=fit)
    )


@pytest.fixture
def image() -> np.ndarray:
    """Counts of a small image with structure and noise."""
    rows, columns = np.mgrid[:24, :28]
    clean = 60 + 40 * np.sin(rows / 4) * np.cos(columns / 5)
    return np.random.default_rng(0).poisson(clean).astype(np.uint16)
