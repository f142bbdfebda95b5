from __future__ import annotations

import numpy as np
import pytest

from napari_dip.fills.base import fill_channels
from napari_dip.fills.other_channels import OtherChannels
from napari_dip.fills.smooth import Harmonic
from napari_dip.tasks.presets.inpaint import FILLS, choose_settings

GUIDE = np.random.default_rng(0).normal(size=(24, 28))
PLANES = np.stack([3 * GUIDE + 7, GUIDE]).astype(np.float32)
ROWS = np.zeros(PLANES.shape, bool)
ROWS[0, 8:14] = True


def test_what_a_map_of_the_others_tells_is_there():
    filled = fill_channels(OtherChannels(), PLANES, ROWS)
    # Within the range of what is known of a channel.
    known = PLANES[0][~ROWS[0]]
    expected = np.clip(PLANES[0], known.min(), known.max())
    np.testing.assert_allclose(filled[0], expected, rtol=1e-5)
    np.testing.assert_array_equal(filled[1], PLANES[1])


@pytest.mark.parametrize('channels', [1, 2])
def test_where_no_other_is_known_it_is_harmonic(channels):
    holes = np.repeat(ROWS[:1], channels, axis=0)
    planes = PLANES[:channels]
    found = fill_channels(OtherChannels(), planes, holes)
    plain = fill_channels(Harmonic(), planes, holes)
    np.testing.assert_array_equal(found, plain)


def test_it_is_a_candidate_where_it_can_help():
    for holes, more in ((ROWS, 1), (ROWS | ROWS[::-1], 0), (ROWS[:1], 0)):
        chosen = choose_settings('fast', holes).latent.fills
        assert len(chosen) == len(FILLS) + more
