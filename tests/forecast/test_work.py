from __future__ import annotations

import numpy as np
import pytest
from torch.utils.flop_counter import FlopCounterMode

from napari_dip.forecast import work
from napari_dip.tasks.forecast import forecast


@pytest.fixture(autouse=True)
def _operations_are_the_time(monkeypatch):
    """No other work on the machine lengthens it."""
    work.measure.cache_clear()
    with FlopCounterMode(display=False) as flops:
        monkeypatch.setattr(work, 'now', flops.get_total_flops)
        yield
    work.measure.cache_clear()


@pytest.mark.usefixtures('tiny')
def test_quick_fills_are_part_of_the_time():
    """They grow with the pixels that are missing, the fit does not.

    So does what their equations take, 3.5 kB for each.
    """
    lines = np.zeros((128, 128), bool)
    lines[::16] = True
    half = np.random.default_rng(0).random(lines.shape) < 0.5
    few, many = (
        forecast(
            'inpaint', lines.shape, mask=mask, preset='fast', device='cpu'
        )
        for mask in (lines, half)
    )
    assert many.seconds > 1.5 * few.seconds
    assert many.memory > few.memory
