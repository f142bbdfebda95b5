from __future__ import annotations

from pathlib import Path

import pytest

from napari_dip.io.errors import FileError
from napari_dip.io.formats import ENDINGS, Format, format_of


@pytest.mark.parametrize(
    ('name', 'format_'),
    [
        ('a.tif', Format.TIFF),
        ('a.TIFF', Format.TIFF),
        ('a.ome.tif', Format.OME_TIFF),
        ('a.OME.TIFF', Format.OME_TIFF),
        ('a.b.png', Format.PNG),
        ('a.npy', Format.NPY),
    ],
)
def test_format_of(name: str, format_: Format) -> None:
    assert format_of(Path('folder.png', name)) is format_


@pytest.mark.parametrize('name', ['a.gif', 'a', 'tif', 'a.tif.gz'])
def test_unknown_ending_lists_the_known(name: str) -> None:
    with pytest.raises(FileError, match='not known') as caught:
        format_of(Path(name))
    assert all(ending in str(caught.value) for ending in ENDINGS)
