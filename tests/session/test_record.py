from __future__ import annotations

import pytest

from napari_dip.engine.state import StopReason
from napari_dip.presets.settings import Settings, shorten
from napari_dip.session.progress import Brief
from napari_dip.session.record import describe_reason


def brief(asked: int | None = None) -> Brief:
    settings = shorten(Settings(), asked)
    return Brief('denoise', {'max_num_iter': asked}, settings, 0)


@pytest.mark.parametrize(
    ('reason', 'asked', 'limit', 'text'),
    [
        ('SCHEDULE_COMPLETE', None, None, 'all planned iterations were done'),
        (
            'SCHEDULE_COMPLETE',
            20,
            None,
            'the limit of 20 iterations was reached',
        ),
        ('MAX_NUM_ITER', 1, None, 'the limit of 1 iteration was reached'),
        (
            'SCHEDULE_COMPLETE',
            10**6,
            None,
            'all planned iterations were done',
        ),
        (
            'HELD_OUT_MINIMUM',
            20,
            None,
            'the error on held-out pixels stopped falling',
        ),
        ('USER', None, 9.0, 'you stopped it'),
        ('TIME_LIMIT', None, 12.0, 'the time limit of 12 s was reached'),
        ('TIME_LIMIT', None, 0.25, 'the time limit of 0.25 s was reached'),
    ],
)
def test_what_the_user_asked_for_or_what_was_measured(
    reason, asked, limit, text
):
    found = describe_reason(StopReason[reason], brief(asked), limit=limit)
    assert found == text


def test_a_continuation_is_beyond_the_limit():
    text = describe_reason(
        StopReason.MAX_NUM_ITER, brief(20), limit=None, extended=True
    )
    assert text == 'all iterations asked for were done'


def test_no_reason_names_the_optimiser():
    words = ' '.join(reason.value for reason in StopReason)
    assert 'learning' not in words
    assert 'schedule' not in words
