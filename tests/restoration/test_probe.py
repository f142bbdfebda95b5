from __future__ import annotations

import pytest

from napari_dip.restoration import inpainting
from napari_dip.restoration.probe import Cost


def test_what_a_network_puts_around_an_image_is_found_from_two_sizes():
    small, large = (
        Cost(
            settings=inpainting.SETTINGS['fast'],
            shape=(side, side),
            prepare=0.0,
            iteration=(side + 40.0) ** 2,
            sweep=0.0,
            refinement=0.0,
            iteration_memory=(side + 40) ** 2,
            sweep_memory=0,
            finishing_memory=0,
        )
        for side in (128, 256)
    )
    found = large.with_margin(small)
    assert found.margin == pytest.approx(40)
    iterations = found.fit.num_iter
    total = found.scaled((640, 512), channels=1)
    assert total.seconds == pytest.approx(iterations * 680 * 552)
    assert large.with_margin(large) == large
