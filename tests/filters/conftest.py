from types import SimpleNamespace

import pytest
import torch

from napari_dip.engine.losses import squared_error


@pytest.fixture
def problem():
    generator = torch.Generator().manual_seed(0)
    texture = torch.zeros(1, 1, 80, 80)
    texture[..., 24:56, 24:56] = 3 * torch.sin(torch.arange(32) * 1.3)
    noise = torch.randn(texture.shape, generator=generator)
    known = torch.ones_like(texture)
    known[..., 40, 40] = 0
    held_out = torch.zeros_like(texture)
    held_out[..., ::9, ::9] = 1
    data = (texture + 0.3 * noise) * known
    return SimpleNamespace(
        data=data,
        known=known,
        held_out=held_out,
        deviation=None,
        even=False,
        loss=squared_error,
        half=None,
        neighbours=(),
    )
