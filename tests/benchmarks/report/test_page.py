from __future__ import annotations

import pytest

from benchmarks.report.page import fill, table

TEMPLATE = """# {title}

## Rows

| name | number |
| --- | ---: |
|rows| {name} | {number:.1f} |

{plot}

## Other

Text.

{other}
"""


@pytest.fixture
def write(tmp_path):
    template = tmp_path / 'any.md'
    template.write_text(TEMPLATE)
    names = {'title': 'Title', 'rows': [], 'plot': '', 'other': ''}

    def write(**parts):
        output = tmp_path / 'docs' / 'page.md'
        return fill(template, output, **(names | parts)).read_text()

    return write


def test_rows_are_written_in_their_format_and_blank_where_unknown(write):
    rows = [{'name': 'a', 'number': 1.25}, {'name': 'b', 'number': None}]
    text = write(rows=rows)
    assert '| a | 1.2 |\n| b |  |\n' in text
    assert 'do not edit' in text


def test_a_section_is_left_out_where_nothing_fills_it(write):
    assert 'Other' not in write(rows=[{'name': 'a'}])
    text = write(other='filled')
    assert '## Rows' not in text
    assert text.endswith('Text.\n\nfilled\n')


def test_a_table_has_numbers_to_the_right():
    assert table(['one', 'none'], {'b': ['2', '']}) == (
        '| method | b |\n| --- | ---: |\n| one | 2 |'
    )
    assert table(['none'], {'b': ['']}) == ''
