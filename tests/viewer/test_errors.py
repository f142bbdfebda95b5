from __future__ import annotations

import pytest

from napari_dip.viewer.errors import describe_error


@pytest.mark.parametrize(
    ('error', 'sentence'),
    [
        (ValueError('mask: it is empty.'), 'mask: it is empty.'),
        (TypeError('image: it is text.'), 'image: it is text.'),
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
