from __future__ import annotations

import ast
import os
import re
from pathlib import Path

import pytest

import napari_dip
from napari_dip.cli.messages import (
    ArgumentError,
    about,
    engine_problems,
    in_options,
    option_names,
    shown,
)
from napari_dip.io.errors import FileError

ROOT = Path(napari_dip.__file__).parent
OPTIONS = option_names()
# Words that mean something in a call and nothing on a command line.
CODE = re.compile(
    rf'\bNone\b|return_info|\w=["\']|\b({"|".join(OPTIONS)})_|'
    rf'(?<!-)\b({"|".join(name for name in OPTIONS if "_" in name)})\b'
)


@pytest.mark.parametrize(
    ('sentence', 'expected'),
    [
        ('seed: -1; give 1, or None.', '--seed: -1; give 1, or leave it out.'),
        (
            'channel_axis: 1; leave it at None.',
            '--channel-axis: 1; leave it out.',
        ),
        ('choose preset="fast".', 'choose --preset fast.'),
        ('a 3-D one with a channel_axis.', 'a 3-D one with --channel-axis.'),
        ('read_noise: bad.', '--read-noise: bad.'),
        ('give a or a detector.', 'give a or leave it out and give --gain.'),
        ('the noise: bad.', 'the noise: bad.'),
    ],
)
def test_arguments_become_options(sentence: str, expected: str) -> None:
    assert in_options(sentence) == expected


def sentences() -> list[str]:
    """Collect what errors of the engine say, with gaps for the values."""
    found = []
    for folder in ROOT.iterdir():
        if folder.name in ('cli', 'io', 'samples', 'viewer'):
            continue
        for path in folder.rglob('*.py'):
            tree = ast.parse(path.read_text('utf-8'))
            for node in ast.walk(tree):
                if isinstance(node, ast.Raise) and isinstance(
                    node.exc, ast.Call
                ):
                    for argument in node.exc.args:
                        found.append(text_of(argument))
    # What only a call can do wrong says so in its own words.
    return [text for text in found if 'return_info' not in text]


def text_of(node: ast.expr) -> str:
    if isinstance(node, ast.Constant):
        return str(node.value)
    if isinstance(node, ast.JoinedStr):
        return ''.join(
            text_of(part) if isinstance(part, ast.Constant) else '…'
            for part in node.values
        )
    return ''


def test_no_word_of_a_call_is_left() -> None:
    assert len(sentences()) > 20
    left = [text for text in map(in_options, sentences()) if CODE.search(text)]
    assert left == []


def test_a_name_is_one_line() -> None:
    assert shown(Path('µ m.tif')) == 'µ m.tif'
    for name in ('a\nb.tif', 'a\x1b[2J.tif', os.fsdecode(b'a\xff.tif')):
        text = shown(Path(name))
        assert text.isprintable()
        assert ast.literal_eval(text) == name


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
