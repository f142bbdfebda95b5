"""The README's promises: one command to run it, one to test it."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import pytest
from typer.testing import CliRunner

import napari_dip
from benchmarks.cases import SETS
from napari_dip.cli.app import make_app

CHECKOUT = Path(__file__).parents[1]
README = (CHECKOUT / 'README.md').read_text(encoding='utf-8')


def code_under(heading: str, language: str) -> list[str]:
    _, found, rest = README.partition(f'\n## {heading}\n')
    assert found, f'no heading {heading}'
    section = rest.partition('\n## ')[0]
    return re.findall(rf'```{language}\n(.*?)```', section, re.DOTALL)


@pytest.mark.parametrize('heading', ['Run it', 'Test it'])
def test_one_line_does_it(heading: str) -> None:
    [block] = code_under(heading, 'sh')
    [line] = block.splitlines()
    program, script = shlex.split(line)
    assert program == 'python3'
    assert (CHECKOUT / script).is_file()


def test_continuous_integration_runs_what_the_readme_says() -> None:
    [block] = code_under('Test it', 'sh')
    script = (CHECKOUT / '.ci' / 'run').read_text(encoding='utf-8')
    assert script.splitlines()[-1] == block.strip()


def test_python_example_uses_public_names() -> None:
    [example] = code_under('Use it from Python', 'python')
    imported = {
        alias.name
        for node in ast.walk(ast.parse(example))
        if isinstance(node, ast.ImportFrom) and node.module == 'napari_dip'
        for alias in node.names
    }
    assert imported
    assert imported <= set(napari_dip.__all__)


def test_nothing_is_installed_by_a_name_that_nobody_has_published() -> None:
    installed = [
        shlex.split(line)[-1]
        for block in code_under('Install it', 'sh')
        for line in block.splitlines()
        if line.startswith('pip install')
    ]
    assert installed
    assert all(name.startswith('.') for name in installed)


def test_linked_files_exist() -> None:
    links = re.findall(r'\]\((?!https?:)([^)#]+)\)', README)
    assert links
    assert [link for link in links if not (CHECKOUT / link).exists()] == []


def test_it_is_read_in_one_go() -> None:
    assert len(README.splitlines()) <= 120


def test_commands_are_there() -> None:
    [block] = code_under('Use it from the command line', 'sh')
    for line in block.splitlines():
        program, command, *arguments = shlex.split(line)
        assert program == 'napari-dip'
        helped = CliRunner().invoke(make_app(), [command, '--help'])
        assert helped.exit_code == 0
        options = [word for word in arguments if word.startswith('--')]
        assert [word for word in options if word not in helped.output] == []


def test_the_figure_can_be_repeated() -> None:
    [block] = code_under('How good it is', 'sh')
    words = shlex.split(block)
    assert words[:4] == ['python', '-m', 'benchmarks', 'run']
    assert words[words.index('--set') + 1] in SETS
    assert '--data' in words


def test_citation_names_this_version() -> None:
    text = (CHECKOUT / 'CITATION.cff').read_text(encoding='utf-8')
    assert f'\nversion: {napari_dip.__version__}\n' in text
