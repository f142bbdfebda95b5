"""Write the small network as an exported program: `python FILE OUTPUT`.

A process of its own, for `torch.export` imports what clashes with Mesa.
"""

from __future__ import annotations

import json
import sys
import tempfile
import zipfile
from pathlib import Path

import torch
from torch import Tensor, nn


class Small(nn.Module):
    """Convolutions, a sum, a resampling and a buffer that nothing reads."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(inplace=True))
        self.second = nn.Conv2d(4, 4, 3, padding=1)
        self.pool = nn.MaxPool2d(2)
        self.register_buffer('mean', torch.tensor([0.4]))
        self.register_buffer('std', torch.tensor([0.2]))

    def forward(self, image: Tensor) -> Tensor:
        found = self.first(image)
        found = torch.relu(found + self.second(found))
        small = self.pool(found)
        size = (found.shape[2], found.shape[3])
        return found - nn.functional.interpolate(small, size=size)


def small() -> nn.Module:
    """Make it with weights that do not depend on the version."""
    network = Small().eval()
    for weights in network.parameters():
        places = torch.arange(weights.numel(), dtype=torch.float32)
        weights.data = torch.sin(places).reshape(weights.shape)
    return network


def write(path: Path) -> None:
    """Export it, for images of any size, without traces of sources."""
    free = torch.export.Dim.AUTO
    program = torch.export.export(
        small(),
        (torch.zeros(1, 1, 24, 28),),
        dynamic_shapes=({2: free, 3: free},),
    )
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / 'small.pt2'
        torch.export.save(program, whole)
        with (
            zipfile.ZipFile(whole) as old,
            zipfile.ZipFile(path, 'w', zipfile.ZIP_DEFLATED) as new,
        ):
            for name in old.namelist():
                new.writestr(name, without_traces(old.read(name), name))


def without_traces(data: bytes, name: str) -> bytes:
    """Take out where each operation stands in a source."""
    if '/models/' not in name:
        return data
    program = json.loads(data)
    for node in program['graph_module']['graph']['nodes']:
        node['metadata'].pop('stack_trace', None)
    return json.dumps(program).encode()


if __name__ == '__main__':
    write(Path(sys.argv[1]))
