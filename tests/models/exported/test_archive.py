from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import torch

from napari_dip.models.opening import open_model
from tests.models import export_small

SMALL = Path(export_small.__file__).with_name('small.pt2')
IMAGE = torch.linspace(-1, 1, 22 * 30).reshape(1, 1, 22, 30)


@pytest.fixture
def changed(tmp_path):
    """Write the file with its graph, or a part, as a function changes it."""

    def write(change, part='models/'):
        path = tmp_path / 'changed.pt2'
        with zipfile.ZipFile(SMALL) as old, zipfile.ZipFile(path, 'w') as new:
            for name in old.namelist():
                data = old.read(name)
                if f'/{part}' in name:
                    found = json.loads(data)
                    change(found)
                    data = json.dumps(found).encode()
                new.writestr(name, data)
        return path

    return write


def check_layers(path):
    """Compare with the network itself, gradients too."""
    network, model = export_small.small(), open_model(path)
    for layer, module in (
        ('first', network.first),
        ('second', network.second),
        ('sub', network),
    ):
        wanted = []
        module.register_forward_hook(lambda *a, w=wanted: w.append(a[2]))
        there, here = (IMAGE.clone().requires_grad_() for _ in range(2))
        network(there)
        found = model.features(layer)(here)
        torch.testing.assert_close(found, wanted[0])
        found.sum().backward()
        wanted[0].sum().backward()
        torch.testing.assert_close(here.grad, there.grad)


def test_layers_are_those_of_the_network():
    check_layers(SMALL)


@pytest.mark.slow
def test_what_this_version_writes(tmp_path):
    path = tmp_path / 'new.pt2'
    subprocess.run(
        [sys.executable, export_small.__file__, str(path)], check=True
    )
    check_layers(path)


def test_names_are_modules_and_operations_between():
    names = open_model(SMALL).names()
    assert names[:5] == ['first.0', 'first.1', 'first', 'second', 'add']
    assert names[-3:] == ['pool', 'upsample_nearest2d', 'sub']


def test_normalisation_that_nothing_reads_is_told():
    mean, deviation = open_model(SMALL).normalisation()
    assert (mean.item(), deviation.item()) == pytest.approx((0.4, 0.2))


def test_the_size_that_it_was_saved_for(changed):
    def fix(program):
        image = program['graph_module']['graph']['tensor_values']['image']
        image['sizes'] = [{'as_int': n} for n in (1, 1, 24, 28)]

    with pytest.raises(ValueError, match=r'for 1 channels and 24 × 28 pixels'):
        open_model(changed(fix)).shapes(IMAGE)


def test_images_at_once(changed):
    def fix(program):
        image = program['graph_module']['graph']['tensor_values']['image']
        image['sizes'][0] = {'as_int': 8}

    with pytest.raises(ValueError, match='it takes 8 images at once; save it'):
        open_model(changed(fix))


def test_text_that_is_no_graph_is_not_run(changed, tmp_path):
    """What torch.export.load would run as Python."""
    target = tmp_path / 'run'
    code = f"__import__('pathlib').Path({str(target)!r}).touch() == 0"

    def plant(program):
        program['guards_code'] = [code]
        image = program['graph_module']['graph']['tensor_values']['image']
        image['sizes'][2] = {'as_expr': {'expr_str': code, 'hint': None}}

    open_model(changed(plant)).shapes(IMAGE)
    assert not target.exists()


@pytest.mark.parametrize('kind', ['weights', 'constants'])
def test_a_pickled_tensor_is_not_read(changed, kind):
    def plant(found):
        found['config']['planted'] = {
            'path_name': 'weight_0',
            'is_param': True,
            'use_pickle': True,
            'tensor_meta': None,
        }

    path = changed(plant, f'data/{kind}/model_{kind}_config')
    with pytest.raises(ValueError, match=r"holds 'planted' as a pickle"):
        open_model(path)


@pytest.mark.parametrize(
    'target',
    [
        'torch.ops.aten.from_file.default',
        'torch.ops.aten.save.default',
        'torch.ops.aten._print.default',
        'torch.ops.aten.nothing.default',
        'torch.ops.higher_order.cond',
        'torch.load',
        'os.system',
        '_operator.methodcaller',
    ],
)
def test_operations_that_are_not_known(changed, target):
    def plant(program):
        program['graph_module']['graph']['nodes'][1]['target'] = target

    with pytest.raises(ValueError, match=f"its operation '{target}' is not"):
        open_model(changed(plant))


def test_saved_while_training(changed):
    def plant(program):
        program['graph_module']['graph']['nodes'].append(
            {
                'target': 'torch.ops.aten.add_.Scalar',
                'inputs': [
                    {'name': 'self', 'arg': {'as_tensor': {'name': 'b_mean'}}},
                    {'name': 'other', 'arg': {'as_int': 1}},
                ],
                'outputs': [{'as_tensor': {'name': 'b_mean_1'}}],
                'metadata': {},
            }
        )

    with pytest.raises(ValueError, match=r'changes its weights.*eval'):
        open_model(changed(plant))


def test_older_archives(tmp_path):
    path = tmp_path / 'old.pt2'
    with zipfile.ZipFile(path, 'w') as archive:
        archive.writestr('serialized_exported_program.json', '{}')
    with pytest.raises(ValueError, match=r'newer version of PyTorch'):
        open_model(path)


def test_damaged(changed, tmp_path):
    def plant(program):
        del program['graph_module']['graph']['nodes'][0]['inputs'][0]['arg']

    with pytest.raises(ValueError, match='it is damaged, or of another'):
        open_model(changed(plant))
    data = bytearray(SMALL.read_bytes())
    data[len(data) // 3] ^= 255
    path = tmp_path / 'damaged.pt2'
    path.write_bytes(data)
    with pytest.raises(ValueError, match='cannot be read as an exported'):
        open_model(path)
