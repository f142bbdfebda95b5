from __future__ import annotations

import numpy as np
import pytest
from napari.components import LayerList

from napari_dip.session.base import Snapshot
from napari_dip.viewer.layers.result import METADATA_KEY
from napari_dip.viewer.layers.stream import Stream
from napari_dip.viewer.runs.job import Outcome


@pytest.fixture
def stream(fake_session, fake_task):
    return Stream(fake_task(fake_session()), LayerList())


@pytest.fixture
def outcome(fake_session):
    """Make the outcome of a run that ended at an iteration."""

    def outcome(iteration, snapshots):
        session = fake_session(num_iter=iteration)
        session._iteration = iteration
        return Outcome(
            session.progress,
            session.result(),
            session.record().to_dict(histories=False),
            [Snapshot(i, np.full((32, 32), i, 'f4')) for i in snapshots],
        )

    return outcome


def told(stream):
    return [(i.iteration, i.leg, i.is_result) for i in stream.iterates]


def test_iterates_of_a_continued_run(stream, outcome):
    stream.show_outcome(outcome(10, [1, 4, 8]))
    assert told(stream) == [
        (1, 0, False),
        (4, 0, False),
        (8, 0, False),
        (10, 0, True),
    ]
    # The session thins its snapshots; results are never dropped.
    stream.show_outcome(outcome(20, [1, 8, 15]))
    assert told(stream) == [
        (1, 0, False),
        (8, 0, False),
        (10, 0, True),
        (15, 1, False),
        (20, 1, True),
    ]


def test_provenance_is_that_of_the_iterate_shown(stream, outcome):
    stream.show_outcome(outcome(10, [4]))
    stream.show_outcome(outcome(20, [4, 15]))
    seen = []
    for iterate in stream.iterates:
        stream.show_iterate(iterate)
        account = stream._result.layer.metadata[METADATA_KEY]
        seen.append((len(account['legs']), account['snapshot']))
        assert stream._result.layer.data[0, 0] // 1 == iterate.iteration
    assert seen == [(1, 4), (1, None), (2, 15), (2, None)]


def test_closed_stream_holds_and_does_nothing(stream, outcome):
    stream.show_outcome(outcome(10, [4]))
    provenance = stream.provenance
    stream.close()
    stream.discard()
    stream.fail('too late')
    assert stream.iterates == []
    assert stream.provenance == provenance
