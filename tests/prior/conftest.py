from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import torch
from torch import nn

from napari_dip.engine.fit import Fit
from napari_dip.engine.problem import Problem
from napari_dip.engine.settings import FitSettings
from napari_dip.latents.base import FixedLatent, uniform_noise
from napari_dip.networks import initialise
from napari_dip.operators.downsample import Identity
from napari_dip.prior.networks import TrunkSpec


@pytest.fixture(autouse=True, scope='session')
def one_thread() -> Iterator[None]:
    """Tiny networks are quicker on one thread, and the same everywhere."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(threads)


@pytest.fixture
def make_problem() -> Callable[..., Problem]:
    """Build a problem of a network of a few hundred weights."""

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
            network = TrunkSpec((4, 4)).build(3, 1)
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
    """Build a fit that looks at loss and figure after every iteration."""

    def make(
        problem: Problem | None = None,
        rules: Any = (),
        *,
        seed: int = 0,
        **settings: Any,
    ) -> Fit:
        defaults = {
            'num_iter': 12,
            'learning_rate': 1e-2,
            'schedule': 'constant',
            'check_every': 1,
            'decay': 0.9,
        }
        return Fit(
            problem or make_problem(),
            FitSettings(**{**defaults, **settings}),
            rules,
            seed=seed,
        )

    return make
