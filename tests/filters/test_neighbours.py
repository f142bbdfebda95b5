from napari_dip.filters.neighbours import around, part_chain
from napari_dip.filters.refinement import (
    Bm3d,
    Calibrate,
    NlBayes,
    ResidualStructure,
    SideBySide,
)

ALONE = (Calibrate(), ResidualStructure())


def test_two_planes_to_either_side_are_beside_one():
    assert around(3, 9) == [1, 2, 4, 5]
    assert around(8, 9) == [6, 7]
    assert around(0, 1) == []


def test_a_chain_is_parted_before_the_first_step_that_looks_around():
    for others in (
        (Bm3d(), NlBayes()),
        (SideBySide((Calibrate(), NlBayes())), Calibrate()),
    ):
        assert part_chain((*ALONE, *others)) == (ALONE, others)
    assert part_chain(ALONE) == (ALONE, ())
