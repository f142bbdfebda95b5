from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from napari_dip.models.opening import open_model


class Writes(nn.Module):
    def forward(self, image: Tensor) -> Tensor:
        torch.save(image, 'written')
        return image


class WritesWhenRead(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.weights = torch.zeros(2)

    @torch.jit.export
    def __getstate__(self) -> tuple[Tensor, bool]:
        return self.weights, self.training

    @torch.jit.export
    def __setstate__(self, state: tuple[Tensor, bool]) -> None:
        self.weights, self.training = state
        torch.save(self.weights, 'written')

    def forward(self, image: Tensor) -> Tensor:
        return image


class Maps(nn.Module):
    def forward(self, image: Tensor) -> Tensor:
        return image + torch.ops.aten.from_file('written', True, 16).sum()


@pytest.mark.parametrize('network', [Writes, WritesWhenRead, Maps])
def test_a_network_that_writes_files_is_not_read(
    tmp_path, monkeypatch, network
):
    monkeypatch.chdir(tmp_path)
    torch.jit.save(torch.jit.script(network()), 'model.pt')
    with pytest.raises(ValueError, match='calls "save" or "from_file", with'):
        open_model('model.pt')
    assert [path.name for path in tmp_path.iterdir()] == ['model.pt']


def test_damaged(tmp_path):
    path = tmp_path / 'model.pt'
    torch.jit.save(torch.jit.script(nn.ReLU()), path)
    path.write_bytes(path.read_bytes().replace(b'ReLU', b'RoLU'))
    with pytest.raises(ValueError, match='cannot be read as TorchScript'):
        open_model(path)
