from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import nn

from napari_dip import invert_features
from napari_dip.tasks.presets.features import count_starts
from napari_dip.tasks.prior.models import list_layers
from tests.tasks.contract import no_memory

FEW = {'preset': 'fast', 'device': 'cpu'}


def small(channels: int = 1) -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(channels, 8, 3, padding=1),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 8, 3, padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d(1),
        nn.Flatten(),
        nn.Linear(8, 2),
    ).eval()


@pytest.fixture
def file(tmp_path):
    path = tmp_path / 'small.pt'
    torch.jit.save(torch.jit.script(small()), path)
    return str(path)


def error(image, truth):
    return np.sqrt(np.mean((image - truth) ** 2))


@pytest.mark.slow
def test_the_image_has_the_features_of_the_other(image):
    truth = image.astype(float)
    found, info = invert_features(
        truth, small(), '1', **FEW, max_num_iter=150, return_info=True
    )
    distances = [value for _, value in info.curves['1']]
    assert distances[-1] < 0.1 * distances[0]
    assert error(found, truth) < 0.7 * truth.std()
    assert any(note.startswith('Layer 1: ') for note in info.notes)


def test_a_file_gives_the_same_as_its_module(image, file):
    kept = {**FEW, 'max_num_iter': 3}
    of_module = invert_features(image, small(), '1', **kept)
    of_file = invert_features(image, file, 'relu_1', **kept)
    np.testing.assert_allclose(of_file, of_module, rtol=1e-4)


def test_layers_of_a_file_are_its_operations(image, file):
    names = list_layers(file)
    assert names[:4] == ['conv2d_1', 'relu_1', 'max_pool2d_1', 'conv2d_2']
    with pytest.raises(ValueError, match=r'choose one of conv2d_1, relu_1'):
        invert_features(image, file, 'nothing', **FEW)


def test_several_layers_in_one_run(image, file):
    _, info = invert_features(
        image, file, 'relu_1, relu_2', **FEW, max_num_iter=2, return_info=True
    )
    assert set(info.companions) == {'layer relu_2'}
    assert info.companions['layer relu_2'].shape == image.shape
    assert info.arguments['model'] == file


def test_of_two_starts_the_one_with_the_nearer_features_is_taken(image):
    options = {**FEW, 'max_num_iter': 3, 'return_info': True}
    ends = []
    for seed in (0, 1):
        _, info = invert_features(image, small(), '1', seed=seed, **options)
        ends.append(info.loss_history[2::3])
        assert len(ends[-1]) == 2
        assert info.curves['1'][-1] == (3, min(ends[-1]))
        assert any('from another start' in note for note in info.notes)
    # The second start is the first one of the next seed.
    assert ends[0][1] == ends[1][0] != ends[0][0]


def test_the_published_recipe_has_one_start():
    assert count_starts('ulyanov2018') == 1


def test_a_grey_image_is_repeated_for_a_model_of_colours(image):
    _, info = invert_features(
        image, small(3), '1', **FEW, max_num_iter=2, return_info=True
    )
    assert any('repeated' in note for note in info.notes)


@pytest.mark.parametrize(
    ('layer', 'message'),
    [
        ('conv9', "layer: 'conv9' is not among .* choose one of 0, 1, 2, 3"),
        ('7', "layer: what '7' gives out has no rows and columns; choose"),
        ('1, 7', "layer: what '7' gives out"),
    ],
)
def test_layers_that_cannot_be_inverted(image, layer, message):
    with pytest.raises(ValueError, match=message):
        invert_features(image, small(), layer, **FEW)


def test_a_model_of_another_size(image):
    model = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(9, 2))
    with pytest.raises(ValueError, match=r'it does not take .* 24 × 28'):
        invert_features(image, model, '0')


def test_a_model_without_room_is_not_told_to_be_of_another_size(image):
    class Large(nn.Module):
        def forward(self, image):
            no_memory()

    with pytest.raises(MemoryError, match=r'^Not enough memory on cpu'):
        invert_features(image, Large(), '0')


def test_a_model_of_many_channels(image):
    with pytest.raises(ValueError, match=r'normalisation: .* takes 1; choose'):
        invert_features(image, small(), '1', normalisation='imagenet')
