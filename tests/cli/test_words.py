from __future__ import annotations

import ast
import os
import re
from pathlib import Path

import pytest

import napari_dip
from napari_dip.cli.words import in_options, option_names, shown

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
