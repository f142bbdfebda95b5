"""Results of small restorations beside those that were written down.

``pytest -m reference`` compares, ``pytest -m reference --write-reference``
writes them anew. The bits are compared where the machine and PyTorch are those
that they were written on, the decibels everywhere.
"""

from __future__ import annotations

import hashlib
import json
import platform
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from .images import DATA, REFERENCES

EXPECTED = Path(__file__).parent / 'expected.json'
# Decibels that other processors and releases may differ by.
TOLERANCE = 0.1

pytestmark = pytest.mark.reference


def _machine() -> str:
    capability = torch.backends.cpu.get_cpu_capability()
    return f'{platform.machine()} {capability} PyTorch {torch.__version__}'


def _look(name: str) -> dict[str, Any]:
    reference = REFERENCES[name]()
    restored = np.ascontiguousarray(reference.run())
    digest = hashlib.sha256(restored.tobytes()).hexdigest()[:16]
    psnr = reference.psnr(restored)
    return {'hash': digest, 'psnr': None if psnr is None else round(psnr, 3)}


@pytest.fixture(scope='module', autouse=True)
def one_thread():
    assert DATA.is_dir(), f'{DATA} is missing; set NAPARI_DIP_DATA.'
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.mark.parametrize('name', REFERENCES)
def test_result_is_what_it_was(name, request):
    found = _look(name)
    content = json.loads(EXPECTED.read_text()) if EXPECTED.exists() else {}
    if request.config.getoption('--write-reference'):
        if content.get('machine') != _machine():
            content = {'machine': _machine(), 'results': {}}
        content['results'][name] = found
        EXPECTED.write_text(json.dumps(content, indent=1) + '\n')
        return
    expected = content['results'][name]
    if content['machine'] == _machine():
        assert found == expected
    elif expected['psnr'] is not None:
        assert found['psnr'] == pytest.approx(expected['psnr'], abs=TOLERANCE)
