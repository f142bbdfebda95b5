"""Options and fixtures of the whole test suite."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

if TYPE_CHECKING:
    from npe2 import PluginManifest
    from torch import nn

    from napari_dip.engine.fit import Fit
    from napari_dip.engine.problem import Problem

# Before torch is loaded: small images are quicker on one thread, and the same
# everywhere.
os.environ.setdefault('OMP_NUM_THREADS', '1')


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        '--write-reference',
        action='store_true',
        help='Write the results of the reference images anew.',
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long, so that all processes end together."""
    first = ('test_types.py', 'test_fresh_process.py', 'viewer', 'tasks')

    def place(item: pytest.Item) -> int:
        parts = item.path.parts
        return next((i for i, n in enumerate(first) if n in parts), len(first))

    items.sort(key=place)


@pytest.fixture(autouse=True)
def _young_heap() -> Iterator[None]:
    """Let collections, three for each viewer, see what the test has made.

    Among all that torch and napari keep they take a quarter of the time.
    """
    gc.freeze()
    yield
    gc.unfreeze()


@pytest.fixture
def image() -> np.ndarray:
    """Counts of a small image with structure and noise."""
    rows, columns = np.mgrid[:24, :28]
    clean = 60 + 40 * np.sin(rows / 4) * np.cos(columns / 5)
    return np.random.default_rng(0).poisson(clean).astype(np.uint16)


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make 'fast' a network of a few hundred weights."""
    _make_tiny(monkeypatch)


@pytest.fixture(scope='module')
def tiny_module() -> Iterator[None]:
    """Make it one for all tests of a file, which share results."""
    with pytest.MonkeyPatch.context() as patch:
        _make_tiny(patch)
        yield


def _make_tiny(patch: pytest.MonkeyPatch) -> None:
    from napari_dip.filters import block_groups
    from napari_dip.networks import SkipSpec, UNetSpec
    from napari_dip.tasks.presets import (
        deep_image_prior,
        denoise,
        features,
        inpaint,
        remove_compression,
        super_resolve,
    )
    from napari_dip.tasks.prior import compare_architectures, sample_prior

    for module in (denoise, inpaint, remove_compression, super_resolve):
        settings = module.SETTINGS['fast']
        network = UNetSpec((4, 4), norm=settings.network.norm)
        fit = replace(settings.fit, check_every=1, num_samples=2)
        patch.setitem(
            module.SETTINGS,
            'fast',
            replace(settings, network=network, fit=fit),
        )
    # Quick fills of more parts take most of a short fit.
    gaps = inpaint.SETTINGS['fast']
    latent = replace(gaps.latent, number=1, judged=1)
    patch.setitem(inpaint.SETTINGS, 'fast', replace(gaps, latent=latent))
    network = SkipSpec((4,), (4,), (0,), (3,), (3,), ('nearest',))
    settings = features.SETTINGS['fast']
    patch.setitem(
        features.SETTINGS, 'fast', replace(settings, network=network)
    )
    shared = denoise.CORRELATED['fast']
    fit = replace(shared.fit, check_every=1, num_samples=2)
    patch.setitem(denoise.CORRELATED, 'fast', replace(shared, fit=fit))
    light = replace(
        deep_image_prior.LIGHT['fast'], network=UNetSpec((4, 4), norm='batch')
    )
    patch.setitem(deep_image_prior.LIGHT, 'fast', light)
    patch.setattr(compare_architectures, '_WIDTH', 4)
    patch.setattr(block_groups, 'RADIUS', 8)
    patch.setitem(sample_prior._WIDTHS, 'fast', 4)


@pytest.fixture(scope='session')
def manifest() -> PluginManifest:
    """What the installed package tells napari, read once."""
    from npe2 import PluginManifest

    return PluginManifest.from_distribution('napari-dip')


@pytest.fixture(scope='module')
def window(qapp, manifest):
    """One viewer for all tests of a file, another after one that closes it.

    To make one takes longer than most of what tests do with it.
    """
    from app_model import Application
    from napari import Viewer
    from napari._app_model._app import NapariApplication, _napari_names
    from napari._qt._qapp_model.qactions import init_qactions
    from napari._qt.qt_main_window import _QtMainWindow
    from napari._qt.qt_viewer import QtViewer
    from napari._qt.threads.status_checker import StatusChecker
    from napari.plugins import _initialize_plugins
    from npe2._pytest_plugin import TestPluginManager
    from qtpy.QtWidgets import QWidget

    plugins = TestPluginManager()
    plugins.register(manifest)
    viewers = []

    def is_open():
        return bool(viewers) and hasattr(viewers[-1].window, '_qt_window')

    def find():
        if not is_open():
            forget()
            app = NapariApplication('test_window')
            app.injection_store.namespace = _napari_names
            patch.setattr(NapariApplication, 'get_app_model', lambda: app)
            viewers.append(Viewer(show=False, show_welcome_screen=False))
        return viewers[-1]

    def forget():
        Application.destroy('test_window')
        for once in (_initialize_plugins, init_qactions):
            once.cache_clear()

    def nothing(*_):
        pass

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr('npe2.PluginManager.instance', lambda: plugins)
        patch.setattr(StatusChecker, 'start', nothing)
        patch.setattr(QtViewer, '_get_console', lambda *_: QWidget())
        patch.setattr(_QtMainWindow, '_save_current_window_settings', nothing)
        yield find
        if is_open():
            viewers[-1].close()
    forget()
    QtViewer._instances.clear()


@pytest.fixture
def viewer(window, qtbot):
    """That viewer, as it was when it was new."""
    from napari.settings import get_settings

    get_settings().reset()
    viewer = window()
    yield viewer
    if viewer is window():
        viewer.window.remove_dock_widget('all')
        viewer.layers.clear()
        viewer.dims.reset()
        viewer.reset_view()


@pytest.fixture
def make_problem() -> Callable[..., Problem]:
    """Build a problem of a network of a few hundred weights."""
    import torch

    from napari_dip.engine.problem import Problem
    from napari_dip.latents.noise import FixedLatent, uniform_noise
    from napari_dip.networks import UNetSpec, initialise
    from napari_dip.operators.identity import Identity

    def make(
        network: nn.Module | None = None,
        *,
        shape: tuple[int, int] = (20, 24),
        held_out: float = 0.1,
        jitter: float = 0.03,
        **parts: Any,
    ) -> Problem:
        generator = torch.Generator().manual_seed(7)
        if network is None:
            network = UNetSpec((4, 4)).build(3, 1)
            initialise(network, 0)
        data = torch.randn((1, 1, *shape), generator=generator)
        chance = torch.rand((1, 1, *shape), generator=generator)
        defaults = {
            'latent': FixedLatent(uniform_noise(3, shape, 0, 1.0), jitter),
            'operator': Identity(),
            'data': data,
            'known': torch.ones_like(data),
            'held_out': (chance < held_out).to(data),
        }
        return Problem(network, **{**defaults, **parts})

    return make


@pytest.fixture
def make_fit(make_problem: Callable[..., Problem]) -> Callable[..., Fit]:
    """Build a fit that looks at loss and metric after every iteration."""
    from napari_dip.engine.early_stopping import EarlyStopping
    from napari_dip.engine.fit import Fit
    from napari_dip.engine.settings import FitSettings

    def make(
        problem: Problem | None = None,
        metrics: Any = (),
        *,
        seed: int = 0,
        patience: int = 1000,
        **settings: Any,
    ) -> Fit:
        defaults = {
            'num_iter': 12,
            'learning_rate': 1e-2,
            'schedule': 'constant',
            'check_every': 1,
            'decay': 0.9,
        }
        followed, *observers = [*metrics] or [None]
        return Fit(
            problem or make_problem(),
            FitSettings(**{**defaults, **settings}),
            followed and EarlyStopping(followed, patience),
            observers=observers,
            seed=seed,
        )

    return make
