"""Adam of our own against that of torch."""

from __future__ import annotations

import copy
import subprocess
import sys

import torch

from napari_dip.engine.optimisers.adam import Adam


def _weights():
    generator = torch.Generator().manual_seed(0)
    return [
        torch.randn(shape, generator=generator).requires_grad_()
        for shape in ((3, 4), (5,))
    ]


def _loss(weights):
    return sum((w**4 + w).sum() for w in weights)


def test_it_steps_as_torch_does():
    ours, theirs = _weights(), _weights()
    adam = Adam(ours, 0.05)
    reference = torch.optim.Adam(theirs, lr=0.05)
    for rate in (0.05, 0.05, 0.02, 0.1):
        adam.learning_rate = reference.param_groups[0]['lr'] = rate
        for optimiser, weights in ((adam, ours), (reference, theirs)):
            optimiser.zero_grad()
            _loss(weights).backward()
            optimiser.step()
    for one, other in zip(ours, theirs, strict=True):
        torch.testing.assert_close(one, other)


def test_restored_moments_lead_the_same_way():
    weights = _weights()
    adam = Adam(weights, 0.05)

    def step():
        adam.zero_grad()
        _loss(weights).backward()
        adam.step()

    step()
    saved = copy.deepcopy((adam.state_dict(), [w.data for w in weights]))
    step()
    after = [w.detach().clone() for w in weights]
    adam.load_state_dict(saved[0])
    for weight, before in zip(weights, saved[1], strict=True):
        weight.data.copy_(before)
    step()
    for weight, expected in zip(weights, after, strict=True):
        torch.testing.assert_close(weight.detach(), expected)


def test_a_fit_does_not_load_the_compiler():
    code = (
        'import sys, numpy as np; from napari_dip import denoise; '
        'image = np.random.default_rng(0).poisson(9, (16, 16)); '
        'denoise(image, preset="fast", max_num_iter=1, device="cpu"); '
        'sys.exit("torch._dynamo" in sys.modules)'
    )
    assert subprocess.run([sys.executable, '-c', code]).returncode == 0
