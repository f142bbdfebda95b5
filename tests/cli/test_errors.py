from __future__ import annotations

from pathlib import Path

import pytest

from napari_dip.cli.errors import ArgumentError, about, engine_problems
from napari_dip.io.errors import FileError

INPUT = Path('cells.tif')
NAMES = {
    'image': 'INPUT (cells.tif)',
    'mask': 'MASK (holes.png)',
    'repeats': '--repeat',
}


def test_about_names_argument_and_file() -> None:
    with (
        pytest.raises(ArgumentError, match=r'^INPUT \(cells.tif\): it is bad'),
        about('INPUT', INPUT),
    ):
        raise FileError('it is bad.')


@pytest.mark.parametrize(
    ('error', 'sentence'),
    [
        (ValueError('image: flat; x.'), 'INPUT (cells.tif): flat; x.'),
        (TypeError('mask: odd; x.'), 'MASK (holes.png): odd; x.'),
        (ValueError('repeats: flat; x.'), '--repeat: flat; x.'),
        (
            ValueError('max_num_iter: 0; give one, or None to stop.'),
            '--max-num-iter: 0; give one, or leave it out to stop.',
        ),
        (
            ValueError('image: a stack; name it with channel_axis.'),
            'INPUT (cells.tif): a stack; name it with --channel-axis.',
        ),
        (
            MemoryError(
                'Not enough memory on cuda for this image; choose '
                'device="cpu".'
            ),
            (
                'INPUT (cells.tif): not enough memory on cuda for this '
                'image; choose --device cpu.'
            ),
        ),
    ],
)
def test_sentences_of_the_restoration(error: Exception, sentence: str) -> None:
    with (
        pytest.raises(ArgumentError) as caught,
        engine_problems(NAMES),
    ):
        raise error
    assert str(caught.value) == sentence


def test_memory_that_the_restoration_did_not_foresee() -> None:
    with (
        pytest.raises(ArgumentError, match=r'not enough memory.*crop'),
        engine_problems(NAMES),
    ):
        raise MemoryError('Unable to allocate 9 TiB')


def test_faults_of_the_program_are_not_blamed_on_the_user() -> None:
    with (
        pytest.raises(TypeError, match='unsupported operand'),
        engine_problems(NAMES),
    ):
        raise TypeError('unsupported operand')
