from __future__ import annotations

from dataclasses import replace

import pytest

from napari_dip.session.progress import Phase, Progress
from napari_dip.viewer.panel.words import (
    describe_bytes,
    describe_end,
    describe_notes,
    describe_progress,
    describe_seconds,
)

SPACE = '\N{NO-BREAK SPACE}'
PROGRESS = Progress(1200, 3000, 0.1, None, 0, 61.4, 90.0, 'it was enough')


@pytest.mark.parametrize(
    ('seconds', 'text'),
    [
        (0.2, '0 s'),
        (59.6, '1_min_0_s'),
        (95, '1_min_35_s'),
        (3599.7, '1_h_0_min'),
        (7300, '2_h_1_min'),
    ],
)
def test_durations(seconds, text):
    expected = text.replace('0 s', '0_s').replace('_', SPACE)
    assert describe_seconds(seconds) == expected


@pytest.mark.parametrize(
    ('number', 'text'), [(3_000_000, '3 MB'), (12_340_000_000, '12.3 GB')]
)
def test_memory(number, text):
    assert describe_bytes(number) == text


def test_progress():
    text = describe_progress(PROGRESS).replace(SPACE, ' ')
    assert text == (
        'Fitting · 1,200 of 3,000 iterations · 1 min 1 s · '
        'about 1 min 30 s left'
    )


def test_progress_of_a_series():
    series = replace(PROGRESS, plane=13, num_planes=41)
    text = describe_progress(series)
    assert text.startswith('Plane 13 of 41 · Fitting')
    # One network for several planes is that of none of them.
    text = describe_progress(replace(series, is_shared=True))
    assert text.startswith('12 of 41 planes done · Fitting')


def test_progress_of_the_preparation():
    assert describe_progress(Progress.preparing(3.2)) == 'Preparing · 3\xa0s'


def test_progress_of_the_last_steps():
    last = replace(PROGRESS, phase=Phase.FILTERS)
    text = describe_progress(last).replace(SPACE, ' ')
    assert text == 'Filters · 1 min 1 s · about 1 min 30 s left'


def test_end():
    text = describe_end(PROGRESS).replace(SPACE, ' ')
    assert text.startswith('Ended at 1,200 of 3,000 iterations after 1 min')
    assert text.endswith(': it was enough.')


def test_notes_of_many_planes_are_counted():
    notes = [f'Plane {n}.' for n in range(9)]
    assert describe_notes(notes, 1) == ' '.join(notes)
    assert describe_notes(notes[:6], 9) == ' '.join(notes[:6])
    told = describe_notes(notes, 9)
    assert told.startswith('Plane 0. Plane 1.')
    assert told.endswith('3 more notes are in the metadata of the layer.')
