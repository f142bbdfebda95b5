from __future__ import annotations

from types import SimpleNamespace

import psutil
import pytest
import torch

from napari_dip.device import choice as module
from napari_dip.device.choice import (
    PeakMemory,
    available_devices,
    device_description,
    free_memory,
    has_fast_bfloat16,
    is_out_of_memory,
    precision_context,
    release_cache,
    resolve_device,
)


@pytest.fixture
def machine(monkeypatch):
    """Pretend a machine with some CUDA GPUs and perhaps Apple's."""

    def pretend(cuda: int = 0, mps: bool = False):
        monkeypatch.setattr(torch.cuda, 'is_available', lambda: cuda > 0)
        monkeypatch.setattr(torch.cuda, 'device_count', lambda: cuda)
        monkeypatch.setattr(torch.backends.mps, 'is_available', lambda: mps)

    return pretend


@pytest.mark.parametrize(
    ('cuda', 'mps', 'expected'),
    [
        (0, False, ['cpu']),
        (0, True, ['mps', 'cpu']),
        (1, False, ['cuda', 'cpu']),
        (3, False, ['cuda', 'cuda:1', 'cuda:2', 'cpu']),
    ],
)
def test_auto_is_the_fastest_there_is(machine, cuda, mps, expected):
    machine(cuda, mps)
    assert available_devices() == expected
    assert resolve_device('auto') == torch.device(expected[0])
    for name in expected:
        assert resolve_device(name) == torch.device(name)


@pytest.mark.parametrize(
    'name',
    [
        *('gpu', '', 'CUDA', 'cuda:', 'cuda:x', 'cuda:-1', 'cpu:²', 'tpu:0'),
        *('cpu:٣', 'cuda:٣', 'cuda:1 ', 'cuda:1\n', 'auto:0'),
    ],
)
def test_an_unknown_name_gets_the_choices(machine, name):
    machine(cuda=2)
    with pytest.raises(ValueError, match='device') as caught:
        resolve_device(name)
    assert repr(name) in str(caught.value)
    assert "choose 'auto', 'cpu', 'cuda'" in str(caught.value)


@pytest.mark.parametrize('name', ['cuda', 'cuda:0'])
def test_cuda_asked_for_and_absent(machine, name):
    machine()
    with pytest.raises(ValueError, match=r"device: .*choose 'cpu' or 'auto'"):
        resolve_device(name)


def test_mps_asked_for_and_absent(machine):
    machine(cuda=1)
    with pytest.raises(ValueError, match=r"device: 'mps'.*choose 'cpu'"):
        resolve_device('mps')


def test_a_cuda_gpu_that_is_not_there(machine):
    machine(cuda=2)
    assert resolve_device('cuda:1').index == 1
    with pytest.raises(
        ValueError, match=r"device: 'cuda:99'.*only 2 .*choose 'cuda'"
    ):
        resolve_device('cuda:99')


def test_the_cpu_is_described_and_has_memory():
    cpu = torch.device('cpu')
    assert 'CPU' in device_description(cpu)
    assert free_memory(cpu) > 2**20
    release_cache(cpu)


def test_what_the_allocator_holds_unused_is_free_too(monkeypatch):
    for name, answer in {
        'mem_get_info': (1000, 8000),
        'memory_reserved': 500,
        'memory_allocated': 200,
    }.items():
        monkeypatch.setattr(torch.cuda, name, lambda device, a=answer: a)
    assert free_memory(torch.device('cuda')) == 1300


@pytest.mark.parametrize(
    ('error', 'expected'),
    [
        (MemoryError(), True),
        (torch.OutOfMemoryError('CUDA out of memory. Tried …'), True),
        (RuntimeError("DefaultCPUAllocator: can't allocate memory: …"), True),
        (RuntimeError('MPS backend out of memory'), True),
        # oneDNN, under a limit of the address space.
        (RuntimeError('could not create a primitive'), True),
        (RuntimeError('size mismatch'), False),
        (ValueError('out of memory'), False),
    ],
)
def test_out_of_memory_is_told_from_other_errors(error, expected):
    assert is_out_of_memory(error) is expected


@pytest.mark.parametrize('fast', [False, True])
def test_bfloat16_only_where_it_is_fast_and_wanted(monkeypatch, fast):
    cpu = torch.device('cpu')
    monkeypatch.setattr(module, 'has_fast_bfloat16', lambda device: fast)
    one = torch.ones(4, 4)
    with precision_context(cpu, 'auto'):
        assert (one @ one).dtype == (torch.bfloat16 if fast else torch.float32)
    with precision_context(cpu, 'float32'):
        assert (one @ one).dtype == torch.float32


@pytest.mark.parametrize(
    ('units', 'fast'),
    [
        ({'amx_bf16': True}, True),
        ({'amx_bf16': False, 'avx512_bf16': True}, True),
        ({'avx512_f': True, 'avx2': True}, False),
        ({}, False),
    ],
)
def test_the_hardware_says_whether_bfloat16_is_fast(monkeypatch, units, fast):
    monkeypatch.setattr(torch.cpu, 'get_capabilities', lambda: units)
    assert has_fast_bfloat16(torch.device('cpu')) is fast
    assert not has_fast_bfloat16(torch.device('mps'))


@pytest.mark.parametrize('name', ['cpu:5', 'cpu:' + '9' * 5000, 'cpu:00'])
def test_there_is_one_cpu(machine, name):
    machine()
    pattern = r"device: .*only one.*choose 'cpu'"
    with pytest.raises(ValueError, match=pattern) as caught:
        resolve_device(name)
    assert len(str(caught.value)) < 100
    assert resolve_device('cpu:0').type == 'cpu'


def test_the_peak_is_the_most_that_was_seen(monkeypatch):
    sizes = iter([100, 700, 300])

    def memory_info():
        return SimpleNamespace(rss=next(sizes))

    monkeypatch.setattr(
        psutil, 'Process', lambda: SimpleNamespace(memory_info=memory_info)
    )
    memory = PeakMemory(torch.device('cpu'))
    memory.look()
    memory.look()
    assert memory.peak == 700


def test_a_process_takes_some_memory():
    assert PeakMemory(torch.device('cpu')).peak > 2**20


@pytest.mark.parametrize(
    ('name', 'where'), [('cpu', 'cpu'), ('mps', 'cpu'), ('cuda', 'cuda')]
)
def test_equations_are_solved_where_they_can_be(name, where):
    like = SimpleNamespace(device=torch.device(name), is_cuda=name == 'cuda')
    assert module.solver_device(like) == torch.device(where)
