from __future__ import annotations

import pytest

from napari_dip.viewer.errors import describe_error


@pytest.mark.parametrize(
    ('error', 'sentence'),
    [
        (ValueError('mask: it is empty.'), '"labels": it is empty.'),
        (TypeError('image: it is text.'), '"image": it is text.'),
        (ValueError('max_num_iter: 0'), '"most iterations": 0'),
        (ValueError('quality: 0 is too low.'), '"JPEG quality": 0 is too low'),
        (ValueError('read_noise: -1.'), '"read noise": -1.'),
        (ValueError('layer "max_num_iter: 0"'), 'layer "max_num_iter: 0"'),
        (ValueError('take preset="fast".'), 'take the preset "fast".'),
        (OSError('cannot read'), 'restoration failed (OSError): cannot read'),
        (RuntimeError('odd'), 'failed (RuntimeError): odd'),
        (RuntimeError('CUDA out of memory.'), 'not enough memory'),
        (MemoryError('Unable to allocate 3 GiB'), 'not enough memory'),
        (KeyError(), 'restoration failed (KeyError)'),
    ],
)
def test_sentences(error, sentence):
    text = describe_error(error)
    assert sentence in text
    assert '\n' not in text
