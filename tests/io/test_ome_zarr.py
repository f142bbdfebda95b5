"""Results on disk are cleaned up."""

import gc

import numpy as np
import pytest

pytest.importorskip('zarr')

from napari_dip.io.errors import FileError
from napari_dip.io.ome_zarr import create_scratch


def test_a_folder_goes_with_its_array(tmp_path, monkeypatch):
    monkeypatch.setattr('tempfile.tempdir', str(tmp_path))
    array = create_scratch((3, 8, 8), 'TYX')
    array[1] = 4
    assert np.isnan(array[0]).all()
    assert array[1].min() == 4
    [folder] = tmp_path.iterdir()
    del array
    gc.collect()
    assert not folder.exists()


def test_no_room_is_told_and_leaves_nothing(tmp_path, monkeypatch):
    monkeypatch.setattr('tempfile.tempdir', str(tmp_path))
    with pytest.raises(FileError, match='the disk is full'):
        create_scratch((10**9, 2**15, 2**15), 'TYX')
    assert not [*tmp_path.iterdir()]
