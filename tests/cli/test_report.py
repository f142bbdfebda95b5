from __future__ import annotations

import json
import math
import os
from pathlib import Path
from types import SimpleNamespace

import pytest

from napari_dip.cli.job import Job
from napari_dip.cli.report import encode_report


@pytest.fixture
def job() -> Job:
    def never(*arguments: object) -> None:
        raise AssertionError

    return Job('x', Path('in.tif'), Path('out.tif'), never)


def report(job: Job, **content: object) -> dict[str, object]:
    record = SimpleNamespace(to_dict=lambda: content)
    return json.loads(encode_report(job, record).decode())


def test_numbers_without_a_word_in_json(job: Job) -> None:
    metrics = [(1, math.inf)]
    content = report(job, loss=[math.nan, 1.5], metrics=metrics, unit='µm')
    del content['files']
    assert content == {
        'loss': [None, 1.5],
        'metrics': [[1, None]],
        'unit': 'µm',
    }


def test_names_that_are_no_text() -> None:
    path = Path(os.fsdecode(b'a\xffb.tif'))
    files = report(Job('x', path, path, print))['files']
    assert files == {'input': str(path), 'output': str(path)}
