from __future__ import annotations

import json
import math
from pathlib import Path

from napari_dip.cli.report import write_report


def test_numbers_without_a_word_in_json(tmp_path: Path) -> None:
    path = tmp_path / 'a.json'
    content = {'loss': [math.nan, 1.5], 'figures': [(1, math.inf)], 'µ': 'µm'}
    write_report(path, content, overwrite=False)
    assert json.loads(path.read_text('utf-8')) == {
        'loss': [None, 1.5],
        'figures': [[1, None]],
        'µ': 'µm',
    }
