from __future__ import annotations

import numpy as np
import pytest

from napari_dip.presets.options import Options


def test_options_become_plain_numbers():
    options = Options(
        seed=np.int64(3), max_num_iter=4.0, time_limit=np.float32(2)
    )
    kinds = [
        type(v)
        for v in (options.seed, options.max_num_iter, options.time_limit)
    ]
    assert kinds == [int, int, float]
    with pytest.raises(ValueError, match='seed'):
        Options(seed=-1)
