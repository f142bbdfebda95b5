"""The bundled images are what their loaders say, and are attributed."""

from __future__ import annotations

import subprocess
import sys
from importlib.resources import files

import numpy as np
import pytest

from napari_dip import samples

EXPECTED = {
    'cells': [((128, 128), 'uint16', 'image')],
    'histology': [((512, 512, 3), 'uint8', 'image')],
    'nuclei': [((512, 512), 'uint16', 'image')],
    'scratched_membranes': [
        ((256, 256), 'uint16', 'image'),
        ((256, 256), 'uint8', 'labels'),
    ],
    'strontium_titanate': [((512, 512), 'uint16', 'image')],
}


@pytest.mark.parametrize('name', EXPECTED)
def test_layers_have_the_documented_form(name: str) -> None:
    layers = getattr(samples, name)()
    assert [
        (data.shape, data.dtype.name, kind) for data, _, kind in layers
    ] == EXPECTED[name]


def test_every_public_loader_is_expected() -> None:
    assert sorted(samples.__all__) == sorted(EXPECTED)


@pytest.mark.parametrize('name', EXPECTED)
def test_layer_names_are_readable_and_unlike(name: str) -> None:
    names = [
        attributes['name'] for _, attributes, _ in getattr(samples, name)()
    ]
    assert len(set(names)) == len(names)
    assert not any('_' in layer for layer in names)


@pytest.mark.parametrize('name', EXPECTED)
def test_contrast_limits_show_most_of_the_image(name: str) -> None:
    data, attributes, _ = getattr(samples, name)()[0]
    low, high = attributes.get('contrast_limits', (0, 255))
    inside = (data >= low) & (data <= high)
    assert inside.mean() > 0.9


def test_damage_marks_the_saturated_pixels() -> None:
    (image, _, _), (labels, _, _) = samples.scratched_membranes()
    assert set(np.unique(labels)) == {0, 1, 2}
    assert (image[labels > 0] == 4095).all()
    assert 0.01 < (labels > 0).mean() < 0.05


def test_strontium_titanate_has_a_large_offset() -> None:
    [(image, _, _)] = samples.strontium_titanate()
    assert image.min() > 30 * np.ptp(image)


def test_loaders_return_fresh_arrays() -> None:
    [(first, _, _)] = samples.nuclei()
    first[:] = 0
    [(second, _, _)] = samples.nuclei()
    assert second.any()


def test_every_file_is_attributed() -> None:
    folder = files(samples)
    text = (folder / 'SOURCES.md').read_text(encoding='utf-8')
    names = [f.name for f in folder.iterdir() if f.name.endswith('.tif')]
    assert names
    assert [name for name in names if f'`{name}`' not in text] == []


def test_samples_are_small() -> None:
    sizes = [
        len(f.read_bytes()) for f in files(samples).iterdir() if f.is_file()
    ]
    assert sum(sizes) < 2_000_000


def test_loading_imports_neither_torch_nor_napari() -> None:
    code = (
        'import sys; from napari_dip import samples; samples.nuclei(); '
        "print(sorted({'torch', 'napari', 'qtpy'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, '-c', code],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == '[]'
