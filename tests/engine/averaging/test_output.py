from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from napari_dip.engine.averaging.output import OutputAverage


def filled(value: float) -> torch.Tensor:
    return torch.full((1, 1, 2, 3), float(value))


def fed(average: OutputAverage, values) -> OutputAverage:
    for value in values:
        average.update(torch.nn.Identity(), filled(value))
    return average


def test_average_without_decay_is_the_last_output():
    average = fed(OutputAverage(0.0), [3, 5, 8])
    assert torch.equal(average.estimate(1), filled(8))


@settings(deadline=None)
@given(value=st.floats(-100, 100), count=st.integers(1, 30))
def test_the_start_has_no_bias(value, count):
    average = fed(OutputAverage(0.99), [value] * count)
    torch.testing.assert_close(average.estimate(1), filled(value))


def test_the_first_outputs_are_soon_forgotten():
    # With a plain average of decay 0.99 the first output would weigh 0.37.
    average = fed(OutputAverage(0.99), [1000.0] + [0.0] * 99)
    assert average.estimate(1).max() < 1


def test_in_the_long_run_the_past_decays_as_asked():
    average = fed(OutputAverage(0.9), [0.0] * 500)
    fed(average, [1.0])
    assert average.estimate(1).max().item() == pytest.approx(0.1)
    fed(average, [0.0] * 10)
    expected = 0.1 * 0.9**10
    assert average.estimate(1).max().item() == pytest.approx(expected)


def test_keep_and_restore_bring_the_best_back():
    average = fed(OutputAverage(0.0), [1, 2])
    average.restore()
    assert torch.equal(average.estimate(1), filled(2))
    average.keep(7)
    fed(average, [3])
    assert torch.equal(average.estimate(1), filled(3))
    average.restore()
    assert torch.equal(average.estimate(1), filled(2))
    # What is averaged in later leaves the kept estimate alone.
    fed(average, [9])
    average.restore()
    assert torch.equal(average.estimate(1), filled(2))


def test_falling_back_drops_what_diverged():
    average = fed(OutputAverage(0.9), [1, 1, 1])
    average.hold()
    twin = fed(OutputAverage(0.9), [1, 1, 1])
    fed(average, [np.nan, np.inf])
    average.fall_back()
    assert torch.equal(
        fed(average, [4]).estimate(1), fed(twin, [4]).estimate(1)
    )


def test_falling_back_at_once_is_to_the_first_output():
    average = fed(OutputAverage(0.9), [2, np.nan])
    average.fall_back()
    assert torch.equal(average.estimate(1), filled(2))


def test_there_is_no_estimate_before_an_output():
    average = OutputAverage(0.9)
    average.keep(7)
    average.hold()
    average.restore()
    average.fall_back()
    with pytest.raises(RuntimeError, match='nothing was averaged yet'):
        average.estimate(1)


def test_the_deviation_is_that_of_late_outputs(make_problem):
    generator = torch.Generator().manual_seed(0)
    average = OutputAverage(0.95)
    for size in [100.0] * 50 + [0.5] * 200:
        noise = torch.randn((1, 1, 20, 24), generator=generator)
        average.update(torch.nn.Identity(), size * noise)
    found = average._spread.mean().sqrt().item()
    assert found == pytest.approx(0.5, rel=0.1)
    average.keep(7)
    average.update(torch.nn.Identity(), torch.full((1, 1, 20, 24), 50.0))
    average.restore()
    assert average._spread.mean().sqrt().item() == pytest.approx(found)
    problem = make_problem()
    assert average.deviation(problem, average.estimate(1)).min() > 0


def test_no_deviation_before_an_output(make_problem):
    with pytest.raises(RuntimeError, match='nothing was averaged yet'):
        OutputAverage(0.9).deviation(make_problem(), torch.zeros(1))


def test_estimates_that_are_as_good_are_averaged():
    average = OutputAverage(decay=0.0)
    values = [torch.full((1, 1, 2, 2), float(v)) for v in (1, 4, 7, 100)]
    for iteration, value in enumerate(values[:3], 1):
        average.update(nn.Identity(), value)
        (average.keep if iteration == 1 else average.join)(iteration)
    average.update(nn.Identity(), values[3])
    assert average.restore() == 3
    assert average.estimate(1).mean().item() == pytest.approx(4)
    # A better one begins anew.
    average.keep(4)
    assert average.estimate(1).mean().item() == pytest.approx(4)


def test_an_average_of_outputs_goes_on_from_no_other():
    assert not OutputAverage(0.5).go_on_from([], torch.nn.Identity())
