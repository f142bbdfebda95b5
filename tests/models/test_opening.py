from __future__ import annotations

import pytest
import torch

from napari_dip.models.opening import open_model


class Trap:
    def __reduce__(self):
        return (pytest.fail, ('a pickle was run',))


@pytest.mark.parametrize('is_zip', [True, False])
def test_a_pickle_is_not_run(tmp_path, is_zip):
    path = tmp_path / 'model.pt'
    torch.save(Trap(), path, _use_new_zipfile_serialization=is_zip)
    with pytest.raises(ValueError, match=r'pickle.*any program.*weights_only'):
        open_model(path)


def test_weights_alone_are_no_network(tmp_path):
    path = tmp_path / 'model.safetensors'
    path.write_bytes(b'')
    with pytest.raises(ValueError, match=r'weights alone, which is not read'):
        open_model(path)


def test_there_is_none():
    with pytest.raises(ValueError, match=r"there is no file 'no\.pt'"):
        open_model('no.pt')


def test_no_model():
    with pytest.raises(TypeError, match='model: int is no model'):
        open_model(3)
