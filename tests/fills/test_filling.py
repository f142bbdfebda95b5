from __future__ import annotations

import numpy as np
import pytest

from napari_dip.device.clock import watched_by
from napari_dip.fills.autoregressive import Autoregressive
from napari_dip.fills.filling import Asked, fill_parts
from napari_dip.fills.smooth import Biharmonic, Harmonic
from napari_dip.grid.regions import Region

ROWS, COLUMNS = np.mgrid[:32, :40]
IMAGE = np.sin(COLUMNS / 5 + ROWS / 9)[None].astype(np.float32)
HOLE = (np.hypot(ROWS - 14, COLUMNS - 20) < 6)[None]
FILLS = (Harmonic(), Biharmonic(), Autoregressive(2))
ASKED = [Asked(Region.whole((32, 40)), HOLE, HOLE)] * 2


class Watcher:
    """Ends what it watches after so many looks that tell a part, or all."""

    def __init__(self, after: float, *, all_looks: bool = False) -> None:
        self.after, self.all_looks = after, all_looks
        self.parts: list[float] = []
        self.looks = 0

    def __call__(self, part: float | None) -> bool:
        self.looks += self.all_looks or part is not None
        if part is not None:
            self.parts.append(part)
        return self.looks > self.after


def test_it_tells_how_far_it_is():
    with watched_by(watcher := Watcher(np.inf)):
        filled = fill_parts(IMAGE, ASKED, FILLS)
    assert len(filled) == 2
    assert [len(part.fills) for part in filled] == [3, 3]
    assert watcher.parts[0] == 0
    assert watcher.parts[-1] == pytest.approx(1)
    assert watcher.parts == sorted(watcher.parts)


@pytest.mark.parametrize('after', range(12))
def test_cut_short_there_is_one_fill_of_the_first_part_at_least(after):
    with watched_by(Watcher(after)):
        filled = fill_parts(IMAGE, ASKED, FILLS)
    whole = filled[0]
    assert len(filled) == 1 + (after > 6)
    for fill in whole.fills:
        assert np.isfinite(fill).all()
        np.testing.assert_array_equal(fill[~HOLE], IMAGE[~HOLE])
    # What was not made, or not to its end, is the first.
    made = min(max(after - 1, 1), 3)
    alike = [np.array_equal(fill, whole.fills[0]) for fill in whole.fills]
    assert alike == [True, made < 2, made < 3]


def test_a_long_fill_looks_up_too():
    """Between its directions; one part of the image takes seconds."""
    with watched_by(watcher := Watcher(np.inf, all_looks=True)):
        fill_parts(IMAGE, ASKED[:1], FILLS[2:])
    assert watcher.looks > 4


def test_errors_are_those_of_what_was_held_out():
    [part] = fill_parts(IMAGE, ASKED[:1], FILLS)
    off = np.stack([(fill - IMAGE)[HOLE] for fill in part.fills])
    np.testing.assert_array_equal(part.judged.errors, off)
    assert np.unique(part.judged.holes).size == 1
