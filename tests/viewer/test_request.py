from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from napari.layers import Image

from napari_dip.tasks.base import find_task
from napari_dip.viewer.layers.layers import MaskSource, describe_image
from napari_dip.viewer.request import Request, name_result


def source(data, name='cells'):
    return describe_image(Image(data, name=name), None)


def request(name, image, **arguments):
    return Request(find_task(name), image, arguments)


def test_names_of_results():
    image = source(np.eye(20))
    mask = MaskSource(np.eye(20), 'damage', None)
    names = [
        request('denoise', image).result_name(),
        request('inpaint', image, mask=mask).result_name(),
        request('super_resolve', image, factor=(4, 4)).result_name(),
        request('super_resolve', image, factor=(2, 4)).result_name(),
    ]
    assert names == [
        'cells [DIP denoised]',
        'cells [DIP inpainted]',
        'cells [DIP ×4]',
        'cells [DIP ×2×4]',
    ]


@pytest.mark.parametrize(
    ('data', 'error'),
    [(np.eye(20) * 1j, TypeError), (np.eye(3), ValueError)],
)
def test_messages_name_the_layer(data, error):
    image = replace(source(np.eye(20), 'my cells'), data=data)
    with pytest.raises(error, match='layer "my cells"'):
        request('denoise', image).start()


@pytest.mark.parametrize(
    ('source', 'result'),
    [
        ('f0 [DIP denoised]', 'f0 [DIP denoised]'),
        ('f0 [DIP denoised] [1]', 'f0 [DIP denoised]'),
        ('f0 [DIP inpainted]', 'f0 [DIP inpainted, denoised]'),
        ('f0 [DIP denoised, ×2]', 'f0 [DIP denoised, ×2, denoised]'),
        ('f0 [1]', 'f0 [1] [DIP denoised]'),
        ('[DIP denoised]', '[DIP denoised] [DIP denoised]'),
        ('a\nb [DIP ×2]', 'a\nb [DIP ×2, denoised]'),
    ],
)
def test_names_do_not_pile_up(source, result):
    assert name_result(source, 'denoised') == result
