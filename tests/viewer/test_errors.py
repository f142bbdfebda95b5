from __future__ import annotations

import pytest

from napari_dip.viewer.errors import RestorationError, describe_error


def caused(error):
    wrapped = RestorationError(str(error))
    wrapped.__cause__ = error
    return wrapped


@pytest.mark.parametrize(
    ('error', 'sentence'),
    [
        (ValueError('mask: it is empty.'), 'mask: it is empty.'),
        (TypeError('image: it is text.'), 'image: it is text.'),
        (OSError('cannot read'), 'restoration failed (OSError): cannot read'),
        (caused(RuntimeError('odd')), 'failed (RuntimeError): odd'),
        (caused(RuntimeError('CUDA out of memory.')), 'not enough memory'),
        (MemoryError('Unable to allocate 3 GiB'), 'not enough memory'),
        (KeyError(), 'restoration failed (KeyError)'),
    ],
)
def test_sentences(error, sentence):
    text = describe_error(error)
    assert sentence in text
    assert '\n' not in text
